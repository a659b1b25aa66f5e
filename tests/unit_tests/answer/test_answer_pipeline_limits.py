"""The memory that one answer can use is limited."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from itertools import count, repeat
from typing import Any

import pytest
from langchain_core.load import dumps

from langchain_sse_chat.answer.chunks import ChunkAssembler
from langchain_sse_chat.answer.pipeline import (
    AnswerPipeline,
    PipelineOptions,
)
from langchain_sse_chat.answer.whole_body import MAX_BODY_SIZE
from langchain_sse_chat.errors import (
    EventTooLargeError,
    MalformedChunkError,
    NotAnEventStreamError,
    ProtocolError,
    SSEChatError,
)
from langchain_sse_chat.transport.protocols import ResponseHead
from langchain_sse_chat.wire.memory_budget import KEPT_LIMIT
from tests.unit_tests.wire.wire_streams import (
    SSE,
    WHERE,
    chunk,
    chunks_of,
    event,
    merged,
    read,
    text,
)

MIB = 1024 * 1024
READ = 64 * 1024


def events(make: Callable[[int], Any]) -> Iterator[bytes]:
    """Return events without end."""
    return (event(make(number)) for number in count())


def cut(sent: Iterable[bytes]) -> Iterator[bytes]:
    """Return the reads in which large events come."""
    for data in sent:
        yield from (data[i : i + READ] for i in range(0, len(data), READ))


def delta(**fields: Any) -> dict[str, Any]:
    return chunk(fields)


FILLING = "x" * 40_000

ENDLESS: dict[str, tuple[Callable[[], Iterable[bytes]], type[ProtocolError]]] = {
    "a line": (lambda: repeat(b"data: " + b"x" * READ), EventTooLargeError),
    "a comment": (lambda: repeat(b": " + b"x" * READ), EventTooLargeError),
    "lines of an event": (
        lambda: repeat(b"data: %b\n" % (b"x" * READ)),
        EventTooLargeError,
    ),
    "comments of an event": (
        lambda: repeat(b"data: x\n: %b\n" % (b"x" * READ)),
        EventTooLargeError,
    ),
    "blanks before an answer": (lambda: repeat(b" \n" * 32_000), EventTooLargeError),
    "a page": (lambda: repeat(b"<html>" * 10_000), NotAnEventStreamError),
    "an object": (lambda: repeat(b'{"a":' + b" " * READ), EventTooLargeError),
    "choices": (
        lambda: events(lambda n: {"choices": [{"index": n, "delta": {}}]}),
        MalformedChunkError,
    ),
    "text of another choice": (
        lambda: events(
            lambda _: {"choices": [{"index": 1, "delta": {"content": FILLING}}]}
        ),
        EventTooLargeError,
    ),
    "tool calls": (
        lambda: events(
            lambda n: delta(tool_calls=[{"id": f"i{n}", "function": {"name": "f"}}])
        ),
        MalformedChunkError,
    ),
    "indices of tool calls": (
        lambda: events(lambda n: delta(tool_calls=[{"index": n, "id": f"i{n}"}])),
        MalformedChunkError,
    ),
    "arguments without a name": (
        lambda: events(
            lambda _: delta(
                tool_calls=[{"index": 0, "function": {"arguments": FILLING}}]
            )
        ),
        EventTooLargeError,
    ),
    "fields of a tool call": (
        lambda: events(
            lambda n: delta(tool_calls=[{"index": 0, f"k{n}": {"v": FILLING}}])
        ),
        EventTooLargeError,
    ),
    "fields of the delta": (
        lambda: events(lambda n: delta(**{f"k{n}": FILLING})),
        EventTooLargeError,
    ),
    "lists in a field": (
        lambda: events(lambda _: delta(k=[[]] * 3000)),
        EventTooLargeError,
    ),
    "fields of the choice": (
        lambda: events(lambda n: {"choices": [{"delta": {}, f"k{n}": FILLING}]}),
        EventTooLargeError,
    ),
    "fields of the chunk": (
        lambda: events(lambda n: {"choices": [], f"k{n}": FILLING}),
        EventTooLargeError,
    ),
    "reasoning details": (
        lambda: events(
            lambda n: delta(reasoning_details=[{"index": n, "data": FILLING}])
        ),
        EventTooLargeError,
    ),
    "thinking blocks": (
        lambda: events(lambda n: delta(thinking_blocks=[{"data": FILLING}])),
        EventTooLargeError,
    ),
    "log probabilities": (
        lambda: events(
            lambda n: {
                "choices": [{"delta": {}, "logprobs": {"content": [{"t": FILLING}]}}]
            }
        ),
        EventTooLargeError,
    ),
    "content parts": (
        lambda: events(lambda n: delta(content=[{"type": "x", "data": FILLING}])),
        EventTooLargeError,
    ),
    "large fields of the chunk": (
        lambda: events(lambda n: {"choices": [], f"k{n}": "x" * 70_000}),
        EventTooLargeError,
    ),
    "large events with a little text": (
        lambda: cut(events(lambda n: delta(content="a", **{f"k{n}": "x" * 30 * READ}))),
        EventTooLargeError,
    ),
}


def peak_of(parts: Iterable[bytes]) -> tuple[SSEChatError | None, int]:
    """Return the error or result of reading, and the peak of memory in bytes."""
    pipeline = AnswerPipeline(ChunkAssembler(), PipelineOptions(url=WHERE))
    pipeline.open(ResponseHead(200, SSE, WHERE))
    failure = None
    tracemalloc.start()
    try:
        for part in parts:
            pipeline.feed(part)
        if pipeline.progress == 0:  # or the end would be reported too
            list(pipeline.close())
    except SSEChatError as error:
        failure = pipeline.attach_partial(error)
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return failure, peak


@pytest.mark.parametrize("name", ENDLESS)
def test_what_never_ends_is_an_error_in_bounded_memory(name: str) -> None:
    make, expected = ENDLESS[name]

    failure, peak = peak_of(make())

    assert type(failure) is expected
    # Twice what is kept, for the partial message is made of it.
    assert peak < 2 * KEPT_LIMIT + 2 * MAX_BODY_SIZE


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(b": ping\n" * 9000, id="comments"),
        pytest.param(b"\n" * READ, id="blank lines"),
        pytest.param(b"data:\n\n" * 9000, id="empty data"),
        pytest.param(b": ping\n\n" * 8000, id="comment events"),
        pytest.param(b"event: ping\n\n" * 5000, id="empty events"),
        pytest.param(b"id: 1\n\n" * 9000, id="ids"),
        pytest.param(b"retry: 1\n\n" * 6000, id="retry times"),
    ],
)
def test_what_only_keeps_the_connection_alive_takes_no_memory(part: bytes) -> None:
    failure, peak = peak_of([event(text("a")), *repeat(part, 10)])

    assert failure is None
    assert peak < 4 * MIB


CROWDED = b"[%b]" % b",".join([b"[]"] * 5_000_000)


@pytest.mark.parametrize(
    "sent",
    [b'data: {"choices": [], "k": %b}\n\n', b'{"choices": [], "k": %b}'],
    ids=["event", "object"],
)
def test_json_of_too_many_values_is_not_parsed(sent: bytes) -> None:
    body = sent % CROWDED
    parts = [body[i : i + READ] for i in range(0, len(body), READ)]

    failure, peak = peak_of(parts)

    assert isinstance(failure, EventTooLargeError)
    assert peak < KEPT_LIMIT


DEEP = "[" * 100_000 + "]" * 100_000
HUGE_NUMBER = "9" * 1_000_000


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(DEEP, id="deep array"),
        pytest.param(HUGE_NUMBER, id="huge number"),
        pytest.param("[" * 100_000, id="unclosed arrays"),
        pytest.param('{"a":' * 100_000, id="unclosed objects"),
    ],
)
@pytest.mark.parametrize(
    "sent",
    [
        pytest.param("data: %s\n\n", id="event"),
        pytest.param('data: {"choices": [], "k": %s}\n\n', id="unknown key of a chunk"),
        pytest.param('{"choices": %s}', id="whole body"),
    ],
)
def test_json_that_no_parser_takes_is_an_error(value: str, sent: str) -> None:
    with pytest.raises((MalformedChunkError, NotAnEventStreamError)):
        read([(sent % value).encode()])


def test_a_key_that_is_sent_often_counts_once() -> None:
    keys = ",".join([f'"{"k" * 1000}": 1'] * 100)
    body = f'data: {{"choices": [{{"delta": {{"content": "a", {keys}}}}}]}}\n\n'

    assert read([body.encode(), event(chunk({}, "stop"))]).text == "a"


def nested(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = {"a": value}
    return value


def test_deep_fields_of_many_deltas_are_put_together() -> None:
    """As deep as anything is read, from as deep in a program as LangChain calls it."""

    def below(frames: int) -> str:
        if frames:
            return below(frames - 1)
        deltas = [event(delta(content="a", k=nested(190))) for _ in range(3)]
        return read([*deltas, event(chunk({}, "stop"))]).text

    assert below(200) == "aaa"


@pytest.mark.parametrize("levels", [250, 900, 20_000])
def test_arguments_nested_too_deep_are_an_invalid_call(levels: int) -> None:
    arguments = '{"a":' * levels + "1" + "}" * levels
    calls = [{"index": 0, "id": "i", "function": {"name": "f", "arguments": arguments}}]

    chunks = chunks_of([event(delta(tool_calls=calls)), event(chunk({}, "stop"))])
    message = merged(chunks)

    assert message.tool_calls == []
    assert [call["name"] for call in message.invalid_tool_calls] == ["f"]
    dumps(message)
