"""Streams of alike events are read as all others are."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_sse_chat.wire.deltas import Delta, ToolCallDelta
from langchain_sse_chat.wire.reader import _MAX_TEMPLATES, ChunkReader


def chunk(content: Any, /, **fields: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": None}
    return {"id": "1", "model": "m", "choices": [choice | fields.pop("choice", {})]} | (
        fields
    )


def dumped(value: Any, **options: Any) -> str:
    text = json.dumps(value, **{"ensure_ascii": False, **options})
    # A lone surrogate can come as an escape only.
    return text.encode("utf-8", "backslashreplace").decode()


def read_all(events: list[tuple[str, str]], **settings: Any) -> Any:
    """Return all that comes of events, the whole message with it."""
    reader = ChunkReader("http://test", **settings)
    outputs = [reader.read(data, event) for data, event in events]
    return (
        outputs,
        reader.progress,
        reader.is_complete,
        reader.close(truncated=False),
    )


texts = st.one_of(
    st.sampled_from(
        ["a", "b", " word", "", '"', "\\", "\n", "é", "👍", "\ud83d", "\udc4d"]
    ),
    st.text(max_size=3),
)


fields = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["1", "2", "content"]),
        "usage": st.sampled_from([None, {"prompt_tokens": 1}]),
        "x": st.sampled_from([1, "a", {"content": "a"}, "\\"]),
        "obfuscation": st.sampled_from(["a", "bc", "", None, 1, '"', ["p"]]),
        "p": st.sampled_from(["a", "bc", {"p": "a"}]),
        "choice": st.sampled_from(
            [
                {},
                {"finish_reason": "stop"},
                {"logprobs": {"content": [1]}},
                {"index": 1},
                {"delta": {"reasoning_content": "r"}},
                {"delta": {"role": "assistant", "content": "a"}},
                {"delta": {"content": [{"type": "text", "text": "a"}]}},
                {"delta": {}, "text": "a"},
                {"note": "n"},
            ]
        ),
    },
)


options: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{}, {"separators": (",", ":")}, {"ensure_ascii": True}]
)


pieces = st.fixed_dictionaries(
    {},
    optional={
        "index": st.sampled_from([0, 0, 1, "0", None]),
        "id": st.sampled_from([None, "", "null", "c1", "c2"]),
        "type": st.sampled_from([None, "", "function", "custom", ["x"]]),
        "name": st.sampled_from([None, "", "pay"]),
        "x": st.sampled_from([None, 1]),
        "also": st.sampled_from([None, {"function": {"arguments": "x"}}]),
    },
)


def with_arguments(piece: dict[str, Any], text: str) -> dict[str, Any]:
    """Return a delta with a piece of a tool call, and perhaps another after it."""
    entry = dict(piece)
    name, also = entry.pop("name", None), entry.pop("also", None)
    function = {"arguments": text} | ({"name": name} if "name" in piece else {})
    return {"tool_calls": [{**entry, "function": function}, *([also] if also else [])]}


deltas = st.fixed_dictionaries(
    {},
    optional={
        "role": st.just("assistant"),
        "content": st.sampled_from([None, "", "a"]),
        "reasoning": st.sampled_from([None, "", "a"]),
        "refusal": st.sampled_from([None, "a"]),
        "notes": st.sampled_from([[], [1]]),
    },
)


keys = st.sampled_from(["content", "reasoning_content", "reasoning"])


@st.composite
def streams(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Draw events, many of which differ only in their text."""
    shape = st.tuples(fields, options, deltas, keys)
    shapes = draw(st.lists(shape, min_size=1, max_size=3))
    events = []
    for content in draw(st.lists(texts, max_size=12)):
        shape, how, delta, key = draw(st.sampled_from(shapes))
        choice = {"delta": {**delta, key: content}, **shape.get("choice", {})}
        data = dumped(chunk("", **shape | {"choice": choice}), **how)
        events.append((data, draw(st.sampled_from(["message", "message", "chunk"]))))
    return events


