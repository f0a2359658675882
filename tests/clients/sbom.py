"""CycloneDX's own schema against `cargo xtask sbom`.

sbom.py FILE
"""

import json
import pathlib
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

TEXT = pathlib.Path(sys.argv[1]).read_text()
# It also knows which license expressions are none.
if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(TEXT):
    sys.exit(f"{sys.argv[1]}: {error}")
print(f"CycloneDX 1.6: {len(json.loads(TEXT)['components'])} components are listed as its schema has it")
