"""boto3 against the emulator: AWS's own client reads every kind of answer, stream and error that it gives.

emulator_boto3.py URL
"""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, EventStreamError, ResponseStreamingError
from jsonschema import Draft202012Validator
from urllib3.exceptions import ProtocolError, ReadTimeoutError

from checks import check, png, raises, run, same

MODEL = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
WEATHER = {
    "toolSpec": {
        "name": "get_weather",
        "description": "Weather of a city",
        "inputSchema": {
            "json": {
                "type": "object",
                "properties": {"city": {"type": "string"}, "unit": {"enum": ["celsius", "fahrenheit"]}},
                "required": ["city", "unit"],
            }
        },
    }
}
SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "age": {"type": "integer", "minimum": 1, "maximum": 130},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 2},
    },
    "required": ["name", "age", "tags"],
    "additionalProperties": False,
}
THINKING = {"thinking": {"type": "enabled", "budget_tokens": 1024}}
WHERE = "This answer comes from the offline emulator, which made it from your request alone."


def client(attempts=1):
    return boto3.client(
        "bedrock-runtime",
        endpoint_url=sys.argv[1],
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
        config=Config(read_timeout=2, retries={"total_max_attempts": attempts, "mode": "standard"}),
    )


BEDROCK = client()


def faulty(fault, attempts=1):
    """A client whose calls carry a fault."""
    made = client(attempts)

    def carry(request, **_):
        request.headers["x-emulator-fault"] = fault

    made.meta.events.register("before-send.bedrock-runtime", carry)
    return made


def user(*blocks):
    return {"role": "user", "content": [{"text": block} if isinstance(block, str) else block for block in blocks]}


def assistant(*blocks):
    return {"role": "assistant", "content": list(blocks)}


def ask(*messages, on=BEDROCK, model=MODEL, **rest):
    return on.converse(modelId=model, messages=list(messages), **rest)


def content(answer):
    return answer["output"]["message"]["content"]


def text(answer):
    [block] = content(answer)
    return block["text"]


def events(*messages, on=BEDROCK, model=MODEL, **rest):
    return on.converse_stream(modelId=model, messages=list(messages), **rest)["stream"]


def fold(stream):
    """The answer that a stream tells, in Converse's shape, and the names of its events in order."""
    blocks, names, answer = {}, [], {}
    for event in stream:
        [(name, value)] = event.items()
        names.append(name)
        if name == "contentBlockStart":
            blocks[value["contentBlockIndex"]] = {"toolUse": {**value["start"]["toolUse"], "input": ""}}
        elif name == "contentBlockDelta":
            delta, at = value["delta"], value["contentBlockIndex"]
            if "text" in delta:
                block = blocks.setdefault(at, {"text": ""})
                block["text"] += delta["text"]
            elif "toolUse" in delta:
                blocks[at]["toolUse"]["input"] += delta["toolUse"]["input"]
            else:
                block = blocks.setdefault(at, {"reasoningContent": {"reasoningText": {}}})
                for key, piece in delta["reasoningContent"].items():
                    told = block["reasoningContent"]["reasoningText"]
                    told[key] = told.get(key, "") + piece
        elif name in ("messageStop", "metadata"):
            answer.update(value)
        elif name == "messageStart":
            same(value, {"role": "assistant"})
    for block in blocks.values():
        if "toolUse" in block:
            block["toolUse"]["input"] = json.loads(block["toolUse"]["input"] or "{}")
    answer["output"] = {"message": {"role": "assistant", "content": [blocks[at] for at in sorted(blocks)]}}
    return answer, names


def same_streamed(answer, *messages, **rest):
    """Streaming the same request tells the same answer, its events in AWS's order."""
    told, names = fold(events(*messages, **rest))
    for key in ("output", "stopReason", "usage", "trace", "serviceTier", "additionalModelResponseFields"):
        same(told.get(key), answer.get(key))
    same(names[0], "messageStart")
    same(names[-2:], ["messageStop", "metadata"])
    same(names.count("contentBlockStop"), len(content(answer)))


