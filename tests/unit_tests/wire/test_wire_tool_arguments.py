"""Which arguments make a call that may be run, and which must not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit_tests.wire.wire_streams import (
    MADE_UP,
    NIL,
    Seen,
    call,
    calls,
    chunk,
    chunks_of,
    events,
    merged,
    read_chunks,
    result_of,
)

BJ = {"city": "BJ"}
BJ_TEXT = json.dumps(BJ)
TOOL = chunk({}, "tool_calls")


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        ('{"to": "alice", "conf', '{"to": "alice", "conf'),
        ('{"to": "ali', '{"to": "ali'),
        ('{"a": "\\', '{"a": "\\'),
        ('{"a": [1, {"b": 2', '{"a": [1, {"b": 2'),
        ("{", "{"),
        ('{"a": 1}}', '{"a": 1}}'),
        ('{"a": 1} {"b": 2}', '{"a": 1} {"b": 2}'),
        ('{"a": "x\\\ny"}', '{"a": "x\\\ny"}'),
        ([1, 2], "[1, 2]"),
        (5, "5"),
        (False, "false"),
        ("bare", "bare"),
        ('"text"', '"text"'),
        ('"[1]"', '"[1]"'),
        ('"{cut', '"{cut'),
    ],
)
def test_arguments_that_are_no_whole_object_are_never_valid(
    arguments: Any, kept: str
) -> None:
    sent = [calls(call(0, "a", "f", arguments)), TOOL]
    expected = Seen(invalid=[("a", "f", kept)], finish_reason="tool_calls")

    assert read_chunks(*sent) == expected


def test_arguments_nested_too_deep_are_not_valid() -> None:
    sent = events([calls(call(0, "a", "f", '{"a":' * 100_000)), TOOL])

    for message in (merged(chunks_of(sent)), result_of(sent)):
        assert message.tool_calls == []
        assert [c["name"] for c in message.invalid_tool_calls] == ["f"]


@pytest.mark.parametrize("reason", ["length", "content_filter", "LENGTH"])
def test_a_call_without_arguments_in_an_answer_that_was_cut_is_not_valid(
    reason: str,
) -> None:
    sent = [calls(call(0, "a", "f", "")), chunk({}, reason)]

    seen = read_chunks(*sent)

    assert (seen.calls, seen.finish_reason) == ([], reason)
    assert [invalid[:2] for invalid in seen.invalid] == [("a", "f")]


def test_in_an_answer_that_was_cut_a_whole_call_stays_valid() -> None:
    sent = [
        calls(call(0, "a", "f", BJ_TEXT)),
        calls(call(1, "b", "g", '{"tz": "U')),
        chunk({}, "length"),
    ]

    assert read_chunks(*sent) == Seen(
        calls=[("a", "f", BJ)],
        invalid=[("b", "g", '{"tz": "U')],
        finish_reason="length",
    )


def test_a_call_without_a_name_is_not_valid() -> None:
    sent = [calls(call(0, "a", NIL, BJ_TEXT)), TOOL]

    assert read_chunks(*sent) == Seen(
        invalid=[("a", None, BJ_TEXT)], finish_reason="tool_calls"
    )


def test_a_call_that_is_not_repeated_as_it_was_is_another_call() -> None:
    other = '{"city": "SH"}'
    sent = [calls(call(0, "a", "f", BJ_TEXT)), calls(call(0, "a", "f", other))]

    assert read_chunks(*sent, TOOL) == Seen(
        calls=[("a", "f", BJ), (MADE_UP, "f", {"city": "SH"})],
        finish_reason="tool_calls",
    )


def test_braces_before_a_call_with_the_same_id_and_name_are_not_run() -> None:
    sent = [calls(call(0, "a", "f", "{}")), calls(call(0, "a", "f", BJ_TEXT))]

    seen = read_chunks(*sent, TOOL)

    assert seen.calls == [(MADE_UP, "f", BJ)]
    assert [invalid[:2] for invalid in seen.invalid] == [("a", "f")]


TRICKY = {"x": 'a}"\\{', "y": {"z": "}", "\\": ["{"]}, "é": "\n"}


@pytest.mark.parametrize("as_ascii", [True, False])
def test_the_end_of_arguments_is_known_however_they_are_cut(as_ascii: bool) -> None:
    whole = json.dumps(TRICKY, ensure_ascii=as_ascii)
    one = [calls(call(0, NIL, "f", part)) for part in whole]

    expected = (MADE_UP, "f", TRICKY)
    assert read_chunks(*one, *one, TOOL) == Seen(
        calls=[expected, expected], finish_reason="tool_calls"
    )


@pytest.mark.parametrize("parts", [["{x}", "{}"], ["{", "}}", "{}"], ["{}", "x", "{}"]])
def test_what_begins_after_arguments_that_are_none_is_no_call(parts: list[str]) -> None:
    sent = [calls(call(0, "a", "f", parts[0]))]
    sent += [
        calls(call(0, NIL, "f" if "x" not in part else NIL, part)) for part in parts[1:]
    ]

    assert read_chunks(*sent, TOOL) == Seen(
        invalid=[("a", "f", "".join(parts))], finish_reason="tool_calls"
    )
