from __future__ import annotations

import json
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk

from langchain_sse_chat.wire.deltas import ToolCallDelta, WireToolCall
from langchain_sse_chat.wire.tool_calls import ToolCallAssembler
from tests.ids import named
from tests.unit_tests.wire.wire_streams import (
    MADE_UP,
    NIL,
    Seen,
    call,
    calls,
    chunk,
    chunks_of,
    events,
    read_chunks,
    text,
)

BJ, UTC = {"city": "BJ"}, {"tz": "UTC"}
BJ_TEXT, UTC_TEXT = json.dumps(BJ), json.dumps(UTC)
LEFT, RIGHT = '{"city": ', '"BJ"}'
STOP, TOOL = chunk({}, "stop"), chunk({}, "tool_calls")


def called(*expected: tuple[Any, ...], content: str = "") -> Seen:
    return Seen(content, calls=list(expected), finish_reason="tool_calls")


def more(arguments: str) -> dict[str, Any]:
    """Return a further piece of the first call."""
    return call(0, arguments=arguments)


def bare(arguments: str) -> dict[str, Any]:
    """Return a piece with arguments only."""
    return call(arguments=arguments)


ONE = called(("a", "f", BJ))
MADE = called((MADE_UP, "f", BJ))


@pytest.mark.parametrize(
    ("pieces", "expected"),
    named({
        # As OpenAI sends it.
        "OpenAI": ([call(0, "a", "f", ""), more(LEFT), more(RIGHT)], ONE),
        # Without an index, or with null.
        "no index": ([call(NIL, "a", "f", LEFT), bare(RIGHT)], ONE),
        "null index, id and name":
         ([call(None, "a", "f", LEFT), call(None, NIL, NIL, RIGHT)], ONE),
        "null index, id repeated":
         ([call(None, "a", "f", LEFT), call(None, "a", NIL, RIGHT)], ONE),
        # An index of another type is ignored.
        "index is text": ([call("0", "a", "f", LEFT), call("0", NIL, NIL, RIGHT)], ONE),
        # An index on all pieces but the first, or on the first only.
        "index late": ([call(NIL, "a", "f", LEFT), more(RIGHT)], ONE),
        "index late, no text before":
         ([call(NIL, "a", "f", ""), call(0, "a", NIL, BJ_TEXT)], ONE),
        "rest without an index": ([call(0, "a", "f", LEFT), bare(RIGHT)], ONE),
        # The name repeated.
        "name repeated": ([call(0, "a", "f", LEFT), call(0, NIL, "f", RIGHT)], ONE),
        "id and name repeated":
         ([call(0, "a", "f", ""), call(0, "a", "f", BJ_TEXT), call(0, "a", "f", "")],
         ONE),
        "no id, no index":
         ([call(NIL, NIL, "f", LEFT), call(NIL, NIL, "f", RIGHT)], MADE),
        "no id": ([call(0, NIL, "f", BJ_TEXT), call(0, NIL, "f", "")], MADE),
        # The name split.
        "name in pieces": ([call(0, "a", "edit_", ""), call(0, NIL, "file", BJ_TEXT)],
         called(("a", "edit_file", BJ))),
        "name in pieces, no index":
         ([call(NIL, "a", "edit_"), call(NIL, NIL, "file"), call(arguments=BJ_TEXT)],
         called(("a", "edit_file", BJ))),
        # A name that comes after the arguments began is not the rest of one.
        "another name late": ([call(0, "a", "f", LEFT), call(0, NIL, "g", RIGHT)], ONE),
        # Empty texts say nothing.
        "empty id and name": ([call(0, "a", "f", LEFT), call(0, "", "", RIGHT)], ONE),
        "empty id": ([call(0, "", "f", LEFT), call(0, "", "", RIGHT)], MADE),
        # The id repeated, late, missing, or another on every piece.
        "id repeated": ([call(0, "a", "f", LEFT), call(0, "a", NIL, RIGHT)], ONE),
        "id late": ([call(0, NIL, "f", ""), call(0, "a", NIL, BJ_TEXT)], ONE),
        "id late, no index":
         ([call(NIL, NIL, "f", ""), call(NIL, "a", NIL, BJ_TEXT)], ONE),
        "id late, name repeated":
         ([call(NIL, NIL, "f", ""), call(NIL, "a", "f", BJ_TEXT)], ONE),
        "id after a part":
         ([call(0, NIL, "f", LEFT), call(0, "late", NIL, RIGHT)], MADE),
        "null id": ([call(0, None, "f", BJ_TEXT)], MADE),
        "new id in each piece":
         ([call(0, "a", "f", LEFT), call(0, "b", NIL, '"B'), call(0, "c", NIL, 'J"}')],
         ONE),
        "new id after the name":
         ([call(0, "a", "f", ""), call(0, "b", NIL, LEFT), call(0, "c", NIL, RIGHT)],
         ONE),
        "new id, no index":
         ([call(NIL, "a", "f"), call(NIL, "b", NIL, LEFT), call(NIL, "c", NIL, RIGHT)],
         ONE),
        "new id at the end": ([call(0, "a", "f", BJ_TEXT), call(0, "b", NIL, "")], ONE),
        "new id with white space":
         ([call(0, "a", "f", BJ_TEXT), call(0, "b", NIL, "\n")], ONE),
        # The name late: before it nothing can go out.
        "name late": ([call(0, "a", NIL, LEFT), call(0, NIL, "f", RIGHT)], ONE),
        "name after the arguments":
         ([call(0, "a", NIL, BJ_TEXT), call(0, NIL, "f")], ONE),
        "empty name first":
         ([call(0, "a", "", ""), call(0, NIL, "f", ""), more(BJ_TEXT)], ONE),
        "no index, name late":
         ([call(NIL, "a"), call(NIL, NIL, "f"), bare(BJ_TEXT)], ONE),
        "arguments first": ([call(arguments=BJ_TEXT), call(NIL, "a", "f")], ONE),
        # Arguments that are not text.
        "arguments are an object": ([call(0, "a", "f", BJ)], ONE),
        "null arguments first": ([call(0, "a", "f", None), more(BJ_TEXT)], ONE),
        "arguments in a string": ([call(0, "a", "f", json.dumps(BJ_TEXT))], ONE),
        "pieces of a string":
         ([call(0, "a", "f", '"{\\"city'), more('\\": \\"BJ\\"}"')], ONE),
        "empty object in a string":
         ([call(0, "a", "f", '"{}"')], called(("a", "f", {}))),
        # No arguments.
        "empty arguments": ([call(0, "a", "f", "")], called(("a", "f", {}))),
        "null arguments": ([call(0, "a", "f", None)], called(("a", "f", {}))),
        "null in a string": ([call(0, "a", "f", "null")], called(("a", "f", {}))),
        "no arguments": ([call(0, "a", "f")], called(("a", "f", {}))),
        "empty object": ([call(0, "a", "f", {})], called(("a", "f", {}))),
        "white space": ([call(0, "a", "f", "  \n")], called(("a", "f", {}))),
        # Blanks around them.
        "white space around": ([call(0, "a", "f", "\n "), more(BJ_TEXT), more("\n")],
         ONE),
        # Pieces that are nothing.
        "empty and odd pieces":
         ([call(0, "a", "f", BJ_TEXT), call(0), call(0, "", "", ""), None, "x"], ONE),
        "odd functions":
         ([call(0, "a", "f", BJ_TEXT), call(0, function=None), call(0, function="x")],
         ONE),
        "another call without a name":
         ([call(0, "a", "f", BJ_TEXT), call(1, "b")], ONE),
        "id is a number": ([call(0, 7, "f", BJ_TEXT)], MADE),
        # A character cut in two.
        "half a character": ([call(0, "a", "f", '{"x": "\ud83d'), more('\ude00"}')],
         called(("a", "f", {"x": "😀"}))),
    }),
)  # fmt: skip
def test_one_call_is_read_whatever_the_server_does_to_it(
    pieces: list[Any], expected: Seen
) -> None:
    as_ascii = [json.loads(json.dumps(calls(piece))) for piece in pieces]

    assert read_chunks(*map(_event, as_ascii), TOOL) == expected


