"""Validates what `pumice serve --emulator` says against OpenAI's API description.

openai_spec.py OPENAPI_YAML URL GUARDED_URL: answers, every chunk of every stream, and errors.
"""

import base64
import json
import sys
import urllib.error
import urllib.request

import yaml
from jsonschema import Draft202012Validator

from checks import png

CLAUDE = "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0"
NOVA = "bedrock/us.amazon.nova-lite-v1:0"
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": name,
            "description": "Weather of a city",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    }
    for name in ("get_weather", "get.weather")
]
SCHEMA = {"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"], "additionalProperties": False}
IMAGE = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{base64.b64encode(png(3, 2)).decode()}"}}
GUARDRAIL = {"guardrailIdentifier": "abc123", "guardrailVersion": "1", "trace": "enabled"}
CACHED = [{"type": "text", "text": "A long preface. " * 400, "cache_control": {"type": "ephemeral"}}]

ANSWERS = {
    "text": {},
    "length": {"max_tokens": 2},
    "stop": {"stop": ["said"]},
    "tool": {"question": "Weather in Oslo?", "tools": TOOLS[:1]},
    "parallel tools": {"question": "Weather in Oslo and Lima?", "tools": TOOLS[:1]},
    "renamed tool": {"question": "Weather in Oslo?", "tools": TOOLS[1:]},
    "image": {"question": [{"type": "text", "text": "What is this?"}, IMAGE]},
    "json schema": {"response_format": {"type": "json_schema", "json_schema": {"name": "person", "schema": SCHEMA}}},
    "json schema by tool": {
        "model": NOVA,
        "response_format": {"type": "json_schema", "json_schema": {"name": "person", "schema": SCHEMA}},
    },
    "json object": {"response_format": {"type": "json_object"}},
    "reasoning": {"reasoning_effort": "low", "max_tokens": 4000},
    "guardrail": {"question": "The forbidden thing", "guardrailConfig": GUARDRAIL},
    "service tier": {"service_tier": "flex"},
    "cache": {"model": NOVA, "question": CACHED},
}

# What is wrong with a request, and the status of its answer; amid a stream there is none.
ERRORS = {
    "no messages": ({"messages": []}, 400),
    "wrong type": ({"temperature": "hot"}, 400),
    "unsupported": ({"logit_bias": {"1": 1}}, 400),
    "unknown model": ({"model": "openai/gpt-none"}, 404),
    "unknown to AWS": ({"model": "bedrock/emulator.missing"}, 404),
    "denied": ({"model": "bedrock/emulator.denied"}, 403),
    "throttled": ({"model": "bedrock/emulator.fault.status:429"}, 429),
    "unavailable": ({"model": "bedrock/emulator.fault.status:503"}, 503),
    "html": ({"model": "bedrock/emulator.fault.html"}, None),
    "throttled amid a stream": ({"model": "bedrock/emulator.fault.exception:throttlingException.after:3", "stream": True}, 200),
    "cut": ({"model": "bedrock/emulator.fault.cut.after:3", "stream": True}, 200),
    "truncated": ({"model": "bedrock/emulator.fault.truncate.after:3", "stream": True}, 200),
}


def modern(node):
    """JSON Schema of 2020 has no `nullable`."""
    if isinstance(node, list):
        return [modern(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: modern(value) for key, value in node.items() if key not in ("discriminator", "example")}
    return {"anyOf": [node, {"type": "null"}]} if node.pop("nullable", None) is True else node


def post(url, body, path="/v1/chat/completions", key="any"):
    """(status, text) of an answer."""
    headers = {"content-type": "application/json", "authorization": f"Bearer {key}"}
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url + path, data, headers), timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def events(text):
    assert text.endswith("\n\n"), text[-200:]
    return [event.removeprefix("data: ") for event in text.split("\n\n")[:-1]]


def request(question="Name a river.", **rest):
    return {"model": CLAUDE, "messages": [{"role": "user", "content": question}], **rest}


class Witness:
    def __init__(self, path):
        self.description = modern(yaml.safe_load(open(path)))
        self.validators, self.seen, self.wrong = {}, 0, 0

    def validator(self, name):
        if name not in self.validators:
            root = {"$ref": f"#/components/schemas/{name}", "components": self.description["components"]}
            self.validators[name] = Draft202012Validator(root)
        return self.validators[name]

    def validate(self, name, text, where):
        errors = self.validator(name).iter_errors(json.loads(text))
        self.expect(where, [f"{error.json_path}: {error.message}" for error in errors])

    def expect(self, where, problems):
        self.seen += 1
        self.wrong += bool(problems)
        for problem in problems:
            print(f"{where}: {problem[:500]}")


def main(path, url, guarded):
    witness = Witness(path)
    # A witness that takes everything is none.
    for name, wrong in [
        ("CreateChatCompletionResponse", {"id": 1}),
        ("CreateChatCompletionStreamResponse", {"choices": [{}]}),
        ("ErrorResponse", {"error": {"message": "x"}}),
    ]:
        if witness.validator(name).is_valid(wrong):
            sys.exit(f"the description of {name} takes {wrong}")

    for name, more in ANSWERS.items():
        status, text = post(url, request(**more))
        witness.expect(name, [f"{status}: {text}"] if status != 200 else [])
        witness.validate("CreateChatCompletionResponse", text, name)
        for options in ({}, {"stream_options": {"include_usage": True}}):
            status, text = post(url, request(**more, stream=True, **options))
            *chunks, end = events(text) if status == 200 else [text]
            witness.expect(f"{name}, streamed", [] if (status, end) == (200, "[DONE]") else [f"{status}: {end}"])
            for chunk in chunks:
                witness.validate("CreateChatCompletionStreamResponse", chunk, f"{name}, streamed")
    for name, (more, expected) in ERRORS.items():
        status, text = post(url, request(**{"question": "Hi", **more}))
        error = events(text)[-1] if status == 200 and more.get("stream") else text
        witness.expect(name, [f"{status} in place of {expected}: {text}"] if expected and status != expected else [])
        witness.validate("ErrorResponse", error, name)
    for name, answer, expected in [
        ("no JSON", post(url, b"{"), 400),
        ("no such path", post(url, {}, "/v1/none"), 404),
        ("no key", post(guarded, request()), 401),
        ("wrong method", post(url, None), 405),
    ]:
        witness.expect(name, [f"{answer[0]}: {answer[1]}"] if answer[0] != expected else [])
        witness.validate("ErrorResponse", answer[1], name)
    witness.validate("ListModelsResponse", post(url, None, "/v1/models")[1], "models")
    print(f"openai-spec: {witness.seen - witness.wrong} of {witness.seen} answers, chunks and errors are as OpenAI describes them")
    return 1 if witness.wrong else 0


sys.exit(main(*sys.argv[1:]))
