"""LangChain's ChatOpenAI and OpenAIEmbeddings against `pumice serve --emulator`.

langchain_client.py URL GUARDED_URL: the second gateway wants the key `sk-witness`.
"""

import asyncio
import base64
import sys

import openai
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel, Field

from checks import check, png, raises, run, same

URL, GUARDED_URL = sys.argv[1:]
MODEL = "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0"
WHERE = "This answer comes from the offline emulator, which made it from your request alone."
TRIP = "Weather in Oslo and Lima?"


@tool
def get_weather(city: str) -> str:
    """Weather of a city."""
    return f"{city}: 11 degrees"


class Person(BaseModel):
    """Somebody."""

    name: str
    age: int = Field(description="In years")
    tags: list[str]


def model(name=MODEL, url=URL, key="sk-any", **rest):
    return ChatOpenAI(model=name, base_url=f"{url}/v1", api_key=key, max_retries=0, timeout=20, **rest)


def embedder(**rest):
    # Without this it sends tokens in place of texts, which Bedrock's models do not take.
    return OpenAIEmbeddings(
        base_url=f"{URL}/v1", api_key="sk-any", max_retries=0, check_embedding_ctx_length=False, **rest
    )


def folded(chunks):
    first, *others = chunks
    for chunk in others:
        first += chunk
    return first


def asked(calls):
    return [(call["name"], call["args"]) for call in calls]


@check
def a_chat_is_answered():
    answer = model(temperature=0.5, max_tokens=100).invoke([SystemMessage("Be brief."), HumanMessage("Name a river.")])
    same(answer.text, f'You said: "Name a river.". {WHERE}')
    same(answer.response_metadata["finish_reason"], "stop")
    usage = answer.usage_metadata
    assert usage["input_tokens"] > 0 and usage["output_tokens"] > 0, usage
    same(usage["total_tokens"], usage["input_tokens"] + usage["output_tokens"])


@check
def a_stream_folds_into_the_answer_with_its_usage():
    chunks = list(model(stream_usage=True).stream("Name a river."))
    assert len(chunks) > 4, chunks
    whole = model().invoke("Name a river.")
    answer = folded(chunks)
    same(answer.text, whole.text)
    same(answer.response_metadata["finish_reason"], "stop")
    same(answer.usage_metadata["total_tokens"], whole.usage_metadata["total_tokens"])


@check
def batches_and_async_streams_keep_their_answers_apart():
    names = [f"river {number}" for number in range(8)]
    same([answer.text for answer in model().batch(names)], [f'You said: "{name}". {WHERE}' for name in names])

    async def stream(name):
        return "".join([chunk.text async for chunk in model().astream(name)])

    async def streams():
        return await asyncio.gather(*map(stream, names))

    same(asyncio.run(streams()), [f'You said: "{name}". {WHERE}' for name in names])


@check
def a_tool_loop_ends_with_the_results():
    caller = model().bind_tools([get_weather])
    messages = [HumanMessage(TRIP)]
    first = caller.invoke(messages)
    same(first.response_metadata["finish_reason"], "tool_calls")
    same(asked(first.tool_calls), [("get_weather", {"city": "Oslo"}), ("get_weather", {"city": "Lima"})])
    results = [get_weather.invoke(call) for call in first.tool_calls]
    assert all(isinstance(result, ToolMessage) for result in results), results
    last = caller.invoke([*messages, first, *results])
    same((last.tool_calls, last.response_metadata["finish_reason"]), ([], "stop"))
    for city in ("Oslo", "Lima"):
        assert f"The tool answered: {city}: 11 degrees" in last.text, last.text


@check
def tool_calls_are_streamed():
    answer = folded(list(model().bind_tools([get_weather]).stream(TRIP)))
    same(asked(answer.tool_calls), [("get_weather", {"city": "Oslo"}), ("get_weather", {"city": "Lima"})])
    same(len({call["id"] for call in answer.tool_calls}), 2)


@check
def a_tool_can_be_forced():
    for choice in ("any", "get_weather"):
        [call] = model().bind_tools([get_weather], tool_choice=choice).invoke("Hello").tool_calls
        same(call["name"], "get_weather")


@check
def structured_output_is_parsed_by_every_method():
    for method in ("json_schema", "function_calling"):
        person = model().with_structured_output(Person, method=method).invoke("A person aged 41")
        assert isinstance(person, Person), (method, person)
        same((method, person.age), (method, 41))
    assert isinstance(model().with_structured_output(None, method="json_mode").invoke("Some JSON"), dict)


@check
def an_image_is_seen():
    image = {"type": "image", "base64": base64.b64encode(png(7, 5)).decode(), "mime_type": "image/png"}
    answer = model().invoke([HumanMessage([{"type": "text", "text": "What is this?"}, image])])
    assert answer.text.startswith("I was shown a png image of 7 x 5 pixels ("), answer.text


@check
def a_conversation_goes_on():
    answer = model().invoke([HumanMessage("One"), AIMessage("Two"), HumanMessage("Three")])
    same(answer.text, f'You said: "Three". {WHERE}')


@check
def texts_become_vectors():
    vectors = embedder(model="bedrock/amazon.titan-embed-text-v2:0", dimensions=256)
    texts = ["a cat sleeps", "a dog barks", "a cat sleeps"]
    one, two, three = vectors.embed_documents(texts)
    same((len(one), len(two)), (256, 256))
    same(one, three)
    assert one != two
    same(vectors.embed_query(texts[0]), one)


@check
def errors_are_the_clients_typed_exceptions():
    for name, kind, status in [
        ("emulator.fault.status:400", openai.BadRequestError, 400),
        ("emulator.fault.status:403", openai.PermissionDeniedError, 403),
        ("emulator.missing", openai.NotFoundError, 404),
        ("emulator.fault.status:429", openai.RateLimitError, 429),
        ("emulator.fault.status:503", openai.InternalServerError, 503),
    ]:
        broken = model(f"bedrock/{name}")
        for call in (broken.invoke, lambda question: list(broken.stream(question))):
            error = raises(kind, lambda: call("Hi"))
            same((name, error.status_code), (name, status))
    error = raises(openai.BadRequestError, lambda: model(logit_bias={1: 1}).invoke("Hi"))
    same((error.param, error.code), ("logit_bias", "unsupported_parameter"))


@check
def an_error_amid_a_stream_is_raised_after_the_text():
    for fault in ("exception:throttlingException.after:3", "truncate.after:3"):
        seen = []
        stream = model(f"bedrock/emulator.fault.{fault}").stream("Hi")
        raises(openai.APIError, lambda: seen.extend(stream))
        assert folded(seen).text.startswith("You said"), seen


@check
def the_key_is_asked_for():
    raises(openai.AuthenticationError, lambda: model(url=GUARDED_URL, key="sk-wrong").invoke("Hi"))
    same(model(url=GUARDED_URL, key="sk-witness").invoke("Hi").text, f'You said: "Hi". {WHERE}')


run("LangChain")
