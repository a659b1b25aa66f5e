"""Calls that share an id, or of another kind, piece by piece."""

from __future__ import annotations

import json
from typing import Any

import pytest

from langchain_sse_chat.wire.tool_calls import ToolCallAssembler
from tests.ids import named
from tests.unit_tests.wire.wire_streams import (
    MADE_UP,
    NIL,
    Seen,
    call,
    calls,
    chunk,
    read_chunks,
    same_ids,
)

TOOL = chunk({}, "tool_calls")


def custom(index: Any = ..., call_id: Any = ..., **body: Any) -> dict[str, Any]:
    """Return a piece of a custom tool's call."""
    return {**call(index, call_id), "custom": body}


def odd(index: Any = ..., call_id: Any = ..., **fields: Any) -> dict[str, Any]:
    """Return a piece of a call of an unknown kind."""
    return {**call(index, call_id), "type": "shell", **fields}


RUN_A = custom(NIL, "c", name="f", input="a")
RUN_B = custom(NIL, "c", name="f", input="b")
INNER: dict[str, Any] = {"shell": {"name": "f"}}


def seen(*pieces: Any, finish: Any = "tool_calls") -> Seen:
    """Return the content of an answer with these deltas."""
    sent = [calls(*p) if isinstance(p, list) else calls(p) for p in pieces]
    return read_chunks(*sent, chunk({}, finish))


