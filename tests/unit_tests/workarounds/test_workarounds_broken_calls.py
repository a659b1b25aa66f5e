"""Calls that must not be run, in merged chunks and wherever these go."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.outputs import LLMResult

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.workarounds.broken_calls import breaking_mark, without_mark
from tests.unit_tests.wire.wire_streams import call, calls, chunk, events

CUT = '{"to": "alice", "amount": 100, "conf'
ERROR = "The arguments are not a complete JSON object."


@pytest.mark.parametrize(
    ("arguments", "mark"),
    [
        ("", "}"),
        ("5", "}"),
        ('{"a": 1}', "}"),
        ('{"a": 1', "]"),
        ("{", "]"),
        ("[1", "}"),
        ('{"a": [1', "}"),
        ('{"a": [1]', "]"),
        ('{"a": "x', '"]'),
        ('{"a": "x\\', '""]]]'),
        ('{"a": "x"', "]]"),
        ('"x"', "}}"),
        ('{"a": "x\\"', '"]'),
        ('{"a": "{[', '"]'),
        ("}", "}"),
        ("{]", "]"),
    ],
)
def test_the_mark_closes_what_is_not_open(arguments: str, mark: str) -> None:
    assert breaking_mark(arguments) == mark


@given(
    st.dictionaries(st.text('ab"\\{}[]', max_size=4), st.text('"\\[]{}') | st.none()),
    st.integers(0, 99),
    st.booleans(),
)
def test_the_mark_can_be_taken_away(
    value: dict[str, Any], length: int, nested: bool
) -> None:
    whole = json.dumps({"a": [value]} if nested else value)
    sent = whole[:length]

    assert without_mark(sent + breaking_mark(sent)) == sent


def test_what_has_no_mark_stays_as_it_is() -> None:
    assert without_mark(CUT) == CUT


class Ends(BaseCallbackHandler):
    """Keeps what a run ended with, as a tracer does."""

    def __init__(self) -> None:
        self.messages: list[Any] = []

    def on_llm_end(self, response: LLMResult, **kwargs: Any) -> None:
        [[generation]] = response.generations
        self.messages.append(generation.message)  # type: ignore[union-attr]


def make(asked: list[Any], **fields: Any) -> ChatSSE:
    """Return a model whose server sends a broken call, and a good one."""
    good = call(1, "c2", "now", '{"tz": "UTC"}')
    body = b"".join(
        events([calls(call(0, "c1", "pay", CUT)), calls(good), chunk({}, "length")])
    )

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content))
        headers = {"content-type": "text/event-stream"}
        return httpx.Response(200, headers=headers, content=body)

    transport = httpx.MockTransport(answer)
    return ChatSSE(
        model="m",
        base_url="http://test/v1",
        http_client=httpx.Client(transport=transport),
        http_async_client=httpx.AsyncClient(transport=transport),
        **fields,
    )


def check(message: AIMessage) -> None:
    assert [c["name"] for c in message.tool_calls] == ["now"]
    [invalid] = message.invalid_tool_calls
    assert (invalid["args"], invalid["error"]) == (CUT, ERROR)


@pytest.mark.parametrize("output_version", [None, "v1"])
def test_a_trace_has_the_arguments_as_they_were_sent(output_version: str) -> None:
    ends = Ends()
    chat = make([], output_version=output_version)

    list(chat.stream("Hi", config={"callbacks": [ends]}))

    check(ends.messages[0])


async def test_a_trace_has_the_arguments_as_they_were_sent_in_async_code() -> None:
    ends = Ends()

    async for _ in make([]).astream("Hi", config={"callbacks": [ends]}):
        pass

    check(ends.messages[0])


@pytest.mark.parametrize("fields", [{"streaming": True}, {}])
async def test_a_call_that_streams_has_the_arguments_as_they_were_sent(
    fields: dict[str, Any],
) -> None:
    ends = Ends()
    chat = make([], **fields)

    check(chat.invoke("Hi", config={"callbacks": [ends]}, stream=True))
    check(await chat.ainvoke("Hi", config={"callbacks": [ends]}, stream=True))

    for message in ends.messages:
        check(message)


def test_a_merged_message_goes_back_without_what_nobody_wrote() -> None:
    asked: list[Any] = []
    chat = make(asked)
    first, *rest = chat.stream("Hi")
    merged = first + rest

    list(
        chat.stream([HumanMessage("Hi"), merged, ToolMessage("ok", tool_call_id="c2")])
    )

    assert CUT + '"]' not in json.dumps(asked[-1]).replace("\\\\", "").replace("\\", "")
    blocks = [b for b in merged.content_blocks if b["type"] == "invalid_tool_call"]
    assert [(b["args"], b["error"]) for b in blocks] == [(CUT, ERROR)]
