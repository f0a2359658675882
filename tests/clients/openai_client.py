"""OpenAI's Python client against `pumice serve --emulator`.

openai_client.py URL GUARDED_URL: the second gateway wants the key `sk-witness`.
"""

import base64
import contextlib
import io
import json
import pathlib
import re
import sys

import openai
from openai import OpenAI
from pydantic import BaseModel

from checks import check, png, raises, run, same

URL, GUARDED_URL = sys.argv[1:]
MODEL = "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0"
WHERE = "This answer comes from the offline emulator, which made it from your request alone."
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


class Person(BaseModel):
    name: str
    age: int
    tags: list[str]


def client(key="sk-any", url=URL):
    return OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0, timeout=20)


CLIENT = client()


def user(content):
    return {"role": "user", "content": content}


def ask(*messages, model=MODEL, **rest):
    return CLIENT.chat.completions.create(model=model, messages=list(messages), **rest)


def text(answer):
    [choice] = answer.choices
    return choice.message.content


def joined(chunks):
    return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)


@check
def a_chat_is_answered():
    answer = ask({"role": "system", "content": "Be brief."}, user("Name a river."), max_tokens=100, temperature=0.5)
    same(text(answer), f'You said: "Name a river.". {WHERE}')
    same(answer.choices[0].finish_reason, "stop")
    same(answer.choices[0].message.role, "assistant")
    same(answer.object, "chat.completion")
    assert answer.id and answer.created > 1_700_000_000, answer
    usage = answer.usage
    assert usage.prompt_tokens > 0 and usage.completion_tokens > 0, usage
    same(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens)


@check
def max_tokens_ends_with_length():
    answer = ask(user("Name a river."), max_tokens=2)
    same((text(answer), answer.choices[0].finish_reason), ("You said", "length"))


@check
def headers_tell_the_request_id_and_the_warnings():
    raw = CLIENT.chat.completions.with_raw_response.create(model=MODEL, messages=[user("Hi")], user="somebody")
    same(len(raw.headers["x-amzn-requestid"]), 36)
    same(text(raw.parse()), f'You said: "Hi". {WHERE}')


@check
def a_stream_tells_what_the_answer_tells():
    chunks = list(ask(user("Name a river."), stream=True))
    assert len(chunks) > 4, chunks
    same(joined(chunks), f'You said: "Name a river.". {WHERE}')
    same(chunks[0].choices[0].delta.role, "assistant")
    same([choice.finish_reason for chunk in chunks for choice in chunk.choices if choice.finish_reason], ["stop"])
    same({chunk.object for chunk in chunks}, {"chat.completion.chunk"})
    same(len({(chunk.id, chunk.created, chunk.model) for chunk in chunks}), 1)
    same([chunk.usage for chunk in chunks if chunk.usage], [])


@check
def include_usage_adds_one_last_chunk():
    chunks = list(ask(user("Name a river."), stream=True, stream_options={"include_usage": True}))
    same([len(chunk.choices) for chunk in chunks], [1] * (len(chunks) - 1) + [0])
    same([chunk.usage for chunk in chunks[:-1] if chunk.usage], [])
    same(chunks[-1].usage.total_tokens, ask(user("Name a river.")).usage.total_tokens)


@check
def a_tool_loop_ends_with_the_result():
    messages = [user("What is the weather in Oslo?")]
    first = ask(*messages, tools=[WEATHER])
    same(first.choices[0].finish_reason, "tool_calls")
    [call] = first.choices[0].message.tool_calls
    same((call.type, call.function.name), ("function", "get_weather"))
    same(json.loads(call.function.arguments), {"city": "Oslo"})
    messages += [first.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "11 degrees"}]
    last = ask(*messages, tools=[WEATHER])
    same(last.choices[0].finish_reason, "stop")
    assert text(last).startswith("The tool answered: 11 degrees"), text(last)


