from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from langchain_sse_chat.answer.chunks import ChunkAssembler
from langchain_sse_chat.answer.pipeline import (
    AnswerPipeline,
    OnTruncation,
    PipelineOptions,
)
from langchain_sse_chat.answer.results import ResultAssembler
from langchain_sse_chat.answer.whole_body import MAX_BODY_SIZE
from langchain_sse_chat.errors import (
    EventTooLargeError,
    RateLimitError,
    SSEChatError,
    StreamError,
    StreamTruncatedError,
)
from langchain_sse_chat.secrets import Secrets
from langchain_sse_chat.transport.protocols import ResponseHead
from tests.unit_tests.wire.wire_streams import (
    DONE,
    OPTIONS,
    SSE,
    WHERE,
    Seen,
    call,
    calls,
    chunk,
    chunks_of,
    error_of,
    event,
    events,
    merged,
    pipeline,
    read,
    result_of,
    run,
    text,
)

STOP = chunk({}, "stop")


def test_an_event_has_a_limit() -> None:
    reader = pipeline(ChunkAssembler())
    reader.feed(event(text("a")))

    with pytest.raises(EventTooLargeError):
        reader.feed(b"data: " + b"x" * MAX_BODY_SIZE + b"\n\n")


CUT = [
    pytest.param([event(text("a")), event(text("b"))], id="after an event"),
    pytest.param(
        [event(text("a")), event(text("b")), b": bye\n\n"], id="after a comment"
    ),
    pytest.param(
        [event(text("a")), event(text("b")), b'data: {"choices": [{"del'], id="in JSON"
    ),
    pytest.param([event(text("a")), event(text("b")), b"data: [DO"], id="in [DONE]"),
    pytest.param([event(text("a")), event(text("b")), b"data"], id="in a field name"),
]


@pytest.mark.parametrize("sent", CUT)
def test_a_stream_that_ends_before_its_answer_is_an_error(sent: list[bytes]) -> None:
    error, given = error_of(sent)

    assert isinstance(error, StreamTruncatedError)
    assert error.is_retryable
    assert given == ["a", "b"]
    assert error.partial is not None
    assert error.partial.content == "ab"
    assert "on_truncation" in str(error)


@pytest.mark.parametrize("how", ["warn", "accept"])
def test_a_stream_that_was_cut_may_be_accepted(
    how: OnTruncation, caplog: pytest.LogCaptureFixture
) -> None:
    options = PipelineOptions(url=WHERE, on_truncation=how)
    sent = [event(text("a")), event(calls(call(0, "c", "f", '{"x": 1')))]

    with caplog.at_level(logging.DEBUG, "langchain_sse_chat"):
        seen = read(sent, options)

    expected = Seen("a", invalid=[("c", "f", '{"x": 1')], finish_reason=None)
    assert seen == expected
    warnings = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert bool(warnings) is (how == "warn")
    assert all(WHERE in r.getMessage() for r in warnings)


def test_a_call_without_arguments_in_a_stream_that_was_cut_is_not_valid() -> None:
    options = PipelineOptions(url=WHERE, on_truncation="accept")
    sent = [event(text("a")), event(calls(call(0, "c", "f", "")))]

    seen = read(sent, options)

    assert (seen.calls, [i[:2] for i in seen.invalid]) == ([], [("c", "f")])


@pytest.mark.parametrize("how", ["warn", "accept"])
def test_a_stream_without_anything_is_never_accepted(how: OnTruncation) -> None:
    options = PipelineOptions(url=WHERE, on_truncation=how)

    error, _ = error_of([event(chunk({"role": "assistant"}))], options=options)

    assert isinstance(error, StreamTruncatedError)


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r"])
@pytest.mark.parametrize("last", [STOP, chunk({"content": "b"}, "stop")])
def test_a_last_event_without_a_blank_line_is_used(last: Any, ending: bytes) -> None:
    expected = Seen("ab" if last is not STOP else "a")

    assert read([event(text("a")), event(last)[:-2] + ending]) == expected
    assert read([event(text("a")), event(last), DONE[:-2] + ending]) == expected


def test_text_in_one_read_with_an_error_is_given_out_first() -> None:
    reader = pipeline(ChunkAssembler())

    outputs = reader.feed(
        event(text("a")) + event({"error": "boom"}) + event(text("b"))
    )

    assert [c.text for c in outputs] == ["a"]
    assert not reader.wants_more
    assert reader.feed(event(text("c"))) == []
    with pytest.raises(StreamError, match="boom"):
        list(reader.close())


def test_an_error_in_a_last_event_without_a_blank_line_is_raised() -> None:
    error, given = error_of([event(text("a")), event({"error": "boom"})[:-2]])

    assert isinstance(error, StreamError)
    assert given == ["a"]


def test_nothing_after_the_end_counts() -> None:
    reader = pipeline(ChunkAssembler())

    assert [c.text for c in reader.feed(event(text("a")) + DONE + b"data: x\n\n")] == [
        "a"
    ]
    assert not reader.wants_more
    assert reader.feed(b"data: " + b"x" * (MAX_BODY_SIZE + 1)) == []
    assert reader.feed(event({"error": "boom"})) == []
    assert [c.text for c in reader.close()] == [""]


def test_tells_when_something_was_given_out_and_when_there_was_progress() -> None:
    reader = pipeline(ChunkAssembler())
    seen = []
    for data in (
        b": hi\n\n",
        event(chunk({"role": "assistant"})),
        event(calls(call(0, "c", "f", ""))),
        event(text("a")),
    ):
        reader.feed(data)
        seen.append((reader.has_output, reader.progress, not reader.wants_more))

    nothing = (False, 0, False)
    assert seen == [nothing, nothing, (False, 1, False), (True, 2, False)]