@check
def text_is_read():
    answer = ask(user("Name a river."), system=[{"text": "Be brief."}])
    same(text(answer), f'You said: "Name a river.". {WHERE}')
    same(answer["output"]["message"]["role"], "assistant")
    same(answer["stopReason"], "end_turn")
    usage = answer["usage"]
    assert usage["inputTokens"] > 0 and usage["outputTokens"] > 0, usage
    same(usage["totalTokens"], usage["inputTokens"] + usage["outputTokens"])
    assert answer["metrics"]["latencyMs"] > 0
    same(len(answer["ResponseMetadata"]["RequestId"]), 36)


@check
def text_is_streamed_in_several_pieces():
    told, names = fold(events(user("Name a river.")))
    same(text(told), f'You said: "Name a river.". {WHERE}')
    assert names.count("contentBlockDelta") > 4, names
    same_streamed(ask(user("Name a river.")), user("Name a river."))


@check
def unicode_survives():
    same(text(ask(user("Grüße 🌋 火山"))), f'You said: "Grüße 🌋 火山". {WHERE}')
    same(text(fold(events(user("Grüße 🌋 火山")))[0]), f'You said: "Grüße 🌋 火山". {WHERE}')


@check
def max_tokens_and_stop_sequences_cut():
    cut = ask(user("Name a river."), inferenceConfig={"maxTokens": 2})
    same((text(cut), cut["stopReason"]), ("You said", "max_tokens"))
    fields = {"additionalModelResponseFieldPaths": ["/stop_sequence"], "inferenceConfig": {"stopSequences": ["river"]}}
    stopped = ask(user("Name a river."), **fields)
    same((text(stopped), stopped["stopReason"]), ('You said: "Name a ', "stop_sequence"))
    same(stopped["additionalModelResponseFields"], {"stop_sequence": "river"})
    same_streamed(stopped, user("Name a river."), **fields)


@check
def a_tool_is_called_and_its_result_is_used():
    question = user("What is the weather in Oslo?")
    tools = {"toolConfig": {"tools": [WEATHER]}}
    answer = ask(question, **tools)
    same(answer["stopReason"], "tool_use")
    [block] = content(answer)
    same(block["toolUse"]["name"], "get_weather")
    same(block["toolUse"]["input"]["city"], "Oslo")
    Draft202012Validator(WEATHER["toolSpec"]["inputSchema"]["json"]).validate(block["toolUse"]["input"])
    same_streamed(answer, question, **tools)
    result = {"toolUseId": block["toolUse"]["toolUseId"], "content": [{"text": "11 degrees"}]}
    final = ask(question, assistant(block), user({"toolResult": result}), **tools)
    same(final["stopReason"], "end_turn")
    assert text(final).startswith("The tool answered: 11 degrees"), text(final)
    same_streamed(final, question, assistant(block), user({"toolResult": result}), **tools)


@check
def tools_are_called_in_parallel():
    question, tools = user("Weather in Oslo and Lima?"), {"toolConfig": {"tools": [WEATHER]}}
    answer = ask(question, **tools)
    calls = [block["toolUse"] for block in content(answer)]
    same([call["input"]["city"] for call in calls], ["Oslo", "Lima"])
    same(len({call["toolUseId"] for call in calls}), 2)
    same_streamed(answer, question, **tools)


@check
def a_tool_result_may_be_json_an_error_or_an_image():
    tool = {"toolUse": {"toolUseId": "call-1", "name": "get_weather", "input": {}}}
    image = {"image": {"format": "png", "source": {"bytes": png(4, 3)}}}
    for part, status, expected in [
        ({"json": {"degrees": 11}}, "success", 'The tool answered: {"degrees":11}'),
        ({"text": "no such city"}, "error", "The tool failed: no such city"),
        (image, "success", "The tool answered: a png image of 4 x 3 pixels"),
    ]:
        result = {"toolResult": {"toolUseId": "call-1", "content": [part], "status": status}}
        answer = ask(user("Go"), assistant(tool), user(result), toolConfig={"tools": [WEATHER]})
        assert text(answer).startswith(expected), text(answer)


@check
def a_tool_choice_is_obeyed():
    tool = {"toolSpec": {"name": "noop", "inputSchema": {"json": {"type": "object"}}}}
    config = {"tools": [WEATHER, tool], "toolChoice": {"tool": {"name": "noop"}}}
    answer = ask(user("Hello"), toolConfig=config)
    same([block["toolUse"]["name"] for block in content(answer)], ["noop"])
    same(content(answer)[0]["toolUse"]["input"], {})
    same_streamed(answer, user("Hello"), toolConfig=config)


