"""Any answer, sent by any server, cut anywhere, is the answer; and any JSON is read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from langchain_core.messages import AIMessageChunk
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk

from langchain_sse_chat.answer.chunks import ChunkAssembler
from langchain_sse_chat.answer.pipeline import PipelineOptions
from langchain_sse_chat.errors import SSEChatError
from langchain_sse_chat.secrets import Secrets
from langchain_sse_chat.workarounds.broken_calls import breaking_mark
from tests.unit_tests.wire.wire_streams import (
    MADE_UP,
    OPTIONS,
    WHERE,
    Seen,
    assembled,
    call,
    calls,
    chunk,
    event,
    events,
    merged,
    result_of,
    run,
    seen_in,
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = st.from_regex(r"[a-z]{1,3}_[a-z]{1,3}", fullmatch=True)
json_values: Any = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
    ),
    max_leaves=6,
)
objects = st.dictionaries(texts, json_values, max_size=3)


@dataclass
class Habits:
    """The ways in which servers change the pieces of tool calls."""

    indexed: bool
    sends_ids: bool
    repeats_ids: bool
    repeats_names: bool
    blanks: bool
    opens_empty: bool
    null_index: bool


habits = st.builds(Habits, *[st.booleans()] * 7)


def cut(data: st.DataObject, text: str) -> list[str]:
    places = data.draw(st.lists(st.integers(0, len(text)), max_size=4))
    bounds = sorted({0, *places, len(text)})
    return [text[a:b] for a, b in pairwise(bounds)]


def pieces_of(
    data: st.DataObject, position: int, one: tuple[str, str, str], how: Habits
) -> list[dict[str, Any]]:
    """Return one call as a server of these habits sends it."""
    call_id, name, arguments = one
    parts = ([""] if how.opens_empty else []) + cut(data, arguments)
    nothing: Any = "" if how.blanks else ...
    sent = []
    for number, part in enumerate(parts):
        first = number == 0
        index: Any = position if how.indexed else (None if how.null_index else ...)
        with_id = how.sends_ids and (first or how.repeats_ids)
        with_name = first or how.repeats_names
        sent.append(
            call(
                index,
                call_id if with_id else nothing,
                name if with_name else nothing,
                part,
            )
        )
    return sent


@given(
    data=st.data(),
    text=texts,
    reasoning=texts,
    wanted=st.lists(st.tuples(names, objects), max_size=3),
    how=habits,
)
def test_an_answer_is_what_was_sent_however_it_was_sent(
    data: st.DataObject,
    text: str,
    reasoning: str,
    wanted: list[tuple[str, dict[str, Any]]],
    how: Habits,
) -> None:
    # Without index and ids, a name without arguments may be the one before, repeated.
    apart = all(a[0] != b[0] for a, b in pairwise(wanted))
    assume(how.indexed or how.sends_ids or not how.opens_empty or apart)
    sent = [chunk({"reasoning": part}) for part in cut(data, reasoning)]
    sent += [chunk({"content": part}) for part in cut(data, text)]
    for position, (name, arguments) in enumerate(wanted):
        one = (f"id-{position}", name, json.dumps(arguments))
        sent += [calls(p) for p in pieces_of(data, position, one, how)]
    sent.append(chunk({}, "stop"))
    body = b"".join(events(sent))
    places = data.draw(st.lists(st.integers(0, len(body)), max_size=8))
    bounds = sorted({0, *places, len(body)})

    reads = [body[a:b] for a, b in pairwise(bounds)]
    chunks = list(run(reads, ChunkAssembler()))

    expected = Seen(
        text,
        reasoning,
        [
            (f"id-{position}" if how.sends_ids else MADE_UP, name, arguments)
            for position, (name, arguments) in enumerate(wanted)
        ],
        finish_reason="tool_calls" if wanted else "stop",
    )
    assert seen_in(merged(chunks)) == expected
    assert seen_in(assembled(chunks)) == expected
    assert seen_in(result_of([body])) == expected


KEYS = [
    "choices", "delta", "message", "content", "tool_calls", "function", "arguments",
    "name", "id", "index", "usage", "error", "code", "detail", "finish_reason",
    "logprobs", "reasoning", "reasoning_details", "x_groq", "object", "type", "text",
    "refusal", "function_call", "thinking", "output_version", "model", "loc",
    "prompt_tokens", "status", "role", "error_type",
]  # fmt: skip
any_json: Any = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["{", '"{}"', "stop", "[DONE]", "\ud83d", "v1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | texts, inner, max_size=4)
    ),
    max_leaves=12,
)


def given_out(
    reads: list[bytes], options: PipelineOptions
) -> list[ChatGenerationChunk]:
    """Return the chunks of an answer, none when it ended with an error of ours."""
    try:
        return list(run(reads, ChunkAssembler(), options))
    except SSEChatError:
        return []


def placed(value: Any) -> st.SearchStrategy[Any]:
    """Return a chunk with a value in one of the places that are read."""
    return st.sampled_from(
        [
            value,
            {"choices": value},
            {"choices": [value]},
            chunk(value),
            chunk({"content": value}),
            chunk({"tool_calls": value}),
            calls(value),
            calls(call(0, "a", "f", value)),
            calls({"index": 0, "function": value}),
            chunk({"function_call": value}),
            chunk({"reasoning_details": value}),
            chunk({"content": "a", "extra": value}),
            chunk({"content": "a"}, value),
            chunk({}, usage=value, model=value, extra=value),
            chunk(choices=[{"message": value, "logprobs": value, "usage": value}]),
            chunk(choices=[{"index": value, "delta": {"content": "a"}}]),
            {"error": value},
            {"message": value, "code": value, "detail": value, "object": "error"},
        ]
    )


@given(
    sent=st.lists(any_json.flatmap(placed), max_size=4),
    kinds=st.lists(st.sampled_from([None, "error", "message"]), min_size=4, max_size=4),
    done=st.booleans(),
)
def test_any_json_anywhere_is_read_or_is_an_error_of_ours(
    sent: list[Any], kinds: list[str | None], done: bool
) -> None:
    body = [
        event(json.dumps(value), kind) for value, kind in zip(sent, kinds, strict=False)
    ] + [event("[DONE]")] * done
    options = PipelineOptions(
        url=WHERE, on_truncation="accept", secrets=Secrets(["sk"])
    )
    chunks = given_out(body, options)

    if chunks:
        whole = result_of(body, options)
        assert merged(chunks).content == whole.content
        assert "".join(c.text for c in chunks) == whole.content
        assert str(assembled(chunks).text) == whole.content
        for message in (merged(chunks), assembled(chunks)):
            assert repr(seen_in(message).calls) == repr(seen_in(whole).calls)
            assert len(message.invalid_tool_calls) == len(whole.invalid_tool_calls)


@given(value=any_json)
def test_any_json_as_the_whole_body_is_read_or_is_an_error_of_ours(value: Any) -> None:
    given_out([json.dumps(value).encode()], OPTIONS)


@given(reads=st.lists(st.binary(max_size=30), max_size=6), start=st.sampled_from(
    [b"", b"data: ", b"{", b"<html>", b"\xef\xbb\xbf", b"event: error\ndata:", b":"]
))  # fmt: skip
def test_any_bytes_are_read_or_are_an_error_of_ours(
    reads: list[bytes], start: bytes
) -> None:
    given_out([start, *reads], OPTIONS)


@given(
    arguments=objects, data=st.data(), tail=st.sampled_from(["", "\\", '"', "\n", "}"])
)
def test_arguments_with_a_breaking_mark_are_never_valid(
    arguments: dict[str, Any], data: st.DataObject, tail: str
) -> None:
    whole = json.dumps(arguments, ensure_ascii=data.draw(st.booleans()))
    text = whole[: data.draw(st.integers(0, len(whole)))] + tail
    pieces = [*cut(data, text), breaking_mark(text)]

    chunks = [
        AIMessageChunk(
            content="",
            tool_call_chunks=[
                tool_call_chunk(
                    name=None if number else "f",
                    args=piece,
                    id=None if number else "c",
                    index=0,
                )
            ],
        )
        for number, piece in enumerate(pieces)
    ]
    last = AIMessageChunk(content="", chunk_position="last")
    message = chunks[0] + [*chunks[1:], last]

    assert isinstance(message, AIMessageChunk)
    assert message.tool_calls == []
    assert [c["name"] for c in message.invalid_tool_calls] == ["f"]
