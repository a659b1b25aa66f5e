from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessageChunk
from langchain_core.messages.tool import tool_call_chunk

from langchain_sse_chat import ConfigurationError
from langchain_sse_chat.progress.buffer_core import BufferCore

CALL = AIMessageChunk(
    content="", tool_call_chunks=[tool_call_chunk(name="f", args="{}", id="1", index=0)]
)


def core(size: int | None = None, interval: float | None = None, **more: Any) -> Any:
    return BufferCore(size, interval, **more)


def fed(buffer: Any, pieces: Sequence[Any], now: float = 0.0) -> list[Any]:
    """Add pieces and return the chunks that are due."""
    for piece in pieces:
        buffer.add(piece, now)
    return popped(buffer, now)


def popped(buffer: Any, now: float = 0.0) -> list[Any]:
    return list(iter(lambda: buffer.pop(now), None))


def rest(buffer: Any) -> list[Any]:
    buffer.flush()
    return popped(buffer)


def test_a_chunk_has_so_many_pieces() -> None:
    buffer = core(size=3)

    assert fed(buffer, "abcdefgh") == ["abc", "def"]
    assert rest(buffer) == ["gh"]
    assert rest(buffer) == []


def test_a_chunk_has_so_many_characters_and_pieces_stay_whole() -> None:
    buffer = core(characters=4)

    assert fed(buffer, ["abc", "defg", "hijkl", "m"]) == ["abcdefg", "hijkl"]


def test_a_piece_waits_for_the_interval_and_no_longer() -> None:
    buffer = core(interval=2.0)
    buffer.add("a", 10.0)
    buffer.add("b", 11.5)

    assert buffer.seconds_left(11.5) == 0.5
    assert buffer.pop(11.9) is None
    assert buffer.pop(12.0) == "ab"
    assert buffer.seconds_left(12.0) is None
    buffer.add("c", 13.0)
    assert buffer.seconds_left(13.0) == 2.0


def test_a_piece_after_the_interval_is_delivered_with_what_waited() -> None:
    buffer = core(interval=2.0)

    assert buffer.add("a", 10.0)
    assert not buffer.add("b", 14.0)
    assert popped(buffer, 14.0) == ["ab"]


def test_the_consumer_is_needed_for_a_new_time_or_a_chunk() -> None:
    buffer = core(size=3, interval=1.0)

    assert [buffer.add(piece, 0.0) for piece in "abc"] == [True, False, True]
    assert not buffer.add("", 0.0)


def test_the_limit_that_is_reached_first_counts() -> None:
    buffer = core(size=3, interval=1.0, characters=5)

    assert fed(buffer, ["a", "b", "c"], 0.0) == ["abc"]
    assert fed(buffer, ["abcdef"], 0.1) == ["abcdef"]
    assert fed(buffer, ["a"], 0.2) == []
    assert popped(buffer, 1.2) == ["a"]


def test_without_limits_there_is_one_chunk_at_the_end() -> None:
    buffer = core()

    assert fed(buffer, ["a"] * 5000) == []
    assert not buffer.is_full(0.0)
    assert rest(buffer) == ["a" * 5000]


def test_pieces_without_content_are_ignored() -> None:
    buffer = core(size=2)

    assert fed(buffer, ["", None, "a", "", "b"]) == ["ab"]


def test_other_items_come_as_they_are_after_what_was_before_them() -> None:
    buffer = core(size=10)

    assert fed(buffer, ["a", {"n": 1}, (1, 2), "b"]) == ["a", {"n": 1}, (1, 2)]
    assert rest(buffer) == ["b"]


def test_messages_are_not_mixed() -> None:
    buffer = core(size=10)
    one, two = (AIMessageChunk(content="a", id=each) for each in "12")
    last = AIMessageChunk(content="c", id="2", chunk_position="last")

    chunks = fed(buffer, [one, one, two, last])

    assert [(chunk.id, chunk.text) for chunk in chunks] == [("1", "aa"), ("2", "ac")]


def test_a_character_in_parts_is_one_chunk() -> None:
    buffer = core(size=2, whole="grapheme")

    assert fed(buffer, ["caf", "e", "\u0301", "s", "!"]) == ["caf", "e\u0301", "s"]
    assert rest(buffer) == ["!"]


def test_a_character_is_cut_from_the_end_of_a_piece() -> None:
    buffer = core(interval=1.0, whole="grapheme")
    buffer.add("cafe", 0.0)

    assert buffer.pop(1.0) == "caf"
    # What waits for its other half has no time, and is overdue when that comes.
    assert buffer.seconds_left(1.0) is None
    assert buffer.pop(9.0) is None
    assert buffer.add("\u0301 a", 9.0)
    assert buffer.pop(9.0) == "e\u0301 "
    assert rest(buffer) == ["a"]


