"""The rest of LangChain's interface: chains, batches, caches, counting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from langchain_core.caches import InMemoryCache
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.rate_limiters import InMemoryRateLimiter

from langchain_sse_chat import ChatSSE, StreamTruncatedError
from tests.unit_tests.chat_models.scripted import (
    Scripted,
    chunk,
    completion,
    sse,
    streamed,
    text_stream,
)

MakeChat = Callable[..., ChatSSE]
USAGE = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}


def answer(text: str = "Hi") -> httpx.Response:
    return httpx.Response(200, json=completion({"content": text}, usage=USAGE))


def test_a_chain_streams_token_by_token(make_chat: MakeChat) -> None:
    chat = make_chat(streamed(text_stream("Hello", " ", "there")))
    chain = ChatPromptTemplate.from_template("Say {what}") | chat | StrOutputParser()

    tokens = [token for token in chain.stream({"what": "hello"}) if token]

    assert tokens == ["Hello", " ", "there"]


def test_the_merged_stream_is_the_message_of_a_call(make_chat: MakeChat) -> None:
    chat = make_chat(streamed(text_stream("H", "i", usage=USAGE)), answer())

    merged: Any = None
    for part in chat.stream("Hello"):
        merged = part if merged is None else merged + part
    whole = chat.invoke("Hello")

    assert merged.content == whole.content
    assert merged.usage_metadata == whole.usage_metadata
    assert merged.response_metadata == whole.response_metadata
    assert whole.response_metadata["model_provider"] == "sse-chat"
    assert whole.response_metadata["finish_reason"] == "stop"
    assert whole.response_metadata["token_usage"] == USAGE


async def test_events_tell_the_model_and_each_token(make_chat: MakeChat) -> None:
    chat = make_chat(
        streamed(text_stream("H", "i")), temperature=0.5, max_tokens=9, model="m"
    )

    events = [event async for event in chat.astream_events("Hello", version="v2")]

    names = [event["event"] for event in events]
    assert names == [
        "on_chat_model_start",
        *["on_chat_model_stream"] * 3,
        "on_chat_model_end",
    ]
    metadata = events[0]["metadata"]
    assert metadata["ls_provider"] == "sse-chat"
    assert metadata["ls_model_name"] == "m"
    assert metadata["ls_model_type"] == "chat"
    assert metadata["ls_temperature"] == 0.5
    assert metadata["ls_max_tokens"] == 9
    data: Any = events[-1]["data"]
    assert data["output"].content == "Hi"


def test_protocol_events_assemble_the_message(make_chat: MakeChat) -> None:
    body = sse(
        chunk({"reasoning_content": "Hm"}),
        chunk({"content": "Hi"}),
        chunk(finish_reason="stop", usage=USAGE),
    )
    stream = make_chat(streamed(body)).stream_events("Hello", version="v3")

    kinds = [event["event"] for event in stream]

    assert kinds[0] == "message-start"
    assert kinds[-1] == "message-finish"
    content: Any = stream.output.content
    blocks = [(b["type"], b.get("text") or b.get("reasoning")) for b in content]
    assert blocks == [("reasoning", "Hm"), ("text", "Hi")]
    assert stream.output.usage_metadata is not None
    assert stream.output.usage_metadata["total_tokens"] == 5


@pytest.mark.parametrize("output_version", [None, "v1"])
def test_text_before_a_tool_call_stays_apart_from_it(
    make_chat: MakeChat, output_version: Any
) -> None:
    function = {"name": "f", "arguments": '{"a": 1}'}
    call = {"index": 0, "id": "call_1", "function": function}
    body = sse(
        chunk({"content": "Let me "}),
        chunk({"content": "see."}),
        chunk({"tool_calls": [call]}),
        chunk(finish_reason="tool_calls"),
    )
    chat = make_chat(streamed(body), output_version=output_version)

    merged: Any = None
    for part in chat.stream("Hello"):
        assert isinstance(part, AIMessageChunk)
        merged = part if merged is None else merged + part

    assert [block["type"] for block in merged.content_blocks] == ["text", "tool_call"]
    assert merged.text == "Let me see."
    assert [(c["name"], c["args"]) for c in merged.tool_calls] == [("f", {"a": 1})]


def test_several_answers_are_several_generations(
    make_chat: MakeChat, server: Scripted
) -> None:
    body = completion({"content": "one"})
    body["choices"].append(
        {"index": 1, "message": {"content": "two"}, "finish_reason": "stop"}
    )
    chat = make_chat(httpx.Response(200, json=body), n=2)

    result = chat.generate([[HumanMessage("Hello")]])

    assert [g.text for g in result.generations[0]] == ["one", "two"]
    assert server.body["n"] == 2


def test_token_counts_of_a_batch_are_added_up(make_chat: MakeChat) -> None:
    chat = make_chat(answer(), answer())

    result = chat.generate([[HumanMessage("a")], [HumanMessage("b")]])

    assert result.llm_output is not None
    assert result.llm_output["token_usage"]["total_tokens"] == 10
    assert result.llm_output["model_name"] == "served-model"


def test_a_batch_asks_for_each(make_chat: MakeChat, server: Scripted) -> None:
    chat = make_chat(lambda _: answer())

    messages = chat.batch(["a", "b", "c"])

    assert [m.content for m in messages] == ["Hi"] * 3
    assert len(server.requests) == 3


def test_a_cache_spares_the_second_call(make_chat: MakeChat, server: Scripted) -> None:
    chat = make_chat(answer(), cache=InMemoryCache())

    first, second = chat.invoke("Hello"), chat.invoke("Hello")

    assert first.content == second.content
    assert len(server.requests) == 1


def test_a_rate_limiter_is_asked(make_chat: MakeChat) -> None:
    class Counting(InMemoryRateLimiter):
        asked = 0

        def acquire(self, *, blocking: bool = True) -> bool:
            self.asked += 1
            return True

    limiter = Counting()
    chat = make_chat(answer(), streamed(text_stream("Hi")), rate_limiter=limiter)

    chat.invoke("Hello")
    list(chat.stream("Hello"))

    assert limiter.asked == 2


def test_a_history_with_a_tool_call_goes_back(
    make_chat: MakeChat, server: Scripted
) -> None:
    calls: Any = [{"name": "f", "args": {"город": "Москва"}, "id": "call_1"}]
    make_chat(answer()).invoke(
        [HumanMessage("Hello"), AIMessage(content="", tool_calls=calls)]
    )

    function = server.body["messages"][1]["tool_calls"][0]["function"]
    assert function == {"name": "f", "arguments": '{"город": "Москва"}'}


@pytest.mark.parametrize(
    ("text", "at_least", "at_most"),
    [
        pytest.param("", 0, 0, id="empty"),
        pytest.param("Hello, how are you today?", 5, 9, id="English"),
        pytest.param("Привет, как дела?", 5, 10, id="Russian"),
    ],
)
def test_tokens_are_counted_offline_for_any_model(
    text: str, at_least: int, at_most: int
) -> None:
    chat = ChatSSE(model="a-model-nobody-knows", api_key="k")

    assert at_least <= chat.get_num_tokens(text) <= at_most
    assert len(chat.get_token_ids(text)) == chat.get_num_tokens(text)


def test_tokens_of_messages_and_tools_are_counted() -> None:
    def f(city: str) -> str:
        """Get the weather in a city."""
        return city

    chat = ChatSSE(model="m", api_key="k")
    messages: list[Any] = [HumanMessage("Hello there")]

    plain = chat.get_num_tokens_from_messages(messages)

    assert plain > 3
    assert chat.get_num_tokens_from_messages(messages, tools=[f]) > plain + 10
    assert chat.get_num_tokens_from_messages([]) == 0


def test_a_tokenizer_of_ones_own_counts() -> None:
    ids = {"Hello there": [1] * 90, "user": [2] * 7}
    chat = ChatSSE(model="m", api_key="k", custom_get_token_ids=ids.__getitem__)

    assert chat.get_token_ids("Hello there") == [1] * 90
    assert chat.get_num_tokens("Hello there") == 90
    # And three each for the message's frame and the answer's.
    assert chat.get_num_tokens_from_messages([HumanMessage("Hello there")]) == 103


def test_clients_of_ones_own_are_not_closed(make_chat: MakeChat) -> None:
    with make_chat(answer()) as chat:
        chat.invoke("Hello")

    assert chat.http_client is not None
    assert not chat.http_client.is_closed


async def test_clients_of_ones_own_are_not_closed_in_async_code(
    make_chat: MakeChat,
) -> None:
    async with make_chat(answer()) as chat:
        await chat.ainvoke("Hello")

    assert chat.http_async_client is not None
    assert not chat.http_async_client.is_closed


def test_the_models_name_has_two_names() -> None:
    assert ChatSSE(model="m", api_key="k").model_name == "m"


def test_the_model_can_be_called_as_before_langchain_1(
    make_chat: MakeChat, server: Scripted
) -> None:
    message = make_chat(answer())([HumanMessage("Hello")], stop=["END"])

    assert message.content == "Hi"
    assert server.body["stop"] == ["END"]


THOUGHT = "<think>\nHm, an if.\n</think>\n\nHello there"


@pytest.mark.parametrize("size", [1, 3, 100])
@pytest.mark.parametrize(
    ("tags", "text"),
    [
        pytest.param(("<think>", "</think>"), THOUGHT, id="both tags"),
        pytest.param(("", "</think>"), THOUGHT, id="closing tag asked for"),
        pytest.param(
            ("", "</think>"), THOUGHT.removeprefix("<think>\n"), id="closing tag only"
        ),
    ],
)
def test_reasoning_between_tags_is_reasoning(
    make_chat: MakeChat, tags: tuple[str, str], text: str, size: int
) -> None:
    parts = [chunk({"content": text[i : i + size]}) for i in range(0, len(text), size)]
    body = sse(*parts, chunk(finish_reason="stop"))
    whole = httpx.Response(200, json=completion({"content": text}))
    chat = make_chat(streamed(body), whole, reasoning_tags=tags)

    chunks = list(chat.stream("Hello"))
    merged = chunks[0] + chunks[1:]
    for message in (merged, chat.invoke("Hello")):
        assert message.text == "Hello there"
        assert message.additional_kwargs["reasoning_content"] == "Hm, an if.\n"


def test_without_tags_the_text_is_left_as_it_is(make_chat: MakeChat) -> None:
    body = sse(chunk({"content": THOUGHT}), chunk(finish_reason="stop"))

    assert "".join(c.text for c in make_chat(streamed(body)).stream("x")) == THOUGHT


def test_reasoning_that_is_sent_twice_is_given_once(make_chat: MakeChat) -> None:
    body = sse(
        chunk({"reasoning_content": "Hm", "content": ""}),
        chunk({"content": "<think>Hm</think>"}),
        chunk({"content": "Hello"}),
        chunk(finish_reason="stop"),
    )
    tags = ("<think>", "</think>")

    chunks = list(make_chat(streamed(body), reasoning_tags=tags).stream("Hello"))
    merged = chunks[0] + chunks[1:]

    assert merged.text == "Hello"
    assert merged.additional_kwargs["reasoning_content"] == "Hm"


def test_what_looks_like_a_tag_at_the_end_is_not_lost(make_chat: MakeChat) -> None:
    tags = ("<think>", "</think>")
    body = sse(chunk({"content": "a <thi"}), chunk(finish_reason="stop"))
    cut = sse(chunk({"content": "<thi"}), done=False)
    chat = make_chat(streamed(body), streamed(cut), reasoning_tags=tags)

    assert "".join(c.text for c in chat.stream("Hello")) == "a <thi"
    with pytest.raises(StreamTruncatedError) as caught:
        list(chat.stream("Hello"))

    assert caught.value.partial is not None
    assert caught.value.partial.content == "<thi"
