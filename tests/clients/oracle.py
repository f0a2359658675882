"""Holds our Converse bodies against AWS's service model, by way of botocore's copy of it.

oracle.py PUMICE CASES VALIDATE SCRATCH: bodies are what `PUMICE explain` makes of the kit's chat requests in the directory
CASES, and the bodies in the snapshots of bedrock-transform. VALIDATE is the checker. Twice the same key counts as a violation.
"""

import concurrent.futures
import importlib.util
import json
import os
import pathlib
import subprocess
import sys

SNAPSHOTS = pathlib.Path("crates/bedrock-transform/tests/snapshots")


class RepeatedKey(Exception):
    pass


def unique(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise RepeatedKey(", ".join(sorted({key for key in keys if keys.count(key) > 1})))
    return dict(pairs)


def explain(pumice, config, request):
    """What `explain` prints for a request; None if it refuses it."""
    command = [pumice, "explain", *(["--config", config] if config else []), "-"]
    done = subprocess.run(command, input=json.dumps(request), capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        # A refusal is an error in OpenAI's shape; anything else is not an answer.
        if '{"error":' not in done.stdout + done.stderr:
            raise RuntimeError(f"explain ended with {done.returncode}: {done.stderr}")
        return None
    return done.stdout


def operation(url):
    return {"converse": "Converse", "converse-stream": "ConverseStream"}.get(url.rsplit("/", 1)[-1])


def of_case(pumice, scratch, path):
    """(name, operation, body text) of a case; the operation is None where Converse is not asked."""
    case = json.loads(path.read_text())
    settings = sorted(name for name, on in (case.get("settings") or {}).items() if on)
    config = None
    if settings:
        config = scratch / f"{'-'.join(settings)}-{path.stem}.yaml"
        models = '{ model_name: "bedrock/*", litellm_params: { model: "bedrock/*" } }'
        flags = ", ".join(f"{name}: true" for name in settings)
        config.write_text(f"model_list: [{models}]\nlitellm_settings: {{ {flags} }}\n")
    name = f"{path.parent.name}/{path.stem}"
    printed = explain(pumice, config, case["request"])
    if printed is None:
        return name, "refused", ""
    return name, operation(json.loads(printed)["url"]), printed


def of_snapshot(path):
    """(name, operation, text) of a snapshot: YAML between two lines `---`, then JSON."""
    name = str(path.relative_to(SNAPSHOTS))
    text = path.read_text().split("\n---\n", 1)[1]
    try:
        found = json.loads(text)
    except ValueError:
        return name, None, ""
    is_call = isinstance(found, dict) and found.get("operation") in ("Converse", "ConverseStream")
    return name, found["operation"] if is_call else None, text


def violations(oracle, name, operation, text):
    try:
        body = json.loads(text, object_pairs_hook=unique)["body"]
    except RepeatedKey as error:
        return [f"{name}: repeated key: {error}"]
    return [f"{name}: {line}" for line in oracle.validate(operation, body)]


def main(pumice, cases, validate, scratch):
    spec = importlib.util.spec_from_file_location("oracle", validate)
    oracle = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(oracle)
    if not oracle.validate("Converse", {"messages": [{"role": "user", "content": [{"txt": "x"}]}]}):
        sys.exit("the oracle does not see a wrong body")

    chat = [p for p in sorted(pathlib.Path(cases).glob("*/*.json")) if '"/v1/chat/completions"' in p.read_text()]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        explained = list(pool.map(lambda path: of_case(pumice, pathlib.Path(scratch), path), chat))
    snapshots = [of_snapshot(path) for path in sorted(SNAPSHOTS.glob("**/*.snap"))]

    bad = 0
    for what, bodies in [("kit", explained), ("snapshots", snapshots)]:
        converse = [body for body in bodies if body[1] in ("Converse", "ConverseStream")]
        found = {name: violations(oracle, name, operation, text) for name, operation, text in converse}
        wrong = [lines for lines in found.values() if lines]
        for line in sum(wrong, []):
            print(line)
        refused = sum(body[1] == "refused" for body in bodies)
        others = len(bodies) - len(converse) - refused
        print(f"oracle, {what}: {len(converse) - len(wrong)} of {len(converse)} Converse bodies are as AWS's model has them"
              f" ({refused} requests refused, {others} not Converse)")
        bad += len(wrong)
        if not converse:
            sys.exit(f"no Converse body in {what}")
    return 1 if bad else 0


sys.exit(main(*sys.argv[1:]))
