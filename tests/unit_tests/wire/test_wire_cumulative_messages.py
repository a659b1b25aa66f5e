"""Messages instead of deltas: nothing is lost or repeated."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langchain_sse_chat import MalformedChunkError
from tests.unit_tests.wire.wire_streams import (
    NIL,
    OPTIONS,
    Seen,
    call,
    chunk,
    error_of,
    events,
    read_chunks,
    result_of,
    text,
)

PARTS = st.lists(st.text("ab 1é", min_size=1, max_size=6), min_size=1, max_size=8)


def said(content: Any, finish: str | None = None, /, **fields: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": content, **fields}
    return chunk(choices=[{"message": message, "finish_reason": finish}])


@settings(deadline=None)
@given(PARTS, st.sampled_from(["content", "reasoning_content"]), st.booleans())
def test_cumulative_messages_come_to_the_last(
    parts: list[str], key: str, ends_with_it: bool
) -> None:
    wholes = list(accumulate(parts))
    sent = [said(None, **{key: whole}) for whole in wholes]
    last = said(None, "stop", **({key: wholes[-1]} if ends_with_it else {}))

    message = result_of(events([*sent, last]))

    got = message.text or message.additional_kwargs.get("reasoning_content")
    assert got == wholes[-1]


@settings(deadline=None)
@given(PARTS, st.booleans())
def test_messages_with_parts_come_to_all_of_them(
    parts: list[str], ends_with_all: bool
) -> None:
    # No part begins with the one before it: it might be the whole.
    numbered = [f"{index % 2}{part}" for index, part in enumerate(parts)]
    whole = "".join(numbered)
    last = said(whole if ends_with_all else "", "stop")

    message = result_of(events([*map(said, numbered), last]))

    assert message.text == whole


@settings(deadline=None)
@given(PARTS, st.integers(0, 8))
def test_a_last_message_brings_what_deltas_did_not(
    parts: list[str], count: int
) -> None:
    sent = [*map(text, parts[:count]), said("".join(parts), "stop")]

    assert result_of(events(sent)).text == "".join(parts)


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        # Equal parts, and no more: parts.
        (["ha", "ha"], "haha"),
        (["ha", "ha", "b"], "hahab"),
        # Too short to tell, until the third.
        (["a", "ab", "abc"], "abc"),
        (["a", "ab", "c"], "aabc"),
        (["a", "ab"], "ab"),
        (["", "a", "", "a b", "a b"], "a b"),
        # A shorter one in the middle, trimmed.
        (
            ["The long", "The long cat ", "The long cat", "The long cat !"],
            "The long cat !",
        ),
        (["The long cat", "The long cat."], "The long cat."),
    ],
)
def test_doubt_ends_as_soon_as_it_can(sent: list[str], seen: str) -> None:
    assert read_chunks(*map(said, sent)) == Seen(seen)


def test_what_is_held_back_is_in_the_partial() -> None:
    sent = [said("a"), said("ab"), {"error": "boom"}]

    error, _ = error_of(events(sent, done=False))

    assert error.partial is not None
    assert error.partial.text == "ab"


def test_text_that_is_held_back_is_looked_through_for_tags() -> None:
    options = OPTIONS._replace(reasoning_tags=("<think>", "</think>"))
    sent = [said("<"), said("<think>r</think>a"), said("", "stop")]

    message = result_of(events(sent), options)

    assert message.text == "a"
    assert message.additional_kwargs["reasoning_content"] == "r"


def test_the_reasoning_decides_for_the_text() -> None:
    def both(reasoning: str, content: str) -> Any:
        return said(content, reasoning=reasoning)

    parts = [both("I", "a"), both("s", "a"), both("e", "b"), said("", "stop")]
    wholes = [both("I see it", "a"), both("I see it all", "a"), both("", "ab")]

    assert read_chunks(*parts) == Seen("aab", "Ise")
    assert read_chunks(*wholes) == Seen("ab", "I see it all")


def test_text_that_was_held_back_comes_before_what_shows_that_it_is_new() -> None:
    def both(content: str, reasoning: str) -> Any:
        return said(content, reasoning=reasoning)

    sent = [both("ha", "I"), both("ha", "I"), both("", "see"), both("x", ""), said("")]

    assert read_chunks(*sent) == Seen("hahax", "IIsee")


def test_messages_that_contradict_are_an_error() -> None:
    sent = [said("The long"), said("The long cat"), said("A dog")]

    error, texts = error_of(events(sent))

    assert isinstance(error, MalformedChunkError)
    assert "'A dog'" in str(error)
    assert texts == ["The long", " cat"]


@pytest.mark.parametrize(
    ("first", "second", "arguments"),
    [
        # All so far.
        pytest.param(
            call(0, "c", "f", '{"a": "x'),
            call(0, "c", "f", '{"a": "xy"}'),
            "xy",
            id="grown",
        ),
        pytest.param(
            call(0, "c", "f", '{"a": "xy"}'),
            call(0, "c", "f", '{"a": "xy"}'),
            "xy",
            id="same",
        ),
        # Arguments as an object.
        pytest.param(
            call(0, "c", "f", {"a": "xy"}),
            call(0, "c", "f", {"a": "xy"}),
            "xy",
            id="same object",
        ),
        # The next part.
        pytest.param(
            call(0, "c", "f", '{"a": "x'),
            call(0, NIL, NIL, 'y"}'),
            "xy",
            id="rest only",
        ),
        pytest.param(
            call(0, "c", "f", '{"a": "x'),
            call(0, "c", "f", 'y"}'),
            "xy",
            id="rest with the name",
        ),
        pytest.param(
            call(0, "c", "f", '{"a": "x'),
            {"index": 0, "function": {}},
            None,
            id="no function",
        ),
        pytest.param(call(0, "c", "f", '{"a": "x'), "odd", None, id="odd"),
        pytest.param(
            call(0, "c", "f", '{"a": "x'), {"index": 0}, None, id="index only"
        ),
    ],
)
def test_calls_of_messages_have_their_arguments_once(
    first: Any, second: Any, arguments: str | None
) -> None:
    sent = [said("", tool_calls=[first]), said("", tool_calls=[second])]

    seen = read_chunks(*sent)

    if arguments is None:
        assert seen == Seen(
            invalid=[("c", "f", '{"a": "x')], finish_reason="tool_calls"
        )
    else:
        assert seen == Seen(
            calls=[("c", "f", {"a": arguments})], finish_reason="tool_calls"
        )


def test_parts_of_arguments_that_are_alike_are_all_kept() -> None:
    pieces = ['{"a": ', "1", "1", "12}"]
    sent = [said("", tool_calls=[call(0, "c", "f", piece)]) for piece in pieces]

    assert read_chunks(*sent).calls == [("c", "f", {"a": 1112})]


def test_further_calls_of_later_messages_are_calls() -> None:
    one, two = call(0, "c", "f", "{}"), call(1, "d", "g", '{"b": 2}')
    sent = [
        said("", tool_calls=[one]),
        said("", tool_calls=[one, two]),
        said("", tool_calls=None),
        said("", tool_calls=[one, two]),
        said("", tool_calls=[two]),
    ]

    assert read_chunks(*sent) == Seen(
        calls=[("c", "f", {}), ("d", "g", {"b": 2})], finish_reason="tool_calls"
    )


def test_calls_that_deltas_brought_are_not_called_again() -> None:
    sent = [
        chunk({"tool_calls": [call(0, "c", "f", '{"a": 1}')]}),
        said("", "tool_calls", tool_calls=[call(0, "x", "f", '{"a": 1}')]),
    ]

    assert read_chunks(*sent).calls == [("c", "f", {"a": 1})]


def test_fields_of_messages_come_once() -> None:
    marks = [{"url": "a"}, {"url": "b"}]
    sent = [
        chunk({"content": "Hi", "annotations": marks, "audio": {"id": "1"}}),
        said("Hi", "stop", annotations=marks, audio={"id": "1"}, images=["i"]),
    ]
    growing = [said("a", notes=["m"]), said("a", notes=["m", "n"]), said("b")]

    assert result_of(events(sent)).additional_kwargs == {
        "annotations": marks,
        "audio": {"id": "1"},
        "images": ["i"],
    }
    assert result_of(events(growing)).additional_kwargs == {"notes": ["m", "n"]}


def test_a_last_message_with_tags_is_not_repeated() -> None:
    options = OPTIONS._replace(reasoning_tags=("<think>", "</think>"))
    whole = "<think>r</think>a b"
    sent = [text("<think>r</thi"), text("nk>"), said(whole), said(whole, "stop")]

    message = result_of(events(sent), options)

    assert message.text == "a b"
    assert message.additional_kwargs["reasoning_content"] == "r"