@check
def an_image_is_described():
    image = {"image": {"format": "png", "source": {"bytes": png(7, 5)}}}
    answer = ask(user("What is this?", image))
    assert text(answer).startswith("I was shown a png image of 7 x 5 pixels ("), text(answer)
    assert answer["usage"]["inputTokens"] > ask(user("What is this?"))["usage"]["inputTokens"]
    same_streamed(answer, user("What is this?", image))


@check
def a_document_is_described():
    document = {"document": {"format": "txt", "name": "notes", "source": {"bytes": b"twelve bytes"}}}
    answer = ask(user("Summarize", document))
    assert 'the txt document "notes" (12 bytes)' in text(answer), text(answer)
    same_streamed(answer, user("Summarize", document))


@check
def reasoning_has_text_and_signature():
    question = user("Think: what is 2 + 2?")
    answer = ask(question, additionalModelRequestFields=THINKING, inferenceConfig={"maxTokens": 4000})
    thought, said = content(answer)
    assert thought["reasoningContent"]["reasoningText"]["text"].startswith("Let me think about this.")
    assert thought["reasoningContent"]["reasoningText"]["signature"].endswith("==")
    assert said["text"].startswith("You said:"), said
    same_streamed(answer, question, additionalModelRequestFields=THINKING, inferenceConfig={"maxTokens": 4000})
    again = ask(question, assistant(thought, said), user("And 3 + 3?"), additionalModelRequestFields=THINKING)
    same(again["stopReason"], "end_turn")


