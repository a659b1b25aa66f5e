from __future__ import annotations

import json
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk

from langchain_sse_chat.wire.deltas import ToolCallDelta, WireToolCall
from langchain_sse_chat.wire.tool_calls import ToolCallAssembler
from tests.unit_tests.wire.wire_streams import (
    MADE_UP,
    NIL,
    Seen,
    assembled,
    call,
    calls,
    chunk,
    chunks_of,
    events,
    merged,
    read_chunks,
    result_of,
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
    [
        # As OpenAI sends it.
        ([call(0, "a", "f", ""), more(LEFT), more(RIGHT)], ONE),
        # Without an index, or with null.
        ([call(NIL, "a", "f", LEFT), bare(RIGHT)], ONE),
        ([call(None, "a", "f", LEFT), call(None, NIL, NIL, RIGHT)], ONE),
        ([call(None, "a", "f", LEFT), call(None, "a", NIL, RIGHT)], ONE),
        # An index of another type is ignored.
        ([call("0", "a", "f", LEFT), call("0", NIL, NIL, RIGHT)], ONE),
        # An index on all pieces but the first, or on the first only.
        ([call(NIL, "a", "f", LEFT), more(RIGHT)], ONE),
        ([call(NIL, "a", "f", ""), call(0, "a", NIL, BJ_TEXT)], ONE),
        ([call(0, "a", "f", LEFT), bare(RIGHT)], ONE),
        # The name repeated.
        ([call(0, "a", "f", LEFT), call(0, NIL, "f", RIGHT)], ONE),
        ([call(0, "a", "f", ""), call(0, "a", "f", BJ_TEXT), call(0, "a", "f", "")],
         ONE),
        ([call(NIL, NIL, "f", LEFT), call(NIL, NIL, "f", RIGHT)], MADE),
        ([call(0, NIL, "f", BJ_TEXT), call(0, NIL, "f", "")], MADE),
        # The name split.
        ([call(0, "a", "edit_", ""), call(0, NIL, "file", BJ_TEXT)],
         called(("a", "edit_file", BJ))),
        ([call(NIL, "a", "edit_"), call(NIL, NIL, "file"), call(arguments=BJ_TEXT)],
         called(("a", "edit_file", BJ))),
        # A name that comes after the arguments began is not the rest of one.
        ([call(0, "a", "f", LEFT), call(0, NIL, "g", RIGHT)], ONE),
        # Empty texts say nothing.
        ([call(0, "a", "f", LEFT), call(0, "", "", RIGHT)], ONE),
        ([call(0, "", "f", LEFT), call(0, "", "", RIGHT)], MADE),
        # The id repeated, late, missing, or another on every piece.
        ([call(0, "a", "f", LEFT), call(0, "a", NIL, RIGHT)], ONE),
        ([call(0, NIL, "f", ""), call(0, "a", NIL, BJ_TEXT)], ONE),
        ([call(NIL, NIL, "f", ""), call(NIL, "a", NIL, BJ_TEXT)], ONE),
        ([call(NIL, NIL, "f", ""), call(NIL, "a", "f", BJ_TEXT)], ONE),
        ([call(0, NIL, "f", LEFT), call(0, "late", NIL, RIGHT)], MADE),
        ([call(0, None, "f", BJ_TEXT)], MADE),
        ([call(0, "a", "f", LEFT), call(0, "b", NIL, '"B'), call(0, "c", NIL, 'J"}')],
         ONE),
        ([call(0, "a", "f", ""), call(0, "b", NIL, LEFT), call(0, "c", NIL, RIGHT)],
         ONE),
        ([call(NIL, "a", "f"), call(NIL, "b", NIL, LEFT), call(NIL, "c", NIL, RIGHT)],
         ONE),
        ([call(0, "a", "f", BJ_TEXT), call(0, "b", NIL, "")], ONE),
        ([call(0, "a", "f", BJ_TEXT), call(0, "b", NIL, "\n")], ONE),
        # The name late: before it nothing can go out.
        ([call(0, "a", NIL, LEFT), call(0, NIL, "f", RIGHT)], ONE),
        ([call(0, "a", NIL, BJ_TEXT), call(0, NIL, "f")], ONE),
        ([call(0, "a", "", ""), call(0, NIL, "f", ""), more(BJ_TEXT)], ONE),
        ([call(NIL, "a"), call(NIL, NIL, "f"), bare(BJ_TEXT)], ONE),
        ([call(arguments=BJ_TEXT), call(NIL, "a", "f")], ONE),
        # Arguments that are no text.
        ([call(0, "a", "f", BJ)], ONE),
        ([call(0, "a", "f", None), more(BJ_TEXT)], ONE),
        ([call(0, "a", "f", json.dumps(BJ_TEXT))], ONE),
        ([call(0, "a", "f", '"{\\"city'), more('\\": \\"BJ\\"}"')], ONE),
        ([call(0, "a", "f", '"{}"')], called(("a", "f", {}))),
        # No arguments.
        ([call(0, "a", "f", "")], called(("a", "f", {}))),
        ([call(0, "a", "f", None)], called(("a", "f", {}))),
        ([call(0, "a", "f", "null")], called(("a", "f", {}))),
        ([call(0, "a", "f")], called(("a", "f", {}))),
        ([call(0, "a", "f", {})], called(("a", "f", {}))),
        ([call(0, "a", "f", "  \n")], called(("a", "f", {}))),
        # Blanks around them.
        ([call(0, "a", "f", "\n "), more(BJ_TEXT), more("\n")],
         ONE),
        # Pieces that are nothing.
        ([call(0, "a", "f", BJ_TEXT), call(0), call(0, "", "", ""), None, "x"], ONE),
        ([call(0, "a", "f", BJ_TEXT), call(0, function=None), call(0, function="x")],
         ONE),
        ([call(0, "a", "f", BJ_TEXT), call(1, "b")], ONE),
        ([call(0, 7, "f", BJ_TEXT)], MADE),
        # A character cut in two.
        ([call(0, "a", "f", '{"x": "\ud83d'), more('\ude00"}')],
         called(("a", "f", {"x": "😀"}))),
    ],
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
    [
        # Indices, one call after the other or in turns.
        ([call(0, "a", "f", BJ_TEXT), call(1, "b", "g", UTC_TEXT)], TWO),
        ([call(0, "a", "f", LEFT), call(1, "b", "g", UTC_TEXT), more(RIGHT)],
         TWO),
        ([call(3, "a", "f", BJ_TEXT), call(1, "b", "g", UTC_TEXT)], TWO),
        # The same index with another id.
        ([call(0, "a", "f", BJ_TEXT), call(0, "b", "g", UTC_TEXT)], TWO),
        ([call(0, "a", "f", BJ_TEXT), call(0, "b", "g", ""), more(UTC_TEXT)],
         TWO),
        ([call(0, "a", "f", BJ_TEXT), call(0, "b", NIL, ""),
          call(0, NIL, "g", UTC_TEXT)], TWO),
        # The same index without ids, after arguments that are whole.
        ([call(0, NIL, "f", BJ_TEXT), call(0, NIL, "g", UTC_TEXT)], TWO_MADE),
        ([call(0, NIL, "f", BJ_TEXT), call(0, NIL, "g", ""), more(UTC_TEXT)],
         TWO_MADE),
        ([call(0, NIL, "f", BJ_TEXT), call(0, NIL, "f", UTC_TEXT)],
         called((MADE_UP, "f", BJ), (MADE_UP, "f", UTC))),
        ([call(0, NIL, "f", LEFT), call(0, NIL, "f", RIGHT),
          call(0, NIL, "g", '{"tz": '), call(0, NIL, "g", '"UTC"}')], TWO_MADE),
        # No index.
        ([call(NIL, "a", "f", BJ_TEXT), call(NIL, "b", "g", UTC_TEXT)], TWO),
        ([call(NIL, "a", "f", LEFT), call(NIL, "b", "g", UTC_TEXT),
          call(NIL, "a", NIL, RIGHT)], TWO),
        ([call(NIL, NIL, "f", BJ_TEXT), call(NIL, NIL, "g", UTC_TEXT)], TWO_MADE),
        ([call(NIL, NIL, "f", ""), call(NIL, "b", "g", UTC_TEXT)],
         called((MADE_UP, "f", {}), ("b", "g", UTC))),
        # No arguments: the order is the server's all the same.
        ([call(0, "a", "f", ""), call(1, "b", "g", UTC_TEXT)],
         called(("a", "f", {}), ("b", "g", UTC))),
        ([call(0, "a", "f", '"{}"'), call(1, "b", "g", UTC_TEXT)],
         called(("a", "f", {}), ("b", "g", UTC))),
        ([call(0, "a", "f", ""), call(1, "b", "g", ""), more(BJ_TEXT),
          call(1, arguments=UTC_TEXT)], TWO),
        ([call(NIL, "a", "f"), call(NIL, "b", "g")],
         called(("a", "f", {}), ("b", "g", {}))),
        # A second call whose index comes before its name.
        ([call(0, "a", "f", BJ_TEXT), call(1, arguments=UTC_TEXT), call(1, "b", "g")],
         TWO),
        # One index for a piece without an index before it, and a new call.
        ([call(NIL, "a", "f", BJ_TEXT), call(1, "b", "g", UTC_TEXT)], TWO),
    ],
)  # fmt: skip
def test_parallel_calls_stay_apart(pieces: list[Any], expected: Seen) -> None:
    assert read_chunks(*(calls(piece) for piece in pieces), TOOL) == expected


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([call(0, "a", "f", BJ_TEXT), call(1, "b", "g", UTC_TEXT)], TWO),
        ([call(NIL, "a", "f", BJ_TEXT), call(NIL, "b", "g", UTC_TEXT)], TWO),
        ([call(0, NIL, "f", BJ_TEXT), call(0, NIL, "g", UTC_TEXT)], TWO_MADE),
        ([call(NIL, NIL, "f"), call(NIL, NIL, "g")],
         called((MADE_UP, "f", {}), (MADE_UP, "g", {}))),
        ([call(NIL, NIL, "f", ""), call(NIL, NIL, "f", "")],
         called((MADE_UP, "f", {}), (MADE_UP, "f", {}))),
        ([call(0, NIL, "f"), call(0, NIL, "g")],
         called((MADE_UP, "f", {}), (MADE_UP, "g", {}))),
        # Two pieces of one call that a relay put together.
        ([call(0, "a", "f", LEFT), more(RIGHT)], ONE),
        ([call(0, "a", "f", LEFT), call(0, "a", "f", RIGHT)], ONE),
        ([call(0, NIL, "f", LEFT), call(0, NIL, "f", RIGHT)], MADE),
    ],
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