@st.composite
def calls(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Draw pieces of tool calls, many of which differ only in their arguments."""
    plain = st.tuples(st.just({}), options, st.just({}), st.just({"index": 0}))
    shape = st.tuples(fields, options, deltas, pieces)
    shapes = [draw(plain), *draw(st.lists(shape, max_size=2))]
    parts = st.one_of(texts, st.sampled_from(['{"a": ', '"b"', "}", "{}", "\t", "1"]))
    starts = [with_arguments({"index": 0, "id": "c1", "name": "pay"}, "")]
    events = [
        (dumped(chunk("", choice={"delta": start})), "message") for start in starts
    ]
    for text in draw(st.lists(parts, min_size=4, max_size=16)):
        shape, how, delta, piece = draw(st.sampled_from(shapes))
        choice = {"delta": {**delta, **with_arguments(piece, text)}}
        data = dumped(chunk("", **shape | {"choice": choice}), **how)
        events.append((data, "message"))
    return events


def unnamed(value: Any) -> Any:
    """Return a value without the IDs that are made up, which differ each time."""
    return re.sub("call_[0-9a-f]{32}", "made up", repr(value))


@given(calls())
def test_changes_nothing_of_tool_calls(events: list[tuple[str, str]]) -> None:
    unlike = [(data + " " * n, event) for n, (data, event) in enumerate(events)]
    assert unnamed(read_all(events)) == unnamed(read_all(unlike))


@given(streams(), st.sampled_from([{}, {"reasoning_tags": ("<a>", "</a>")}]))
def test_changes_nothing_of_what_is_read(
    events: list[tuple[str, str]], settings: dict[str, Any]
) -> None:
    # Blanks at the end, which mean nothing, make each event unlike the one before.
    unlike = [(data + " " * n, event) for n, (data, event) in enumerate(events)]
    assert read_all(events, **settings) == read_all(unlike, **settings)


@pytest.mark.parametrize("key", ["content", "reasoning_content"])
@pytest.mark.parametrize(
    "extra",
    [
        {"role": "assistant"},
        {"note": "n"},
        {"number": 0},
        {"notes": [1]},
        {"reasoning_details": [{"type": "reasoning.encrypted", "data": "d"}]},
        {"refusal": None, "tool_calls": []},
        {"refusal": "no"},
        {"reasoning": "r"},
    ],
)
def test_what_stands_beside_the_text_is_kept_as_often_as_it_comes(
    key: str, extra: dict[str, Any]
) -> None:
    events = [
        dumped(chunk("", choice={"delta": {key: text, **extra}})) for text in "abc"
    ]
    # Blanks at the end make each event unlike the one before.
    unlike = [data + " " * number for number, data in enumerate(events)]
    assert read_all([(e, "message") for e in events]) == read_all(
        [(e, "message") for e in unlike]
    )


def reader_after(*events: dict[str, Any]) -> ChunkReader:
    """Return a reader that has read events, each with its text."""
    reader = ChunkReader("http://test")
    for event in events:
        assert reader.read(dumped(event)) == event["choices"][0]["delta"]["content"]
    return reader


def test_events_that_are_alike_need_one_lesson() -> None:
    reader = reader_after(*map(chunk, "abcd"))
    assert reader._templates_left == _MAX_TEMPLATES - 1
    assert reader._template is not None


@pytest.mark.parametrize("key", ["content", "reasoning_content"])
def test_a_read_of_alike_events_is_taken_at_once(key: str) -> None:
    def frame(text: str) -> str:
        return dumped(chunk("", choice={"delta": {key: text}}))

    reader = ChunkReader("http://test")
    reader.read(frame("a"))
    parts = reader.parts_in("".join(f"data: {frame(t)}\n\n" for t in "bc").encode())

    made = ["b", "c"] if key == "content" else [Delta(reasoning=t) for t in "bc"]
    message, _ = reader.close(truncated=True)
    assert parts == made
    assert reader.progress == len("abc")
    assert message.text + message.reasoning == "abc"


def test_a_read_of_alike_arguments_is_taken_at_once() -> None:
    def frame(text: str, **fields: Any) -> str:
        delta = with_arguments({"index": 0, **fields}, text)
        return dumped(chunk("", choice={"delta": delta}))

    reader = ChunkReader("http://test")
    reader.read(frame('{"a": "', id="c1", name="pay"))
    reader.read(frame("b"))
    parts = reader.parts_in("".join(f"data: {frame(t)}\n\n" for t in 'cd"').encode())
    reader.read(frame("}"))

    message, _ = reader.close(truncated=True)
    further = [ToolCallDelta(0, None, None, text) for text in 'cd"']
    assert parts == [Delta(tool_calls=[delta]) for delta in further]
    assert reader.progress == 6
    assert message.tool_calls[0].parsed == {"a": "bcd"}


def test_arguments_that_repeat_all_of_a_call_are_not_results() -> None:
    def frame(text: str, **fields: Any) -> str:
        delta = with_arguments({"index": 0, **fields}, text)
        return dumped(chunk("", choice={"delta": delta}))

    reader = ChunkReader("http://test")
    reader.read(frame("{", id="c1", name="pay"))
    reader.read(frame('"a": 1'))
    reader.read(frame("}"))
    assert reader.read(frame('{"a": 1}')) is None
    assert reader.close(truncated=False)[0].tool_calls[0].parsed == {"a": 1}


def test_no_read_is_taken_at_once_after_the_end() -> None:
    reader = reader_after(chunk("a"))
    reader.saw_done = True
    assert reader.parts_in(f"data: {dumped(chunk('b'))}\n\n".encode()) is None


def test_what_comes_between_is_not_forgotten() -> None:
    same, other = [chunk("a")] * 3, chunk("b", id="2")
    reader = reader_after(*same, other, *same)
    assert reader.close(truncated=False)[0].metadata["id"] == "1"


def test_does_not_go_on_to_learn_where_no_two_events_are_alike() -> None:
    reader = reader_after(*(chunk("a", id=str(number)) for number in range(100)))
    assert reader._templates_left == 0
    assert reader._template is None


def test_learns_again_where_that_was_of_use() -> None:
    events = [chunk("a", created=number // 3) for number in range(100)]
    reader = reader_after(*events)
    assert reader._templates_left == _MAX_TEMPLATES - 1


def test_learns_nothing_where_texts_are_searched() -> None:
    reader = ChunkReader("http://test", stop=("x",))
    reader.read(dumped(chunk("a")))
    assert reader._template is None


def test_half_a_character_is_waited_for() -> None:
    reader = ChunkReader("http://test")
    events = [chunk("\ud83d"), chunk("\udc4d"), chunk("a"), chunk("b")]
    outputs = [reader.read(json.dumps(event)) for event in events]
    assert outputs == [None, "👍", "a", "b"]


def test_the_type_of_the_event_counts() -> None:
    reader = ChunkReader("http://test")
    assert reader.read(dumped(chunk("a"))) == "a"
    assert reader.read(dumped(chunk("b")), "chunk") == "b"


def test_a_delta_with_more_than_text_is_read_whole() -> None:
    reader = ChunkReader("http://test")
    reader.read(dumped(chunk("a")))
    more = {"content": "b", "reasoning_content": "r"}
    out = reader.read(dumped(chunk("b", choice={"delta": more})))
    assert out == Delta("b", "r")
