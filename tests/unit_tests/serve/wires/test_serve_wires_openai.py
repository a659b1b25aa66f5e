"""The bytes of OpenAI's wire."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from langchain_sse_chat.serve.answer.parts import (
    Delta,
    Finish,
    Note,
    Part,
    ToolCallDelta,
    ToolRun,
)
from langchain_sse_chat.serve.failure.failure import Failure
from langchain_sse_chat.serve.wires.openai import CompletionWire, OpenAIWire, to_json
from langchain_sse_chat.sse import SSEDecoder

HEAD = '{"id":"c-1","object":"chat.completion.chunk","created":7,"model":"m",'
FAILURE = Failure(502, "It broke.", "upstream_error", code="broke")


def stream(**options: Any) -> OpenAIWire:
    return OpenAIWire(model="m", completion_id="c-1", created=7, **options)


def completion(**options: Any) -> CompletionWire:
    return CompletionWire(model="m", completion_id="c-1", created=7, **options)


def data(sent: bytes) -> list[Any]:
    """Return the data of events, parsed where it is JSON."""
    events = SSEDecoder().feed(sent)
    assert all(event.event == "message" and not event.id for event in events)
    return [d if d == "[DONE]" else json.loads(d) for _, d, _ in events]


def choice(sent: bytes) -> dict[str, Any]:
    [chunk] = data(sent)
    [only] = chunk["choices"]
    assert isinstance(only, dict)
    return only


def test_the_bytes_of_a_text() -> None:
    assert stream().text('Привет, "you"\n').decode() == (
        f'data: {HEAD}"choices":[{{"index":0,"delta":{{"content":'
        '"Привет, \\"you\\"\\n"},"finish_reason":null}]}\n\n'
    )


def test_the_role_comes_once_and_first() -> None:
    wire = stream()

    assert choice(wire.open())["delta"] == {"role": "assistant", "content": ""}
    assert "role" not in choice(wire.text("Hi"))["delta"]


def test_usage_is_sent_once_and_only_when_requested() -> None:
    finish = Finish(usage={"prompt_tokens": 1})

    asked = data(stream(include_usage=True).close(finish))
    not_asked = data(stream().close(finish))

    assert [chunk.get("usage") for chunk in asked[:-1]] == [None, {"prompt_tokens": 1}]
    assert [chunk["choices"] == [] for chunk in asked[:-1]] == [False, True]
    assert "usage" not in not_asked[0]
    assert len(not_asked) == 2


def test_requested_usage_that_is_not_known_is_not_invented() -> None:
    wire = stream(include_usage=True)

    assert [chunk["usage"] for chunk in data(wire.text("Hi") + wire.keep_alive())] == [
        None,
        None,
    ]
    assert [c.get("usage") for c in data(wire.close(Finish()))[:-1]] == [None]


def test_reasoning_and_refusals_have_their_own_fields() -> None:
    delta = choice(stream().feed(Delta("t", "r", "no")))["delta"]

    assert delta == {"reasoning_content": "r", "content": "t", "refusal": "no"}


def test_a_call_has_its_id_and_name_once() -> None:
    wire = stream()
    pieces = [ToolCallDelta(1, "c1", "f", '{"a"'), ToolCallDelta(1, None, None, ": 1}")]

    deltas = [choice(wire.feed(Delta(tool_calls=[p])))["delta"] for p in pieces]

    assert [d["tool_calls"] for d in deltas] == [
        [
            {
                "index": 1,
                "id": "c1",
                "type": "function",
                "function": {"name": "f", "arguments": '{"a"'},
            }
        ],
        [{"index": 1, "function": {"arguments": ": 1}"}}],
    ]


def test_calls_that_came_alternately_are_sent_one_after_the_other() -> None:
    wire = stream()
    begun = [ToolCallDelta(0, "c1", "f", "{"), ToolCallDelta(1, "c2", "f", "{}")]

    first = choice(wire.feed(Delta(tool_calls=begun)))["delta"]["tool_calls"]
    [held, last, _] = data(wire.close(Finish("tool_calls")))

    assert [call["id"] for call in first] == ["c1"]
    body = {"name": "f", "arguments": "{}"}
    assert held["choices"][0]["delta"]["tool_calls"] == [
        {"index": 1, "id": "c2", "type": "function", "function": body}
    ]
    assert held["choices"][0]["finish_reason"] is None
    assert last["choices"][0]["delta"] == {}


def test_a_chunk_has_one_piece_of_each_call() -> None:
    pieces = [ToolCallDelta(0, "c1", "f", "{"), ToolCallDelta(0, None, None, "}")]

    chunks = data(stream().feed(Delta("t", tool_calls=pieces)))

    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert [len(delta.get("tool_calls", [])) for delta in deltas] == [0, 1, 1]
    assert deltas[0] == {"content": "t"}


def test_the_call_of_a_custom_tool_is_sent_when_its_input_is_complete() -> None:
    wire = stream(custom_tools={"sql"})
    pieces = [
        ToolCallDelta(0, "c1", "sql", '{"__arg1": "{}'),
        ToolCallDelta(0, None, None, ' \\"a\\""}'),
    ]

    nothing = wire.feed(Delta(tool_calls=pieces[:1]))
    whole = wire.feed(Delta(tool_calls=pieces[1:]))
    [last, _] = data(wire.close(Finish("tool_calls")))

    assert nothing == b""
    assert choice(whole)["delta"]["tool_calls"] == [
        {
            "index": 0,
            "id": "c1",
            "type": "custom",
            "custom": {"name": "sql", "input": '{} "a"'},
        }
    ]
    assert last["choices"][0]["delta"] == {}


@pytest.mark.parametrize("sent", ['{"__arg1": "drop', '{"x": "drop"}', "{"])
def test_a_call_of_a_custom_tool_that_must_not_be_run_has_no_input(sent: str) -> None:
    pieces = [ToolCallDelta(0, "c1", "sql", sent)]
    call = {"type": "function", "function": {"name": "sql", "arguments": sent}}
    wire, whole = stream(custom_tools={"sql"}), completion(custom_tools={"sql"})

    assert wire.feed(Delta(tool_calls=pieces)) == b""
    [last, _] = data(wire.close(Finish("length")))
    whole.feed(Delta(tool_calls=pieces))
    [only] = json.loads(whole.close(Finish("length")))["choices"]

    assert last["choices"][0]["delta"]["tool_calls"] == [
        {"index": 0, "id": "c1", **call}
    ]
    assert only["message"]["tool_calls"] == [{"id": "c1", **call}]


def test_other_fields_of_calls_come_at_the_end() -> None:
    wire = stream()
    wire.feed(Delta(tool_calls=[ToolCallDelta(0, "c1", "f", "{}")]))
    entries: dict[int, dict[str, Any]] = {
        0: {"extra_content": {"s": 1}, "function": {"strict": True}},
        1: {"id": "c2", "type": "mcp"},
    }

    [last, _] = data(wire.close(Finish("tool_calls", call_entries=entries)))

    assert last["choices"][0]["delta"]["tool_calls"] == [
        {
            "index": 0,
            "extra_content": {"s": 1},
            "function": {"strict": True, "arguments": ""},
        },
        {"index": 1, "id": "c2", "type": "mcp"},
    ]


def test_the_end_of_a_stream() -> None:
    finish = Finish(
        "length",
        native_reason="MAX_TOKENS",
        logprobs={"content": []},
        fields={"annotations": [1]},
        metadata={"provider": "P", "id": "theirs"},
        other_choices=[{"message": {"content": "B"}, "finish_reason": "stop"}],
        model="m-2026",
    )

    [chunk, done] = data(stream().close(finish))

    assert done == "[DONE]"
    assert (chunk["provider"], chunk["id"], chunk["model"]) == ("P", "c-1", "m-2026")
    assert chunk["choices"] == [
        {
            "index": 0,
            "delta": {"annotations": [1]},
            "logprobs": {"content": []},
            "finish_reason": "length",
            "native_finish_reason": "MAX_TOKENS",
        },
        {"index": 1, "delta": {"content": "B"}, "finish_reason": "stop"},
    ]


def test_a_failure_has_no_finish_reason_and_no_done() -> None:
    assert data(stream().fail(FAILURE)) == [
        {
            "error": {
                "message": "It broke.",
                "type": "upstream_error",
                "param": None,
                "code": "broke",
                "should_retry": False,
            }
        }
    ]


def test_a_keep_alive_is_a_chunk_with_an_empty_delta() -> None:
    assert choice(stream().keep_alive()) == {
        "index": 0,
        "delta": {},
        "finish_reason": None,
    }


@pytest.mark.parametrize(
    "part",
    [ToolRun("1", "search"), Note({"a": 1}), Delta()],
    ids=["a tool of the agent", "a note", "nothing"],
)
@pytest.mark.parametrize("wire", [stream(), completion()], ids=["stream", "whole"])
def test_what_the_client_must_not_run_is_not_sent(
    part: Part, wire: OpenAIWire | CompletionWire
) -> None:
    assert wire.feed(part) == b""


@given(st.text(st.characters(codec=None)))
@example("half a pair: \ud83d")
def test_any_text_is_one_line_of_json(text: str) -> None:
    sent = stream().text(text)

    assert sent.count(b"\n") == 2
    assert choice(sent)["delta"]["content"] == text
    assert stream().feed(text) == sent


def test_a_whole_completion() -> None:
    wire = completion()
    parts: list[Part] = [
        Delta(reasoning="Hm"),
        "Hel",
        "lo",
        Delta(tool_calls=[ToolCallDelta(0, "c1", "f", "{")]),
        Delta(tool_calls=[ToolCallDelta(0, None, None, "}")]),
    ]
    assert wire.open() + b"".join(map(wire.feed, parts)) + wire.keep_alive() == b""

    finish = Finish(
        "tool_calls",
        usage={"prompt_tokens": 1},
        call_entries={0: {"extra_content": 1}, 1: {"id": "c2", "type": "mcp"}},
        other_choices=[{"message": {"content": "B"}}],
    )
    whole = json.loads(wire.close(finish))

    assert whole == {
        "id": "c-1",
        "object": "chat.completion",
        "created": 7,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": "Hello",
                    "refusal": None,
                    "reasoning_content": "Hm",
                    "tool_calls": [
                        {
                            "extra_content": 1,
                            "id": "c1",
                            "type": "function",
                            "function": {"name": "f", "arguments": "{}"},
                        },
                        {"id": "c2", "type": "mcp"},
                    ],
                },
                "logprobs": None,
                "finish_reason": "tool_calls",
            },
            {"index": 1, "message": {"content": "B"}},
        ],
        "usage": {"prompt_tokens": 1},
    }


def test_a_whole_call_of_a_custom_tool() -> None:
    wire = completion(custom_tools={"sql"})
    piece = ToolCallDelta(0, "c1", "sql", '{"__arg1": "select"}')
    wire.feed(Delta(tool_calls=[piece]))

    [only] = json.loads(wire.close(Finish("tool_calls")))["choices"]

    assert only["message"]["tool_calls"] == [
        {"id": "c1", "type": "custom", "custom": {"name": "sql", "input": "select"}}
    ]


@pytest.mark.parametrize(
    ("part", "content"),
    [
        (None, ""),
        (Delta(refusal="No."), None),
        (Delta(tool_calls=[ToolCallDelta(0, "c", "f", "{}")]), None),
    ],
    ids=["empty", "refused", "calls"],
)
def test_the_content_is_null_only_beside_a_call_or_a_refusal(
    part: Part | None, content: str | None
) -> None:
    wire = completion()
    if part is not None:
        wire.feed(part)

    [only] = json.loads(wire.close(Finish()))["choices"]

    assert only["message"]["content"] == content


def test_a_whole_failure() -> None:
    wire = completion()

    assert json.loads(wire.fail(FAILURE)) == FAILURE.body()


def test_what_is_no_json_is_sent_as_text() -> None:
    assert to_json({"a": {1}}) == '{"a":"{1}"}'


@pytest.mark.parametrize("wire", [stream, completion])
def test_numbers_that_json_does_not_have_are_null_for_the_client(wire: Any) -> None:
    logprobs = {"content": [{"token": "a", "logprob": float("-inf")}]}
    sent = wire().close(Finish("stop", logprobs=logprobs))
    assert b"Infinity" not in sent
    assert b'"logprob":null' in sent
