"""LlamaIndex's OpenAILike and OpenAILikeEmbedding against `pumice serve --emulator`.

llama_index_client.py URL GUARDED_URL: the second gateway wants the key `sk-witness`.
"""

import asyncio
import sys

import openai
from llama_index.core.llms import ChatMessage, ImageBlock, TextBlock
from llama_index.core.prompts import PromptTemplate
from llama_index.core.tools import FunctionTool
from llama_index.embeddings.openai_like import OpenAILikeEmbedding
from llama_index.llms.openai_like import OpenAILike
from pydantic import BaseModel

from checks import check, png, raises, run, same

URL, GUARDED_URL = sys.argv[1:]
MODEL = "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0"
WHERE = "This answer comes from the offline emulator, which made it from your request alone."
TRIP = "Weather in Oslo and Lima?"


def get_weather(city: str) -> str:
    """Weather of a city."""
    return f"{city}: 11 degrees"


WEATHER = FunctionTool.from_defaults(get_weather)


class Person(BaseModel):
    """Somebody."""

    name: str
    age: int
    tags: list[str]


def model(name=MODEL, url=URL, key="sk-any", **rest):
    rest = {"is_chat_model": True, "is_function_calling_model": True, "context_window": 200_000, **rest}
    return OpenAILike(model=name, api_base=f"{url}/v1", api_key=key, max_retries=0, timeout=20, **rest)


def user(*content):
    return ChatMessage(role="user", content=list(content) if len(content) > 1 else content[0])


def asked(calls):
    return [(call.tool_name, call.tool_kwargs) for call in calls]


@check
def a_chat_is_answered():
    answer = model(max_tokens=100).chat([ChatMessage(role="system", content="Be brief."), user("Name a river.")])
    same(answer.message.content, f'You said: "Name a river.". {WHERE}')
    usage = answer.raw.usage
    assert usage.prompt_tokens > 0 and usage.completion_tokens > 0, usage
    same(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens)
    same(model().complete("Name a river.").text, f'You said: "Name a river.". {WHERE}')


@check
def a_stream_tells_what_the_answer_tells():
    pieces = list(model().stream_chat([user("Name a river.")]))
    assert len(pieces) > 4, pieces
    same("".join(piece.delta or "" for piece in pieces), f'You said: "Name a river.". {WHERE}')
    same(pieces[-1].message.content, f'You said: "Name a river.". {WHERE}')


@check
def async_streams_keep_their_answers_apart():
    names = [f"river {number}" for number in range(8)]

    async def stream(name):
        return "".join([piece.delta or "" async for piece in await model().astream_chat([user(name)])])

    async def streams():
        return await asyncio.gather(*map(stream, names))

    same(asyncio.run(streams()), [f'You said: "{name}". {WHERE}' for name in names])


@check
def a_tool_loop_ends_with_the_results():
    caller = model()
    history = [user(TRIP)]
    first = caller.chat_with_tools([WEATHER], chat_history=history, allow_parallel_tool_calls=True)
    calls = caller.get_tool_calls_from_response(first)
    same(asked(calls), [("get_weather", {"city": "Oslo"}), ("get_weather", {"city": "Lima"})])
    results = [
        ChatMessage(
            role="tool",
            content=str(WEATHER(**call.tool_kwargs)),
            additional_kwargs={"tool_call_id": call.tool_id, "name": call.tool_name},
        )
        for call in calls
    ]
    last = caller.chat_with_tools([WEATHER], chat_history=[*history, first.message, *results])
    same(caller.get_tool_calls_from_response(last, error_on_no_tool_call=False), [])
    for city in ("Oslo", "Lima"):
        assert f"The tool answered: {city}: 11 degrees" in last.message.content, last


@check
def tool_calls_are_streamed_and_run():
    caller = model()
    *_, last = caller.stream_chat_with_tools([WEATHER], user_msg=TRIP, allow_parallel_tool_calls=True)
    calls = caller.get_tool_calls_from_response(last)
    same(asked(calls), [("get_weather", {"city": "Oslo"}), ("get_weather", {"city": "Lima"})])
    answer = caller.predict_and_call([WEATHER], user_msg="Weather in Oslo?")
    assert "Oslo: 11 degrees" in answer.response, answer


@check
def structured_output_is_parsed_by_tool_and_by_schema():
    question = PromptTemplate("A person aged {age}")
    for by_schema in (False, True):
        answerer = model(should_use_structured_outputs=by_schema)
        person = answerer.structured_predict(Person, question, age=41)
        assert isinstance(person, Person), person
        same(person.age, 41)
    same(model().as_structured_llm(Person).complete("A person aged 41").raw.age, 41)


@check
def an_image_is_seen():
    answer = model().chat([user(TextBlock(text="What is this?"), ImageBlock(image=png(7, 5), image_mimetype="image/png"))])
    said = answer.message.content
    assert said.startswith("I was shown a png image of 7 x 5 pixels ("), said


@check
def texts_become_vectors():
    embedder = OpenAILikeEmbedding(
        model_name="bedrock/amazon.titan-embed-text-v2:0", dimensions=256, api_base=f"{URL}/v1", api_key="sk-any"
    )
    texts = ["a cat sleeps", "a dog barks", "a cat sleeps"]
    one, two, three = embedder.get_text_embedding_batch(texts)
    same((len(one), len(two)), (256, 256))
    same(one, three)
    assert one != two
    same(embedder.get_query_embedding(texts[0]), one)


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
        for call in (broken.chat, lambda messages: list(broken.stream_chat(messages))):
            error = raises(kind, lambda: call([user("Hi")]))
            same((name, error.status_code), (name, status))


@check
def an_error_amid_a_stream_is_raised_after_the_text():
    for fault in ("exception:throttlingException.after:3", "truncate.after:3"):
        seen = []
        stream = model(f"bedrock/emulator.fault.{fault}").stream_chat([user("Hi")])
        raises(openai.APIError, lambda: seen.extend(stream))
        assert seen[-1].message.content.startswith("You said"), seen


@check
def the_key_is_asked_for():
    raises(openai.AuthenticationError, lambda: model(url=GUARDED_URL, key="sk-wrong").chat([user("Hi")]))
    same(model(url=GUARDED_URL, key="sk-witness").chat([user("Hi")]).message.content, f'You said: "Hi". {WHERE}')


run("LlamaIndex")