def _event(sent: Any) -> bytes:
    return f"data: {json.dumps(sent)}\n\n".encode()


TWO = called(("a", "f", BJ), ("b", "g", UTC))
TWO_MADE = called((MADE_UP, "f", BJ), (MADE_UP, "g", UTC))


@pytest.mark.parametrize(
    ("pieces", "expected"),
    named({
        # Indices, one call after the other or in turns.
        "OpenAI": ([call(0, "a", "f", BJ_TEXT), call(1, "b", "g", UTC_TEXT)], TWO),
        "interleaved":
         ([call(0, "a", "f", LEFT), call(1, "b", "g", UTC_TEXT), more(RIGHT)],
         TWO),
        "indices not in order":
         ([call(3, "a", "f", BJ_TEXT), call(1, "b", "g", UTC_TEXT)], TWO),
        # The same index with another id.
        "one index": ([call(0, "a", "f", BJ_TEXT), call(0, "b", "g", UTC_TEXT)], TWO),
        "one index, in pieces":
         ([call(0, "a", "f", BJ_TEXT), call(0, "b", "g", ""), more(UTC_TEXT)],
         TWO),
        "one index, name late": ([call(0, "a", "f", BJ_TEXT), call(0, "b", NIL, ""),
          call(0, NIL, "g", UTC_TEXT)], TWO),
        # The same index without ids, after arguments that are whole.
        "one index, no ids":
         ([call(0, NIL, "f", BJ_TEXT), call(0, NIL, "g", UTC_TEXT)], TWO_MADE),
        "one index, no ids, in pieces":
         ([call(0, NIL, "f", BJ_TEXT), call(0, NIL, "g", ""), more(UTC_TEXT)],
         TWO_MADE),
        "one index, no ids, one name":
         ([call(0, NIL, "f", BJ_TEXT), call(0, NIL, "f", UTC_TEXT)],
         called((MADE_UP, "f", BJ), (MADE_UP, "f", UTC))),
        "one index, no ids, names repeated":
         ([call(0, NIL, "f", LEFT), call(0, NIL, "f", RIGHT),
          call(0, NIL, "g", '{"tz": '), call(0, NIL, "g", '"UTC"}')], TWO_MADE),
        # No index.
        "no index":
         ([call(NIL, "a", "f", BJ_TEXT), call(NIL, "b", "g", UTC_TEXT)], TWO),
        "no index, interleaved":
         ([call(NIL, "a", "f", LEFT), call(NIL, "b", "g", UTC_TEXT),
          call(NIL, "a", NIL, RIGHT)], TWO),
        "no index, no ids":
         ([call(NIL, NIL, "f", BJ_TEXT), call(NIL, NIL, "g", UTC_TEXT)], TWO_MADE),
        "no index, first without an id":
         ([call(NIL, NIL, "f", ""), call(NIL, "b", "g", UTC_TEXT)],
         called((MADE_UP, "f", {}), ("b", "g", UTC))),
        # No arguments: the order is the server's all the same.
        "first without arguments":
         ([call(0, "a", "f", ""), call(1, "b", "g", UTC_TEXT)],
         called(("a", "f", {}), ("b", "g", UTC))),
        "first with an empty object":
         ([call(0, "a", "f", '"{}"'), call(1, "b", "g", UTC_TEXT)],
         called(("a", "f", {}), ("b", "g", UTC))),
        "both empty at first":
         ([call(0, "a", "f", ""), call(1, "b", "g", ""), more(BJ_TEXT),
          call(1, arguments=UTC_TEXT)], TWO),
        "no arguments at all": ([call(NIL, "a", "f"), call(NIL, "b", "g")],
         called(("a", "f", {}), ("b", "g", {}))),
        # A second call whose index comes before its name.
        "arguments before the name":
         ([call(0, "a", "f", BJ_TEXT), call(1, arguments=UTC_TEXT), call(1, "b", "g")],
         TWO),
        # One index for a piece without an index before it, and a new call.
        "index late":
         ([call(NIL, "a", "f", BJ_TEXT), call(1, "b", "g", UTC_TEXT)], TWO),
    }),
)  # fmt: skip
def test_parallel_calls_stay_apart(pieces: list[Any], expected: Seen) -> None:
    assert read_chunks(*(calls(piece) for piece in pieces), TOOL) == expected