@check
def tools_are_called_in_parallel_whole_and_streamed():
    question = user("Weather in Oslo and Lima?")
    whole = ask(question, tools=[WEATHER]).choices[0].message.tool_calls
    same([json.loads(call.function.arguments) for call in whole], [{"city": "Oslo"}, {"city": "Lima"}])
    same(len({call.id for call in whole}), 2)
    streamed = {}
    for chunk in ask(question, tools=[WEATHER], stream=True):
        for piece in chunk.choices[0].delta.tool_calls or []:
            call = streamed.setdefault(piece.index, {"arguments": ""})
            if piece.id:
                call.update(id=piece.id, name=piece.function.name)
            call["arguments"] += piece.function.arguments or ""
    same(sorted(streamed), [0, 1])
    same([streamed[at]["id"] for at in (0, 1)], [call.id for call in whole])
    same([streamed[at]["name"] for at in (0, 1)], ["get_weather"] * 2)
    same([json.loads(streamed[at]["arguments"]) for at in (0, 1)], [{"city": "Oslo"}, {"city": "Lima"}])


@check
def the_stream_helper_folds_the_same_answer():
    with CLIENT.chat.completions.stream(model=MODEL, messages=[user("Weather in Oslo?")], tools=[WEATHER]) as stream:
        for _ in stream:
            pass
        answer = stream.get_final_completion()
    same(answer.choices[0].finish_reason, "tool_calls")
    same(json.loads(answer.choices[0].message.tool_calls[0].function.arguments), {"city": "Oslo"})


@check
def tool_choice_forces_a_tool():
    choice = {"type": "function", "function": {"name": "get_weather"}}
    [call] = ask(user("Hello"), tools=[WEATHER], tool_choice=choice).choices[0].message.tool_calls
    same(call.function.name, "get_weather")