@pytest.mark.parametrize(
    ("pieces", "expected"),
    named({
        # One name, and other arguments.
        "one id in one delta": (
            [[call(NIL, "c", "f", '{"y": 1}'), call(NIL, "c", "f", '{"y": 2}')]],
            [("c", "f", {"y": 1}), (MADE_UP, "f", {"y": 2})],
        ),
        # Both of them once more.
        "one id and whole messages": (
            [call(NIL, "c", "f", "{}"), call(NIL, "c", "g", '{"y": 2}'),
             [call(NIL, "c", "f", "{ }"), call(NIL, "c", "g", '{"y": 2}')]],
            [("c", "f", {}), (MADE_UP, "g", {"y": 2})],
        ),
        # The second one without arguments.
        "one id, empty arguments": (
            [call(NIL, "c", "f", '{"y": 1}'), call(NIL, "c", "g", "")],
            [("c", "f", {"y": 1}), (MADE_UP, "g", {})],
        ),
        "one id, no arguments": ([[call(NIL, "c", "f", ""), call(NIL, "c", "g", "")]],
         [("c", "f", {}), (MADE_UP, "g", {})]),
        # The id comes late.
        "one id, name late": (
            [call(0, "c", "f", '{"y": 1}'), call(1, NIL, "g", '{"y": 2}'),
             call(1, "c", "g", "")],
            [("c", "f", {"y": 1}), (MADE_UP, "g", {"y": 2})],
        ),
        # A third one begins while the second is open.
        "one id, three indices": (
            [call(0, "c", "f", '{"y": 1}'), call(1, "c", "g", '{"y"'),
             call(2, "d", "h", "{}"), call(1, NIL, NIL, ": 2}")],
            [("c", "f", {"y": 1}), (MADE_UP, "g", {"y": 2}), ("d", "h", {})],
        ),
        # A name that is split has its id on each piece.
        "name in pieces":
         ([call(0, "c", "de"), call(0, "c", "lete"), call(0, "c", NIL, '{"y": 1}')],
         [("c", "delete", {"y": 1})]),
        # Custom tools.
        "custom call twice": ([[RUN_A, RUN_A]],
         [("c", "f", {"__arg1": "a"})]),
        "custom calls with one id": ([[RUN_A, RUN_B]],
         [("c", "f", {"__arg1": "a"}), (MADE_UP, "f", {"__arg1": "b"})]),
        "custom call in pieces": ([RUN_A, RUN_B],
         [("c", "f", {"__arg1": "ab"})]),
        "custom calls without an id":
         ([custom(0, name="f", input="a"), custom(0, name="f", input="b")],
         [(MADE_UP, "f", {"__arg1": "a"}), (MADE_UP, "f", {"__arg1": "b"})]),
        # The kind comes after the id.
        "custom name late":
         ([call(0, "c"), custom(0, name="f", input="a")],
          [("c", "f", {"__arg1": "a"})]),
        "custom type first":
         ([call(0, "c", type="custom"), call(0, NIL, "f", "{}")], [("c", "f", {})]),
        "custom type late":
         ([call(0, "c", "f", "{"), call(0, type="custom"), call(0, arguments="}")],
         [("c", "f", {})]),
    }),
)  # fmt: skip
def test_each_call_has_its_own_arguments(
    pieces: list[Any], expected: list[Any]
) -> None:
    got = seen(*pieces)

    assert sorted(got.calls, key=repr) == sorted(expected, key=repr)
    assert got.invalid == []


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([[odd(..., a=1), odd(..., a=2)]],
         [(MADE_UP, "shell", {"type": "shell", "a": 1}),
          (MADE_UP, "shell", {"type": "shell", "a": 2})]),
        ([[odd(0, a=1), odd(0, a=2)]],
         [(MADE_UP, "shell", {"type": "shell", "a": 1}),
          (MADE_UP, "shell", {"type": "shell", "a": 2})]),
        ([odd(0, "c", name="f", arguments=""), call(0, name=..., arguments=...),
          {"index": 0, "arguments": '{"y'}, {"index": 0, "arguments": '": 1}'}],
         [("c", "f", {"id": "c", "type": "shell", "name": "f",
                      "arguments": '{"y": 1}'})]),
        ([odd(..., "c", **INNER), {"x": "a"}, {"id": "c", "x": "b"}],
         [("c", "f", {"id": "c", "type": "shell", "shell": {"name": "f"},
                      "x": "ab"})]),
        ([call(0, "c", x=1), odd(0, y=2)],
         [("c", "shell", {"id": "c", "type": "shell", "x": 1, "y": 2})]),
        ([call(0, "c", mcp={"x": 1})], [("c", None, {"id": "c", "mcp": {"x": 1}})]),
        ([{"mcp": {"x": 1}}], [(MADE_UP, None, {"mcp": {"x": 1}})]),
        ([call(0, "c", "", "")], [("c", None, {"id": "c"})]),
    ],
)  # fmt: skip
def test_calls_that_cannot_be_run_keep_all_that_came(
    pieces: list[Any], expected: list[Any]
) -> None:
    got = seen(*pieces)

    assert got.calls == []
    assert [(i, n, json.loads(a)) for i, n, a in got.invalid] == expected
    assert got.finish_reason == "tool_calls"


def test_what_says_nothing_keeps_the_finish_reason() -> None:
    assert seen([None, "x"]) == Seen(finish_reason="tool_calls")
    assert seen([None, "x"], finish="stop") == Seen(finish_reason="stop")


def test_a_partial_message_has_calls_of_every_kind() -> None:
    assembler = ToolCallAssembler()
    for piece in (
        call(0, "c", "f", '{"y": 1}'),
        call(1, "c", "f", '{"y": 1}'),
        custom(2, "d", name="g", input="sel"),
        odd(3, "e", a=1),
        call(4, "h"),
        call(5, "i", "f", "{}"),
    ):
        assembler.feed([piece])

    got = [(c.id, c.name, c.arguments, c.parsed) for c in assembler.snapshot()]

    assert got == [
        ("c", "f", '{"y": 1}', {"y": 1}),
        ("d", "g", '{"__arg1": "sel', None),
        ("e", "shell", '{"id": "e", "type": "shell", "a": 1}', None),
        # Gateways send such braces first, and the arguments after them.
        ("i", "f", "", None),
    ]
    assert same_ids("".join(c.id for c in assembler.snapshot())) == "cdei"
