"""JSON text from a server."""

from __future__ import annotations

import math
from typing import Any

import pytest

from langchain_sse_chat.wire.jsontext import (
    dumps,
    loads,
    parse_arguments,
    strict_loads,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param('{"a": 1}', {"a": 1}, id="object"),
        pytest.param("null", None, id="null"),
        pytest.param('"\\ud83d\\ude00"', "😀", id="pair of surrogates"),
        pytest.param(
            '["\\ud83d", {"a": 1}]', ["\ud83d", {"a": 1}], id="half a character"
        ),
        pytest.param("[Infinity]", [float("inf")], id="Infinity"),
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


@pytest.mark.parametrize("text", ["[NaN]", "[-Infinity]", "[1e400]", "["])
def test_what_cannot_be_sent_on_as_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        strict_loads(text)


def test_any_other_json_can_be_sent_on() -> None:
    assert strict_loads('[1e300, "\\ud83d", null]') == [1e300, "\ud83d", None]
    assert strict_loads("[" * 200 + "]" * 200)


@pytest.mark.parametrize("levels", [202, 500_000])
def test_what_is_nested_too_deep_cannot_be_sent_on(levels: int) -> None:
    with pytest.raises(ValueError, match="deep"):
        strict_loads("[" * levels + "]" * levels)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param({"a": [1, "я"]}, '{"a":[1,"я"]}', id="JSON"),
        pytest.param([math.nan, {"b": -math.inf}], '[null,{"b":null}]', id="no number"),
        pytest.param(["NaN", math.inf], '["NaN",null]', id="the word as text"),
        pytest.param([1j, math.nan], '["1j",null]', id="an object beside it"),
    ],
)
def test_json_is_written_that_every_reader_accepts(value: Any, text: str) -> None:
    assert dumps(value, separators=(",", ":"), default=str) == text


def test_json_is_written_on_several_lines() -> None:
    assert dumps([1, math.nan], indent=1) == "[\n 1,\n null\n]"


def test_what_contains_itself_is_not_written() -> None:
    value: list[Any] = [math.nan]
    value.append(value)
    with pytest.raises(ValueError, match="Circular"):
        dumps(value)


def test_raw_line_breaks_are_read_where_they_may_be() -> None:
    with pytest.raises(ValueError, match="control character"):
        strict_loads('["a\nb"]')
    assert strict_loads('["a\nb"]', control_characters=True) == ["a\nb"]