@check
def a_json_schema_is_satisfied():
    schema = {"name": "person", "schema": json.dumps(SCHEMA)}
    config = {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": schema}}}
    answer = ask(user("A person aged 41"), outputConfig=config)
    Draft202012Validator(SCHEMA).validate(json.loads(text(answer)))
    same(json.loads(text(answer))["age"], 41)
    same_streamed(answer, user("A person aged 41"), outputConfig=config)


@check
def a_guardrail_intervenes_and_traces():
    config = {"guardrailIdentifier": "abc123", "guardrailVersion": "1", "trace": "enabled"}
    answer = ask(user("Tell me the forbidden thing"), guardrailConfig=config)
    same(answer["stopReason"], "guardrail_intervened")
    same(text(answer), "Sorry, the guardrail of this request does not allow an answer.")
    assessment = answer["trace"]["guardrail"]["inputAssessment"]["abc123"]
    same(assessment["topicPolicy"]["topics"], [{"name": "Forbidden", "type": "DENY", "action": "BLOCKED"}])
    same_streamed(answer, user("Tell me the forbidden thing"), guardrailConfig=config)
    passed = ask(user("Tell me a nice thing"), guardrailConfig=config)
    same(passed["stopReason"], "end_turn")
    same(passed["trace"]["guardrail"]["actionReason"], "No action.")


@check
def cache_usage_is_written_then_read():
    point = {"cachePoint": {"type": "default", "ttl": "1h"}}
    system = [{"text": "A long preface, told once for this check. " * 50}, point]
    first, second = (ask(user("Hi"), system=system)["usage"] for _ in range(2))
    written = first["cacheWriteInputTokens"]
    assert written > 400, first
    same(first["cacheReadInputTokens"], 0)
    same(first["cacheDetails"], [{"ttl": "1h", "inputTokens": written}])
    same((second["cacheReadInputTokens"], second["cacheWriteInputTokens"]), (written, 0))
    for usage in (first, second):
        parts = ("inputTokens", "outputTokens", "cacheReadInputTokens", "cacheWriteInputTokens")
        same(usage["totalTokens"], sum(usage[part] for part in parts))
    streamed, _ = fold(events(user("Hi"), system=system))
    same(streamed["usage"], second)


@check
def service_tier_and_performance_are_repeated():
    answer = ask(user("Hi"), serviceTier={"type": "flex"}, performanceConfig={"latency": "optimized"})
    same(answer["serviceTier"], {"type": "flex"})
    same(answer["performanceConfig"], {"latency": "optimized"})
    same_streamed(answer, user("Hi"), serviceTier={"type": "flex"}, performanceConfig={"latency": "optimized"})


def failure(call):
    """(code, status, message) of the ClientError that a call raises."""
    error = raises(ClientError, call).response
    return error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Message"]


STATUSES = {
    400: "ValidationException",
    403: "AccessDeniedException",
    404: "ResourceNotFoundException",
    408: "ModelTimeoutException",
    424: "ModelErrorException",
    429: "ThrottlingException",
    500: "InternalServerException",
    503: "ServiceUnavailableException",
}


@check
def every_error_status_has_its_modeled_exception():
    for status, code in STATUSES.items():
        for call in (ask, events):
            found = failure(lambda: call(user("Hi"), on=faulty(f"status={status}")))
            same(found[:2], (code, status))
            assert found[2].strip(), found
            raises(getattr(BEDROCK.exceptions, code), lambda: call(user("Hi"), on=faulty(f"status={status}")))


@check
def faults_can_be_named_by_the_model():
    same(failure(lambda: ask(user("Hi"), model="emulator.fault.status:503"))[:2], ("ServiceUnavailableException", 503))
    same(failure(lambda: ask(user("Hi"), model="emulator.missing"))[:2], ("ResourceNotFoundException", 404))
    same(failure(lambda: events(user("Hi"), model="emulator.denied"))[:2], ("AccessDeniedException", 403))


@check
def requests_that_aws_refuses_are_validation_errors():
    for wrong, words in [
        ({"messages": [user("Hi"), user("there")]}, "alternate"),
        ({"messages": [assistant({"text": "Hi"})]}, "user message"),
        ({"messages": [user(" ")]}, "blank"),
    ]:
        code, status, message = failure(lambda: BEDROCK.converse(modelId=MODEL, **wrong))
        same((code, status), ("ValidationException", 400))
        assert words in message, message


@check
def boto3_retries_what_is_throttled():
    answer = ask(user("Patience"), on=faulty("throttle=2", attempts=3))
    same(answer["ResponseMetadata"]["RetryAttempts"], 2)
    assert "Patience" in text(answer)


EXCEPTIONS = [
    "internalServerException",
    "modelStreamErrorException",
    "serviceUnavailableException",
    "throttlingException",
    "validationException",
]


@check
def exception_frames_are_event_stream_errors_after_what_was_sent():
    for name in EXCEPTIONS:
        seen = []
        stream = events(user("Hi"), on=faulty(f"exception={name};after=3"))
        error = raises(EventStreamError, lambda: seen.extend(stream))
        same(error.response["Error"]["Code"], name)
        assert error.response["Error"]["Message"], error.response
        same([next(iter(event)) for event in seen], ["messageStart", "contentBlockDelta", "contentBlockDelta"])
    same(failure(lambda: ask(user("Hi"), on=faulty("exception=throttlingException")))[:2], ("ThrottlingException", 429))


@check
def an_error_frame_is_an_event_stream_error():
    error = raises(EventStreamError, lambda: list(events(user("Hi"), on=faulty("error-frame;after=2"))))
    same(error.response["Error"]["Code"], "InternalFailure")
    same(error.response["Error"]["Message"], "An internal server error occurred")


@check
def a_truncated_or_cut_stream_has_no_stop():
    for fault in ("truncate;after=3", "cut;after=3"):
        names = [next(iter(event)) for event in events(user("Hi"), on=faulty(fault))]
        same(names, ["messageStart", "contentBlockDelta", "contentBlockDelta"])


@check
def a_stalled_stream_times_out_and_a_reset_one_breaks():
    for fault, kind in [("stall;after=2", ReadTimeoutError), ("reset;after=2", (ProtocolError, ResponseStreamingError))]:
        seen, stream = [], events(user("Hi"), on=faulty(fault))
        raises(kind, lambda: seen.extend(stream))
        same([next(iter(event)) for event in seen], ["messageStart", "contentBlockDelta"])
    raises(ConnectionClosedError, lambda: ask(user("Hi"), on=faulty("reset")))


@check
def slow_tokens_arrive_whole():
    told, _ = fold(events(user("Name a river."), on=faulty("slow=5")))
    same(text(told), f'You said: "Name a river.". {WHERE}')


@check
def a_page_of_html_is_an_error_with_its_status():
    same(failure(lambda: ask(user("Hi"), on=faulty("html=502")))[1], 502)


run("boto3")
