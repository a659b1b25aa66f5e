"""Characters, fields, JSON text, reasoning details and the first bytes of a body."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.wire.jsontext import loads, parse_arguments
from langchain_sse_chat.wire.merged_fields import Fields, merge_objects
from langchain_sse_chat.wire.reasoning import (
    merge_details,
    merge_thinking_blocks,
    read_reasoning,
    reasoning_in,
)
from langchain_sse_chat.wire.sniff import sniff
from langchain_sse_chat.wire.surrogates import Characters


@pytest.mark.parametrize(
    ("pieces", "given"),
    [
        (["a", "b"], ["a", "b"]),
        (["ж", "中", "😀"], ["ж", "中", "😀"]),
        (["a\ud83d", "\ude00b"], ["a", "😀b"]),
        (["\ud83d", "", "\ude00"], ["", "", "😀"]),
        (["a\ud83d", "b"], ["a", "\ufffdb"]),
        (["\ud83d", "\ud83d", "\ude00"], ["", "\ufffd", "😀"]),
        (["\ude00b"], ["\ufffdb"]),
        (["a\ud83db"], ["a\ufffdb"]),
        (["\ud83d\ude00"], ["😀"]),
        (["a\ud83d"], ["a"]),
    ],
)
def test_characters_that_were_cut_become_whole(
    pieces: list[str], given: list[str]
) -> None:
    characters = Characters()

    assert [characters.feed(piece) for piece in pieces] == given


def test_a_half_that_is_waiting_is_known() -> None:
    characters = Characters()
    characters.feed("a\ud83d")

    assert characters.half == "\ud83d"


@pytest.mark.parametrize(
    ("values", "merged"),
    [
        ([1, 2], 2),
        (["a", "b"], "b"),
        (["a", None, ""], "a"),
        ([[1], [2, 3]], [1, 2, 3]),
        ([[1], []], [1]),
        ([{"a": 1}, {"b": 2}], {"a": 1, "b": 2}),
        ([{"t": "a", "id": "x"}, {"t": "b", "id": "y"}], {"t": "ab", "id": "y"}),
        ([{"t": "a"}, {"t": None}, {"t": ""}], {"t": "a"}),
        ([{"t": None}, {"t": ""}], {"t": ""}),
        ([{"n": {"t": "a"}}, {"n": {"t": "b"}}], {"n": {"t": "ab"}}),
        ([{"n": [1]}, {"n": [2]}], {"n": [1, 2]}),
        ([{"n": 1}, {"n": 2}], {"n": 2}),
        ([{"n": "a"}, {"n": 2}], {"n": 2}),
        ([{"n": None}], {"n": None}),
        ([[1], {"a": 1}], {"a": 1}),
        ([{"a": 1}, [1]], [1]),
        ([[1], 5], 5),
        ([5, [1]], [1]),
    ],
)
def test_a_field_is_put_together_by_its_kind(values: list[Any], merged: Any) -> None:
    fields = Fields()
    for value in values:
        fields.add("x", value)

    assert fields.merged() == {"x": merged}


@pytest.mark.parametrize("empty", [None, "", [], {}])
def test_a_field_that_is_empty_says_nothing(empty: Any) -> None:
    fields = Fields()
    fields.add("x", empty)

    assert fields.merged() == {}


@pytest.mark.parametrize("value", [0, False])
def test_nought_and_no_are_values(value: Any) -> None:
    fields = Fields()
    fields.add("x", value)

    assert fields.merged() == {"x": value}


def test_one_object_is_kept_as_sent() -> None:
    sent = {"a": None, "b": ""}

    assert merge_objects([sent]) == sent
    assert merge_objects([sent]) is not sent


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ("null", None),
        ('"\\ud83d\\ude00"', "😀"),
        ('["\\ud83d", {"a": 1}]', ["\ud83d", {"a": 1}]),
        ("[Infinity]", [float("inf")]),
    ],
)
def test_json_is_read_with_what_servers_do_to_it(text: str, value: Any) -> None:
    assert loads(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "x", "{", '{"a": 1} x', "\x00", '"a\nb"', "9" * 5000],
)
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        loads(text)


@pytest.mark.parametrize("levels", [250, 100_000])
@pytest.mark.parametrize("begin", ["[", '{"a":', '{"x":"\\ud83d","a":'])
def test_json_nested_too_deep_is_refused(begin: str, levels: int) -> None:
    end = "]" if begin == "[" else "}"

    with pytest.raises(ValueError, match="deep"):
        loads(begin * levels + "1" + end * levels)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{}", {}),
        (' {"a": [1]}\n', {"a": [1]}),
        ("", None),
        ("[]", None),
        ("null", None),
        ('{"a": 1', None),
        ("[" * 100_000, None),
    ],
)
def test_arguments_are_a_whole_object_or_nothing(text: str, value: Any) -> None:
    assert parse_arguments(text) == value


@pytest.mark.parametrize(
    ("delta", "text"),
    [
        ({}, ""),
        ({"reasoning_content": "a", "reasoning": "b"}, "a"),
        ({"reasoning_content": "", "reasoning": "b"}, "b"),
        ({"reasoning_content": None, "reasoning_text": "c"}, "c"),
        ({"reasoning": {"x": 1}}, ""),
        ({"reasoning_details": [{"text": "a"}, {"summary": "b"}, {"data": "x"}]}, "ab"),
        ({"reasoning_details": ["x", {"text": 5}, {"text": "a"}]}, "a"),
        ({"reasoning_details": "x"}, ""),
    ],
)
def test_reasoning_is_read_from_the_first_key_that_has_any(
    delta: dict[str, Any], text: str
) -> None:
    assert read_reasoning(delta)[0] == text


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ({"thinking": "a"}, "a"),
        ({"thinking": [{"text": "a"}, "x", {"text": 5}, {"text": "b"}]}, "ax5b"),
        ({"reasoning": "a"}, "a"),
        ({"text": "a"}, "a"),
        ({"summary": [{"text": "a"}, {"text": "b", "signature": "s"}]}, "ab"),
        ({"thinking": 5}, "5"),
        ({"thinking": True}, ""),
        ({"content": "a", "signature": "s"}, "a"),
        ({}, ""),
    ],
)
def test_a_part_of_reasoning_gives_its_text(part: dict[str, Any], text: str) -> None:
    assert reasoning_in(part) == text


@pytest.mark.parametrize(
    ("items", "merged"),
    [
        ([{"index": 0, "text": "a"}, {"index": 0, "text": "b"}],
         [{"index": 0, "text": "ab"}]),
        ([{"index": 0, "summary": "a"}, {"index": 0, "summary": "b", "x": 1}],
         [{"index": 0, "summary": "ab", "x": 1}]),
        ([{"index": 0, "data": "a"}, {"index": 0, "data": None}],
         [{"index": 0, "data": "a"}]),
        ([{"index": 0, "text": "a"}, {"index": 0, "text": 5}],
         [{"index": 0, "text": "a"}]),
        ([{"index": 0}, {"index": 0, "signature": "s"}],
         [{"index": 0, "signature": "s"}]),
        ([{"index": 0, "type": "x"}, {"index": 0, "type": "y"}],
         [{"index": 0, "type": "x"}, {"index": 0, "type": "y"}]),
        ([{"index": 0, "text": "a"}, {"index": 1, "text": "b"},
          {"index": 0, "text": "c"}],
         [{"index": 0, "text": "ac"}, {"index": 1, "text": "b"}]),
        ([{"index": 0, "id": "q", "data": "a"}, {"index": 0, "data": "b"},
          {"index": 0, "id": "r", "data": "c"}, {"index": 0, "id": "q", "data": "d"}],
         [{"index": 0, "id": "q", "data": "abd"},
          {"index": 0, "id": "r", "data": "c"}]),
        ([{"data": "a"}, {"data": "a"}], [{"data": "a"}, {"data": "a"}]),
        ([{"text": "a"}, {"text": "b"}], [{"text": "ab"}]),
        ([{"text": "a"}, {"text": "b", "id": "r"}],
         [{"text": "a"}, {"text": "b", "id": "r"}]),
        ([{"text": "a", "id": "q"}, {"text": "b", "id": "r"}],
         [{"text": "a", "id": "q"}, {"text": "b", "id": "r"}]),
        ([{"text": "a", "signature": "s"}, {"text": "b", "signature": "s"}],
         [{"text": "a", "signature": "s"}, {"text": "b", "signature": "s"}]),
        ([{"index": 0, "signature": "s"}, {"index": 0, "signature": ""}],
         [{"index": 0, "signature": "s"}]),
        ([{"index": [0]}, {"index": [0]}], [{"index": [0]}, {"index": [0]}]),
        ([{"index": 0, "type": []}, {"index": 0, "type": []}],
         [{"index": 0, "type": []}, {"index": 0, "type": []}]),
        (["x", None, {"index": 0}], [{"index": 0}]),
    ],
)  # fmt: skip
def test_reasoning_details_are_put_together_by_type_and_index(
    items: list[Any], merged: list[Any]
) -> None:
    assert merge_details([[item] for item in items]) == merged


def test_reasoning_that_came_in_one_piece_is_kept_as_it_is() -> None:
    items = [{"text": "a"}, {"text": "b"}, {"index": 0}, {"index": 0}, "x"]

    assert merge_details([items]) == items
    assert merge_thinking_blocks([items]) == items


@pytest.mark.parametrize(
    ("items", "merged"),
    [
        (["ab", "c", "!s"], ["abc!s"]),
        (["a!s", "b", "c!t"], ["a!s", "bc!t"]),
        (["a", "-", "b", "c"], ["a", "-", "bc"]),
        (["a", None], ["a"]),
    ],
)
def test_thinking_blocks_end_with_their_signature(
    items: list[str | None], merged: list[str]
) -> None:
    given = [[item if item is None else thinking_block(item)] for item in items]

    assert merge_thinking_blocks(given) == [thinking_block(item) for item in merged]


def thinking_block(text: str) -> dict[str, Any]:
    """Return a block of `text!signature`; `-` is a redacted one."""
    if text == "-":
        return {"type": "redacted_thinking", "data": "x"}
    thinking, _, signature = text.partition("!")
    block = {"type": "thinking", "thinking": thinking}
    return {**block, "signature": signature} if signature else block


BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("start", "content_type", "kind"),
    [
        (b"", "", None),
        (b" \r\n", "text/event-stream", None),
        (BOM[:2], "text/event-stream", None),
        (BOM, "", None),
        (BOM + b"data: x", "", "events"),
        (BOM + b'{"a"', "", "json"),
        (b"da", "", None),
        (b"data:", "", None),
        (b"data: x", "text/plain", "events"),
        (b"event:", "", "events"),
        (b"event: x", "application/json", "events"),
        (b"id: 1\n", "", "events"),
        (b"retry: 1", "", "events"),
        (b":", "text/html", "events"),
        (b"\n\ndata: x", "", "events"),
        (b"odd", "text/event-stream", "events"),
        (b"{", "text/event-stream", "json"),
        (b" [", "", "json"),
        (b"\n<", "text/event-stream", "html"),
        (b"odd: text", "", "unknown"),
        (b"eventful", "", "unknown"),
        (b"no\n", "", "unknown"),
        (b"no\r", "", "unknown"),
        (b"nothing", "", "unknown"),
    ],
)
def test_the_first_bytes_tell_what_a_body_is(
    start: bytes, content_type: str, kind: str | None
) -> None:
    assert sniff(start, content_type) == kind