@pytest.mark.parametrize(
    ("pieces", "expected"),
    named({
        "two calls": ([call(0, "a", "f", BJ_TEXT), call(1, "b", "g", UTC_TEXT)], TWO),
        "no index":
         ([call(NIL, "a", "f", BJ_TEXT), call(NIL, "b", "g", UTC_TEXT)], TWO),
        "one index, no ids":
         ([call(0, NIL, "f", BJ_TEXT), call(0, NIL, "g", UTC_TEXT)], TWO_MADE),
        "no index, no ids": ([call(NIL, NIL, "f"), call(NIL, NIL, "g")],
         called((MADE_UP, "f", {}), (MADE_UP, "g", {}))),
        "no index, no ids, one name":
         ([call(NIL, NIL, "f", ""), call(NIL, NIL, "f", "")],
         called((MADE_UP, "f", {}), (MADE_UP, "f", {}))),
        "one index, no arguments": ([call(0, NIL, "f"), call(0, NIL, "g")],
         called((MADE_UP, "f", {}), (MADE_UP, "g", {}))),
        # Two pieces of one call that a relay put together.
        "parts of one call": ([call(0, "a", "f", LEFT), more(RIGHT)], ONE),
        "parts with the name":
         ([call(0, "a", "f", LEFT), call(0, "a", "f", RIGHT)], ONE),
        "parts without an id":
         ([call(0, NIL, "f", LEFT), call(0, NIL, "f", RIGHT)], MADE),
    }),
)  # fmt: skip
def test_several_pieces_in_one_delta_are_read(
    pieces: list[Any], expected: Seen
) -> None:
    assert read_chunks(calls(*pieces), TOOL) == expected
    assert read_chunks(calls(*pieces, finish="tool_calls")) == expected