def test_tells_when_the_answer_is_whole() -> None:
    reader = pipeline(ChunkAssembler())
    ended = []
    for data in (event(text("a")), event(STOP), DONE):
        reader.feed(data)
        ended.append((reader.is_complete, not reader.wants_more))

    assert ended == [(False, False), (True, False), (True, True)]


def test_a_result_is_given_out_at_the_end_only() -> None:
    reader = pipeline(ResultAssembler())

    assert reader.feed(event(text("a")) + event(STOP)) == []
    assert not reader.has_output
    assert len(list(reader.close())) == 1
    assert reader.has_output


def test_the_request_id_stands_in_the_metadata() -> None:
    headers = {**SSE, "x-request-id": "r-1", "set-cookie": "secret"}
    sent = events([text("a"), STOP])

    for message in (
        merged(chunks_of(sent, headers=headers)),
        result_of(sent, headers=headers),
    ):
        assert message.response_metadata["request_id"] == "r-1"
        assert "headers" not in message.response_metadata


def test_headers_stand_in_the_metadata_when_asked_for() -> None:
    options = PipelineOptions(url=WHERE, include_response_headers=True)
    headers = {**SSE, "x-ratelimit-remaining": "5", "set-cookie": "secret"}

    message = result_of(events([text("a"), STOP]), options, headers=headers)

    assert message.response_metadata["headers"] == {**SSE, "x-ratelimit-remaining": "5"}


def test_a_pipeline_that_saw_no_head_reads_too() -> None:
    reader = AnswerPipeline(ChunkAssembler(), OPTIONS)

    assert [c.text for c in reader.feed(event(text("a")))] == ["a"]
    reader.feed(DONE)
    [last] = reader.close()
    assert "request_id" not in last.message.response_metadata
    with pytest.raises(StreamTruncatedError, match="200 with an empty body"):
        list(AnswerPipeline(ChunkAssembler(), OPTIONS).close())


def test_the_last_head_names_the_request() -> None:
    reader = AnswerPipeline(ChunkAssembler(), OPTIONS)
    reader.open(ResponseHead(200, {"x-request-id": "first", **SSE}, WHERE))
    reader.feed(event(text("a")))
    reader.open(ResponseHead(200, {"x-request-id": "second", **SSE}, WHERE))
    reader.feed(event(STOP))

    [*_, last] = [*reader.feed(DONE), *reader.close()]

    assert last.message.response_metadata["request_id"] == "second"


def test_a_refusal_becomes_the_error_of_its_status() -> None:
    reader = AnswerPipeline(ChunkAssembler(), OPTIONS)
    head = ResponseHead(429, {"retry-after": "7"}, WHERE)

    error = reader.error_response(head, b'{"error": "slow"}')

    assert isinstance(error, RateLimitError)
    assert (error.retry_after, error.status_code) == (7.0, 429)
    assert str(error) == f"{WHERE} answered 429: slow."


def test_an_error_is_given_what_was_received_and_loses_secrets() -> None:
    options = PipelineOptions(url=WHERE, secrets=Secrets(["sk-1"]))
    error, _ = error_of(
        [event(text("a")), event({"error": "bad key sk-1"})], options=options
    )

    assert error.partial is not None
    assert error.partial.content == "a"
    assert "sk-1" not in f"{error}{vars(error)}"


def test_what_an_error_already_carries_stays() -> None:
    reader = pipeline(ChunkAssembler())
    first = SSEChatError("x")
    reader.feed(event(text("a")))
    reader.attach_partial(first)
    reader.feed(event(text("b")))

    assert reader.attach_partial(first) is first
    assert first.partial is not None
    assert first.partial.content == "a"


def test_what_was_received_has_calls_metadata_and_usage() -> None:
    sent = [
        {**text("a"), "usage": {"prompt_tokens": 1}},
        calls(call(0, "c", "f", "{}"), call(1, "d", "g", '{"x')),
    ]
    error, _ = error_of([*events(sent, done=False), event({"error": "boom"})])

    partial = error.partial
    assert partial is not None
    assert [c["id"] for c in partial.tool_calls] == ["c"]
    assert [(c["id"], c["args"]) for c in partial.invalid_tool_calls] == [("d", '{"x')]
    assert partial.response_metadata["model_name"] == "m-1"
    assert partial.usage_metadata is not None
    assert partial.usage_metadata["input_tokens"] == 1


def test_two_answers_share_nothing() -> None:
    sent = events(
        [chunk({"content": "a", "images": [1], "audio": {"data": "x"}}), STOP]
    )
    first = [c.message for c in run(sent, ChunkAssembler())][-1]
    first.additional_kwargs["images"].append(2)
    first.additional_kwargs["audio"]["data"] = "y"

    second = [c.message for c in run(sent, ChunkAssembler())][-1]

    assert second.additional_kwargs == {"images": [1], "audio": {"data": "x"}}


@pytest.mark.parametrize("size", [10, 5_000, 30_000])
@pytest.mark.parametrize("after", [b"", DONE + b"{}\n\n" * 2_000])
def test_a_bare_error_is_found_whatever_its_size_and_what_follows(
    size: int, after: bytes
) -> None:
    bare = json.dumps({"error": {"message": "boom", "trace": "x" * size}}).encode()
    sent = [event(text("a")), bare + b"\n\n", after]

    error, given = error_of(sent)

    assert isinstance(error, StreamError)
    assert "boom" in str(error)
    assert given == ["a"]
