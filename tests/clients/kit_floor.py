"""Holds the kit's results against tests/kit-floor.json: {setting: {category: cases passed}}.

kit_floor.py DIRECTORY [--raise]: DIRECTORY has a SETTING.json of the kit's for each setting. `--raise` writes what passes
now into the floor where that is more; it lowers nothing.
"""

import collections
import json
import pathlib
import sys

FLOOR = pathlib.Path(__file__).parent.parent / "kit-floor.json"
SETTINGS = ("plain", "modify_params", "drop_params")


def passed(path):
    """Per category: cases passed, and cases."""
    counts = collections.defaultdict(lambda: [0, 0])
    for result in json.loads(path.read_text()):
        counts[result["category"]][0] += result["wire_ok"] and result["response_ok"]
        counts[result["category"]][1] += 1
    return dict(sorted(counts.items()))


def main(directory, *options):
    results = {setting: passed(pathlib.Path(directory) / f"{setting}.json") for setting in SETTINGS}
    found = {setting: {name: row[0] for name, row in rows.items()} for setting, rows in results.items()}
    floor = json.loads(FLOOR.read_text()) if FLOOR.exists() else {}
    fallen = 0
    for setting in SETTINGS:
        for name in sorted({*found[setting], *floor.get(setting, {})}):
            have, total = results[setting].get(name, (0, 0))
            least = floor.get(setting, {}).get(name, 0)
            note = "FELL" if have < least else "can be raised" if have > least else ""
            fallen += have < least
            print(f"{setting:<14} {name:<22} {have:>4} of {total:<4} floor {least:<4} {note}".rstrip())
    if "--raise" in options:
        for setting, rows in found.items():
            old = floor.get(setting, {})
            found[setting] = {name: max(rows.get(name, 0), old.get(name, 0)) for name in sorted({*rows, *old})}
        FLOOR.write_text(json.dumps(found, indent=2) + "\n")
        print(f"wrote {FLOOR.name}")
    cells = [row for rows in results.values() for row in rows.values()]
    summary = f"kit: {sum(row[0] for row in cells)} of {sum(row[1] for row in cells)} cases pass"
    print(f"{summary}; {fallen} categories fell below the floor" if fallen else f"{summary}; none fell below its floor")
    return 1 if fallen else 0


sys.exit(main(*sys.argv[1:]))