def test_a_call_that_is_not_in_a_list_is_read() -> None:
    assert read_chunks(chunk({"tool_calls": call(0, "a", "f", BJ_TEXT)}), TOOL) == ONE


def test_calls_that_are_no_list_are_none() -> None:
    assert read_chunks(chunk({"content": "a", "tool_calls": "f"}), STOP) == Seen("a")


@pytest.mark.parametrize("arguments", [BJ_TEXT, BJ])
def test_a_legacy_function_call_is_a_tool_call(arguments: Any) -> None:
    function = {"name": "f", "arguments": arguments}
    sent = chunk(
        {"function_call": function, "functions_state_id": "s"}, "function_call"
    )

    chunks = chunks_of(events([sent]))

    assert read_chunks(sent) == MADE
    assert chunks[-1].message.additional_kwargs == {"functions_state_id": "s"}


def test_a_legacy_function_call_comes_in_pieces_too() -> None:
    pieces = [{"name": "f"}, {"arguments": LEFT}, {"arguments": RIGHT}, "odd"]

    assert read_chunks(*(chunk({"function_call": p}) for p in pieces), STOP) == MADE


def test_a_call_in_both_forms_is_one_call() -> None:
    function = {"name": "f", "arguments": BJ_TEXT}
    both = {"tool_calls": [call(0, "a", "f", BJ_TEXT)], "function_call": function}

    assert read_chunks(chunk(both), TOOL) == ONE