def test_a_piece_that_can_not_be_released_alone_waits() -> None:
    buffer = core(size=1, whole="grapheme")

    assert fed(buffer, ["e"]) == []
    assert fed(buffer, ["\u0301"]) == []
    assert fed(buffer, ["x"]) == ["e\u0301"]
    assert rest(buffer) == ["x"]


def test_messages_are_cut_too_and_blocks_wait_whole() -> None:
    buffer = core(interval=1.0, whole="grapheme")
    blocks = AIMessageChunk(content=[{"type": "text", "text": "xyz", "index": 0}])

    [chunk] = [*fed(buffer, [AIMessageChunk(content="cafe")]), *popped(buffer, 1.0)]
    assert chunk.content == "caf"
    [chunk] = rest(buffer)
    assert chunk.content == "e"
    assert fed(buffer, [AIMessageChunk(content=[]), blocks], 2.0) == []
    assert popped(buffer, 3.0) == [AIMessageChunk(content=[])]
    [chunk] = rest(buffer)
    assert chunk.text == "xyz"


def test_a_tool_call_does_not_wait_for_the_text_before_it() -> None:
    buffer = core(interval=1.0, whole="grapheme")

    assert fed(buffer, [AIMessageChunk(content="a"), CALL], 0.0) == []
    [chunk] = popped(buffer, 1.0)
    assert chunk.text == "a"
    assert [call["name"] for call in chunk.tool_call_chunks] == ["f"]


def test_pieces_without_text_behind_a_character_wait_with_it() -> None:
    buffer = core(size=2, whole="grapheme")
    empty = AIMessageChunk(content="")

    assert fed(buffer, [AIMessageChunk(content="e"), empty]) == []
    [chunk] = fed(buffer, [AIMessageChunk(content="\u0301\n")])
    assert chunk.text == "e\u0301\n"


def test_a_fence_is_one_chunk() -> None:
    buffer = core(size=1, whole="fence")
    pieces = ["So:\n", "``", "`py", "thon", "\n", "x = 1\n", "```", "\n"]

    assert fed(buffer, pieces) == ["So:\n", "```python\n", "x = 1\n", "```\n"]


def test_a_fence_behind_the_mark_of_a_list_is_one_chunk() -> None:
    buffer = core(size=1, whole="fence")

    assert fed(buffer, ["- ", "`", "``py", "\n"]) == ["-", " ", "```py\n"]
    assert fed(buffer, ["so ", "``", "`", "x\n"]) == ["so", " `", "`", "`x\n"]


@pytest.mark.parametrize("whole", [None, "grapheme", "fence"])
@given(
    pieces=st.lists(st.text("ae\u0301\u200d👩🇩🇪`~\n -", max_size=4)),
    size=st.none() | st.integers(1, 4),
    characters=st.none() | st.integers(1, 6),
)
def test_no_text_is_lost_repeated_or_moved(
    whole: Any, pieces: list[str], size: int | None, characters: int | None
) -> None:
    buffer = core(size, 1.0, characters=characters, whole=whole)
    chunks = []
    for count, piece in enumerate(pieces):
        buffer.add(piece, count * 0.3)
        chunks += popped(buffer, count * 0.3)

    assert "".join([*chunks, *rest(buffer)]) == "".join(pieces)


def test_the_source_waits_for_a_reader_that_is_far_behind() -> None:
    buffer = core(size=1)

    assert [bool(buffer.add("a", 0.0)) and buffer.is_full(0.0) for _ in range(8)] == [
        *[False] * 7,
        True,
    ]
    buffer.pop(0.0)
    assert not buffer.is_full(0.0)


def test_the_source_waits_when_a_chunk_that_is_due_grows() -> None:
    buffer = core(interval=1.0)
    fed(buffer, ["a"] * 2000)

    assert not buffer.is_full(0.9)
    assert buffer.is_full(1.0)


@pytest.mark.parametrize(
    ("given_arguments", "message"),
    [
        ({"size": 0}, "Invalid `size`: 0. Pass 1 or more, or None for no limit."),
        ({"characters": -1}, "Invalid `characters`: -1. Pass 1 or more"),
        ({"interval": -0.1}, "Invalid `interval`: -0.1. Pass seconds, or None"),
        ({"interval": float("nan")}, "Invalid `interval`: nan"),
        ({"interval": "1"}, "Invalid `interval`: '1'. Pass seconds"),
        ({"size": "5"}, "Invalid `size`: '5'. Pass 1 or more"),
        ({"whole": "word"}, "Invalid `whole`: 'word'. Pass 'grapheme', 'fence'"),
    ],
    ids=[
        "size",
        "characters",
        "interval",
        "no number",
        "a text",
        "a text as size",
        "whole",
    ],
)
def test_invalid_arguments_are_named(
    given_arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        core(**given_arguments)

    assert str(caught.value).startswith(message)
