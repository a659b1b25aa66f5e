"""Pieces of tool calls, with ID and name once."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk

from langchain_sse_chat.message_keys import MODEL_PROVIDER
from langchain_sse_chat.serve.answer.parts import ToolCallDelta
from langchain_sse_chat.serve.answer.tool_pieces import ToolPieces, unfinished
from langchain_sse_chat.wire.jsontext import parse_arguments
from langchain_sse_chat.workarounds.broken_calls import breaking_mark


def piece(
    args: str | None = None,
    *,
    index: Any = 0,
    name: str | None = None,
    call_id: str | None = None,
) -> dict[str, Any]:
    return {"name": name, "args": args, "id": call_id, "index": index}


def served(*pieces: dict[str, Any], ours: bool = False) -> list[ToolCallDelta]:
    """Return the served pieces of calls that come piece by piece."""
    calls = ToolPieces()
    metadata = {"model_provider": MODEL_PROVIDER} if ours else {}
    messages = (
        AIMessageChunk(content="", tool_call_chunks=[p], response_metadata=metadata)
        for p in pieces
    )
    return [d for message in messages for d in calls.feed(message)] + calls.close({})


def test_a_name_that_comes_twice_is_served_once() -> None:
    assert served(
        piece("{", name="f", call_id="c"), piece("}", name="f", call_id="c")
    ) == [ToolCallDelta(0, "c", "f", "{"), ToolCallDelta(0, None, None, "}")]


def test_another_id_at_an_index_is_another_call() -> None:
    assert served(
        piece("{}", name="f", call_id="c1"), piece("{}", name="g", call_id="c2")
    ) == [ToolCallDelta(0, "c1", "f", "{}"), ToolCallDelta(1, "c2", "g", "{}")]


def test_an_index_is_another_call_in_the_next_message() -> None:
    calls = ToolPieces()
    chunk = AIMessageChunk(content="", tool_call_chunks=[piece("{}", name="f")])
    [first] = calls.feed(chunk)
    calls.next_message()
    [second] = calls.feed(chunk)

    assert (first.index, second.index, len(calls)) == (0, 1, 2)
    assert first.id != second.id


def test_a_call_without_an_id_gets_one() -> None:
    [only] = served(piece("{}", name="f"))

    assert (only.id or "").startswith("call_")


def test_a_call_waits_for_its_name() -> None:
    assert served(piece('{"a"', call_id="c"), piece(": 1}", name="f"), piece(None)) == [
        ToolCallDelta(0, "c", "f", '{"a": 1}'),
        ToolCallDelta(0, None, None, ""),
    ]


def test_a_call_without_a_name_is_served_at_the_end() -> None:
    assert served(piece("{}", call_id="c")) == [ToolCallDelta(0, "c", "", "{}")]


def test_earlier_calls_begin_before_later_ones() -> None:
    pieces = served(
        piece("{}", name="f", call_id="c1"),
        piece("1", index=1, name="g", call_id="c2"),
        ours=True,
    )

    assert [(p.index, p.id, p.arguments) for p in pieces] == [
        (0, "c1", ""),
        (1, "c2", "1"),
        (0, None, "{}"),
    ]


BROKEN = [
    '{"a": 1',
    '{"a": "b',
    '{"a": [1',
    "[1]",
    '{"a": 1}{"a": 2}',
    "text",
    '{"a": "\\',
]
"""Arguments that are not a complete object."""


@pytest.mark.parametrize("size", [1, 3, 100])
@pytest.mark.parametrize("sent", BROKEN)
def test_a_mark_of_ours_is_not_served(sent: str, size: int) -> None:
    cuts = [sent[i : i + size] for i in range(0, len(sent), size)]
    pieces = [piece("", name="f", call_id="c"), *map(piece, cuts)]

    got = served(*pieces, piece(breaking_mark(sent)), ours=True)

    assert "".join(p.arguments for p in got) == sent


@pytest.mark.parametrize("size", [1, 100])
@pytest.mark.parametrize("sent", ["", "{}", '{"a": {}}', '{"a": 1} \n'], ids=repr)
def test_an_invalid_call_is_served_as_one(sent: str, size: int) -> None:
    """Its arguments may be whole: it was cut before them, or its reason is unknown."""
    cuts = [sent[i : i + size] for i in range(0, len(sent), size)]
    pieces = [piece("", name="f", call_id="c"), *map(piece, cuts)]

    got = served(*pieces, piece(breaking_mark(sent)), ours=True)

    arguments = "".join(p.arguments for p in got)
    assert arguments.strip()
    assert parse_arguments(arguments) is None


def test_a_valid_call_is_served_as_it_is() -> None:
    sent = '{"a": {"b": [1]}}'
    pieces = [piece("", name="f", call_id="c"), *map(piece, sent)]

    assert "".join(p.arguments for p in served(*pieces, ours=True)) == sent


def test_a_call_of_an_unknown_kind_is_an_entry() -> None:
    calls = ToolPieces()
    sent = '{"id": "c", "type": "mcp", "mcp": {"x": 1}}'
    chunk = AIMessageChunk(
        content="",
        tool_call_chunks=[piece(sent + breaking_mark(sent), call_id="c")],
        response_metadata={"model_provider": MODEL_PROVIDER},
    )

    assert calls.feed(chunk) + calls.close({}) == []
    assert calls.entries == {0: {"id": "c", "type": "mcp", "mcp": {"x": 1}}}


def test_other_fields_of_a_call_are_an_entry() -> None:
    calls = ToolPieces()
    message = AIMessage(content="", tool_calls=[{"name": "f", "args": {}, "id": "c"}])

    calls.feed(message)

    assert calls.close({"c": {"extra_content": 1}, "d": {}}) == []
    assert calls.entries == {0: {"extra_content": 1}}


def test_an_invalid_call_of_a_whole_message_stays_one() -> None:
    calls = ToolPieces()
    invalid = [
        {"name": "f", "args": args, "id": "c", "error": "e"} for args in (None, "{}")
    ]

    pieces = calls.feed(AIMessage(content="", invalid_tool_calls=invalid))

    assert [p.arguments for p in pieces] == ["{", "{"]


def test_what_is_no_object_needs_no_change() -> None:
    assert unfinished("[1]") == "[1]"