def test_text_beside_calls_is_kept() -> None:
    both = {"content": "a", "tool_calls": [call(0, "a", "f", BJ_TEXT)]}

    assert read_chunks(chunk(both), text("b"), TOOL) == called(
        ("a", "f", BJ), content="ab"
    )


def pieces_of(*sent: Any) -> list[list[Any]]:
    messages = [c.message for c in chunks_of(events(sent))]
    return [
        [(p["index"], p["id"], p["name"], p["args"]) for p in m.tool_call_chunks]
        for m in messages
        if isinstance(m, AIMessageChunk)
    ]


def test_id_and_name_go_out_once_with_the_first_byte_of_the_arguments() -> None:
    sent = [
        calls(call(0, "a", "f", "")),
        calls(call(0, "a", "f", LEFT)),
        calls(call(0, "a", "f", RIGHT)),
        TOOL,
    ]

    assert pieces_of(*sent) == [[(0, "a", "f", LEFT)], [(0, None, None, RIGHT)], []]


def test_a_name_known_late_goes_out_with_the_arguments_before_it() -> None:
    sent = [calls(call(0, "a", NIL, LEFT)), calls(call(0, NIL, "f")), TOOL]

    assert pieces_of(*sent)[0] == [(0, "a", "f", LEFT)]


def test_arguments_go_out_where_only_the_first_piece_has_no_index() -> None:
    sent = [
        calls(call(NIL, "a", "f", "")),
        calls(call(0, NIL, NIL, LEFT)),
        calls(call(0, NIL, NIL, RIGHT)),
        TOOL,
    ]

    assert pieces_of(*sent) == [[(0, "a", "f", LEFT)], [(0, None, None, RIGHT)], []]


def test_the_indices_given_out_count_the_calls() -> None:
    sent = [
        calls(call(7, "a", "f", BJ_TEXT)),
        calls(call(NIL, "b", "g", UTC_TEXT)),
        calls(call(7, "c", "h", "{}")),
        TOOL,
    ]

    assert [[p[0] for p in piece] for piece in pieces_of(*sent)] == [[0], [1], [2], []]


def test_a_made_up_id_stays_the_same() -> None:
    assembler = ToolCallAssembler()
    [first] = assembler.feed([call(0, NIL, "f", LEFT)])
    [snapshot] = assembler.snapshot()
    [second] = assembler.feed([call(0, "late", NIL, RIGHT)])
    [ended], pending = assembler.close(cut=False)

    assert first.id
    assert first.id == snapshot.id == ended.id
    assert (second, pending) == (ToolCallDelta(0, None, None, RIGHT), [])


def test_the_calls_so_far_are_those_with_a_name_or_arguments() -> None:
    assembler = ToolCallAssembler()
    assert not assembler
    assembler.feed([call(0, "a", "f", BJ_TEXT), call(1, "b", "g", '{"x'), call(2, "c")])

    assert assembler
    assert assembler.snapshot() == [
        WireToolCall(0, "a", "f", BJ_TEXT, BJ),
        WireToolCall(1, "b", "g", '{"x', None),
    ]


@pytest.mark.parametrize("index", [{"x": 1}, [0], "x"])
def test_calls_without_a_usable_index_are_not_taken_for_each_other(index: Any) -> None:
    sent = [
        calls(call(index, "a", "f", "")),
        calls(call(index, "b", "g", BJ_TEXT)),
        calls(call(7, arguments='{"x": 1}')),
        TOOL,
    ]

    seen = read_chunks(*sent)

    assert ("b", "g", BJ) in seen.calls


def test_a_call_is_invalid_if_its_arguments_may_be_those_of_an_invalid_one() -> None:
    seen = read_chunks(
        calls(call(0, "a", "f", ""), call(1, "b", "g", "")),
        calls(call(0, arguments=BJ_TEXT)),
        calls(call(0, arguments=UTC_TEXT)),
        TOOL,
    )

    assert seen.calls == []
    assert seen.invalid == [("a", "f", BJ_TEXT + UTC_TEXT), ("b", "g", "{}")]