@check
def an_image_is_seen():
    url = f"data:image/png;base64,{base64.b64encode(png(7, 5)).decode()}"
    answer = ask(user([{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": url}}]))
    assert text(answer).startswith("I was shown a png image of 7 x 5 pixels ("), text(answer)
    assert 'You said: "What is this?".' in text(answer), text(answer)


@check
def structured_output_is_parsed():
    messages = [user("A person aged 41")]
    answer = CLIENT.chat.completions.parse(model=MODEL, messages=messages, response_format=Person)
    person = answer.choices[0].message.parsed
    assert isinstance(person, Person), answer
    same((person.age, answer.choices[0].finish_reason), (41, "stop"))
    format = {"type": "json_schema", "json_schema": {"name": "person", "schema": Person.model_json_schema()}}
    streamed = joined(ask(*messages, response_format=format, stream=True))
    same(Person.model_validate_json(streamed).age, 41)


@check
def reasoning_is_told_apart_from_the_answer():
    answer = ask(user("What is 2 + 2?"), reasoning_effort="low", max_tokens=4000)
    assert answer.choices[0].message.reasoning_content.startswith("Let me think about this."), answer
    same(text(answer), f'You said: "What is 2 + 2?". {WHERE}')


EMBEDDER = "bedrock/amazon.titan-embed-text-v2:0"


@check
def embeddings_come_in_the_clients_own_encoding():
    texts = ["a cat sleeps", "a dog barks"]
    default = CLIENT.embeddings.create(model=EMBEDDER, input=texts, dimensions=256)
    floats = CLIENT.embeddings.create(model=EMBEDDER, input=texts, dimensions=256, encoding_format="float")
    same([data.index for data in default.data], [0, 1])
    same([len(data.embedding) for data in default.data], [256, 256])
    for one, other in zip(default.data, floats.data):
        assert max(abs(a - b) for a, b in zip(one.embedding, other.embedding)) < 1e-7, one
    same(default.usage.total_tokens, floats.usage.total_tokens)
    error = raises(openai.BadRequestError, lambda: CLIENT.embeddings.create(model=EMBEDDER, input=[[1, 2]]))
    same(error.param, "input")


def complete(prompt, **rest):
    return CLIENT.completions.create(model=MODEL, prompt=prompt, **rest)


@check
def a_text_completion_goes_on_from_its_prompt():
    answer = complete("Name a river.", max_tokens=100, temperature=0.5)
    [choice] = answer.choices
    same((answer.object, choice.text, choice.finish_reason), ("text_completion", f'You said: "Name a river.". {WHERE}', "stop"))
    same((choice.index, choice.logprobs), (0, None))
    same(answer.usage.total_tokens, ask(user("Name a river.")).usage.total_tokens)
    same(complete("Name a river.", max_tokens=2).choices[0].finish_reason, "length")
    assert complete("Hi", echo=True).choices[0].text.startswith("HiYou said"), "echo"


@check
def several_prompts_have_a_choice_each():
    answer = complete(["one", "two"])
    same([choice.index for choice in answer.choices], [0, 1])
    same([choice.text for choice in answer.choices], [f'You said: "{prompt}". {WHERE}' for prompt in ("one", "two")])
    same(answer.usage.total_tokens, sum(complete(prompt).usage.total_tokens for prompt in ("one", "two")))


@check
def a_text_completion_is_streamed():
    chunks = list(complete("Name a river.", echo=True, stream=True, stream_options={"include_usage": True}))
    assert len(chunks) > 4, chunks
    same({chunk.object for chunk in chunks}, {"text_completion"})
    whole = complete("Name a river.", echo=True)
    same("".join(choice.text for chunk in chunks for choice in chunk.choices), whole.choices[0].text)
    same([choice.finish_reason for chunk in chunks for choice in chunk.choices if choice.finish_reason], ["stop"])
    same((chunks[-1].choices, chunks[-1].usage.total_tokens), ([], whole.usage.total_tokens))
    model = "bedrock/emulator.fault.truncate.after:3"
    seen = []
    stream = CLIENT.completions.create(model=model, prompt="Hi", stream=True)
    raises(openai.APIError, lambda: seen.extend(stream))
    assert seen[0].choices[0].text.startswith("You"), seen


@check
def what_no_chat_can_do_is_refused_by_its_name():
    for wrong in ({"suffix": "end"}, {"logprobs": 2}, {"best_of": 3}, {"prompt": [1, 2]}):
        error = raises(openai.BadRequestError, lambda: complete(**{"prompt": "Hi", **wrong}))
        same(error.param, *wrong)
    same(complete("Hi", suffix="", logprobs=0, best_of=1).choices[0].finish_reason, "stop")
    throttled = lambda: CLIENT.completions.create(model="bedrock/emulator.fault.status:429", prompt="Hi")
    same(raises(openai.RateLimitError, throttled).status_code, 429)


def failed(kind, status, **request):
    request = {"model": MODEL, "messages": [user("Hi")], **request}
    error = raises(kind, lambda: CLIENT.chat.completions.create(**request))
    same(error.status_code, status)
    assert error.message and error.body["message"], error
    return error


@check
def a_wrong_parameter_is_a_bad_request_that_names_it():
    error = failed(openai.BadRequestError, 400, temperature="hot")
    same((error.param, error.type), ("temperature", "invalid_request_error"))
    error = failed(openai.BadRequestError, 400, messages=[user([{"type": "text"}])])
    assert error.param.startswith("messages[0].content"), error.param


@check
def an_unsupported_parameter_is_refused_by_its_name():
    error = failed(openai.BadRequestError, 400, logit_bias={"1": 1})
    same((error.param, error.code), ("logit_bias", "unsupported_parameter"))


@check
def an_unknown_model_is_not_found():
    error = failed(openai.NotFoundError, 404, model="openai/gpt-none")
    same((error.param, error.code), ("model", "model_not_found"))
    same(failed(openai.NotFoundError, 404, model="bedrock/emulator.missing").code, "model_not_found")


@check
def errors_of_aws_are_the_clients_typed_exceptions():
    for fault, kind, status in [
        ("status:400", openai.BadRequestError, 400),
        ("status:403", openai.PermissionDeniedError, 403),
        ("status:404", openai.NotFoundError, 404),
        ("status:429", openai.RateLimitError, 429),
        ("status:503", openai.InternalServerError, 503),
    ]:
        for stream in (False, True):
            error = failed(kind, status, model=f"bedrock/emulator.fault.{fault}", stream=stream)
            assert error.response.headers["x-amzn-requestid"] in error.message, error


@check
def an_error_amid_a_stream_is_an_exception_after_the_text():
    seen = []
    stream = ask(user("Hi"), model="bedrock/emulator.fault.exception:throttlingException.after:3", stream=True)
    error = raises(openai.APIError, lambda: seen.extend(stream))
    assert joined(seen).startswith("You said"), seen
    same([choice.finish_reason for chunk in seen for choice in chunk.choices if choice.finish_reason], [])
    assert "Too many requests" in error.message, error
    seen = []
    stream = ask(user("Hi"), model="bedrock/emulator.fault.truncate.after:3", stream=True)
    raises(openai.APIError, lambda: seen.extend(stream))
    assert joined(seen).startswith("You said"), seen


@check
def a_disconnect_leaves_the_gateway_well():
    for _ in range(5):
        stream = ask(user("Name a river."), model="bedrock/emulator.fault.slow:200", stream=True)
        next(iter(stream))
        stream.close()
    same(text(ask(user("Still there?"))), f'You said: "Still there?". {WHERE}')


@check
def the_key_is_asked_for():
    for key in ("sk-wrong", "sk-witnes", "sk-witness2"):
        error = raises(openai.AuthenticationError, lambda: client(key, GUARDED_URL).models.list())
        same((error.status_code, error.code), (401, "invalid_api_key"))
    request = {"model": MODEL, "messages": [user("Hi")]}
    raises(openai.AuthenticationError, lambda: client("sk-wrong", GUARDED_URL).chat.completions.create(**request))
    same(text(client("sk-witness", GUARDED_URL).chat.completions.create(**request)), f'You said: "Hi". {WHERE}')


@check
def models_are_listed():
    assert "bedrock/*" in [model.id for model in CLIENT.models.list()], list(CLIENT.models.list())


@check
def the_lines_in_readme_print_the_answer():
    [lines] = re.findall(r"```python\n(.*?)```", pathlib.Path("README.md").read_text(), re.S)
    lines, moved = re.subn(r"http://127\.0\.0\.1:\d+", URL, lines)
    same(moved, 1)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(lines, {})
    same(printed.getvalue(), f'You said: "Hello". {WHERE}\n')


IMAGE_MODELS = {
    "bedrock/amazon.nova-canvas-v1:0": (720, 1280),
    "bedrock/amazon.titan-image-generator-v2:0": (512, 512),
    "bedrock/stability.sd3-5-large-v1:0": (1024, 1024),
    "bedrock/stability.stable-diffusion-xl-v1": (1344, 768),
}


def pixels(image):
    file = base64.b64decode(image.b64_json)
    same(file[:8], b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(file[16:20], "big"), int.from_bytes(file[20:24], "big")


@check
def images_are_drawn_in_the_size_asked_for():
    for model, (width, height) in IMAGE_MODELS.items():
        answer = CLIENT.images.generate(model=model, prompt="An otter", n=2, size=f"{width}x{height}")
        same([pixels(image) for image in answer.data], [(width, height)] * 2)
        assert answer.created > 1_700_000_000, answer.created


@check
def an_impossible_size_names_the_possible_ones():
    model = "bedrock/amazon.titan-image-generator-v2:0"
    error = raises(openai.BadRequestError, lambda: CLIENT.images.generate(model=model, prompt="x", size="1000x700"))
    same(error.param, "size")
    assert "1024x1024" in error.message, error


@check
def a_filtered_image_is_a_violation_of_the_content_policy():
    for model in IMAGE_MODELS:
        error = raises(openai.BadRequestError, lambda: CLIENT.images.generate(model=model, prompt="a forbidden thing"))
        same(error.code, "content_policy_violation")


@check
def images_are_edited():
    file = ("image.png", png(40, 30), "image/png")
    def edit(model, **more):
        answer = CLIENT.images.edit(model=f"bedrock/{model}", image=file, prompt="A red boat", **more)
        return [pixels(image) for image in answer.data]
    same(edit("us.stability.stable-image-inpaint-v1:0", mask=file), [(40, 30)])
    same(edit("us.stability.stable-image-search-replace-v1:0", extra_body={"search_prompt": "boat"}), [(40, 30)])
    same(edit("us.stability.stable-outpaint-v1:0", extra_body={"left": 10, "up": 20}), [(50, 50)])
    same(edit("us.stability.stable-image-remove-background-v1:0"), [(40, 30)])
    same(edit("amazon.nova-canvas-v1:0", extra_body={"maskPrompt": "boat"}), [(40, 30)])
    same(edit("amazon.nova-canvas-v1:0", n=2, size="512x512"), [(512, 512)] * 2)


run("openai (Python)")