SIGNATURE = {"extra_content": {"google": {"thought_signature": "sig"}}}


def extras_of(*pieces: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the further keys of each call, a delta for each piece."""
    assembler = ToolCallAssembler()
    for piece in pieces:
        assembler.feed([piece])
    snapshot = assembler.snapshot()
    ended, _ = assembler.close(cut=False)
    assert [c.extras for c in ended] == [c.extras for c in snapshot]
    return [c.extras for c in ended]


@pytest.mark.parametrize(
    ("pieces", "extras"),
    [
        ([call(0, "a", "f", "{}", type="function")], [{}]),
        ([call(0, "a", "f", "{}", note=None, more="", list=[])], [{}]),
        ([call(0, "a", "f", "{}", zero=0, no=False)], [{"zero": 0, "no": False}]),
        ([call(0, "a", "f", "{}", **SIGNATURE)], [SIGNATURE]),
        # On a later delta, on one of its own, and before the call.
        ([call(0, "a", "f", ""), call(0, NIL, NIL, "{}", **SIGNATURE)], [SIGNATURE]),
        ([call(0, "a", "f", "{}"), call(0, **SIGNATURE)], [SIGNATURE]),
        ([call(NIL, "a", "f", "{}"), call(**SIGNATURE)], [SIGNATURE]),
        ([call(0, **SIGNATURE), call(0, "a", "f", "{}")], [SIGNATURE]),
        # On every delta, and in pieces.
        ([call(0, "a", "f", "", **SIGNATURE), more("{}") | SIGNATURE], [SIGNATURE]),
        (
            [call(0, "a", "f", "", x={"a": 1, "b": 1}), more("{}") | {"x": {"b": 2}}],
            [{"x": {"a": 1, "b": 2}}],
        ),
        ([call(0, "a", "f", "", x=1), more("{}") | {"x": {"b": 2}}], [{"x": {"b": 2}}]),
        # Each on its own call.
        (
            [call(0, "a", "f", "{}", x=1), call(1, "b", "g", "{}"), call(0, x=2)],
            [{"x": 2}, {}],
        ),
    ],
)
def test_the_further_keys_of_a_call_are_kept(
    pieces: list[dict[str, Any]], extras: list[dict[str, Any]]
) -> None:
    assert extras_of(*pieces) == extras


def test_the_further_keys_of_a_function_are_kept_apart() -> None:
    function = {"name": "f", "arguments": "{}", "strict": True, "parsed": None}

    assert extras_of({"index": 0, "id": "a", "function": function, "x": 1}) == [
        {"x": 1, "function": {"strict": True}}
    ]


def test_the_further_keys_of_calls_come_with_the_last_chunk() -> None:
    sent = [calls(call(0, "a", "f", BJ_TEXT, **SIGNATURE), call(1, "b", "g", BJ_TEXT))]
    chunks = chunks_of(events([*sent, TOOL]))
    kept = {"tool_call_extras": {"a": SIGNATURE}}

    assert [c.message.additional_kwargs for c in chunks] == [{}, kept]
    assert merged(chunks).additional_kwargs == kept
    assert assembled(chunks).additional_kwargs == kept
    assert result_of(events([*sent, TOOL])).additional_kwargs == kept


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
