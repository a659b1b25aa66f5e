"""Encoders, as an application without a web framework uses them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, AIMessageChunk

from langchain_sse_chat import StreamTruncatedError
from langchain_sse_chat.answer.chunks import ChunkAssembler
from langchain_sse_chat.serve import (
    CompletionEncoder,
    OpenAIEncoder,
    PlainEncoder,
    UIMessageEncoder,
)
from langchain_sse_chat.serve.answer.parts import NextMessage
from langchain_sse_chat.serve.encoder import Encoder
from langchain_sse_chat.serve.failure.failure import Failure
from langchain_sse_chat.sse import SSEDecoder
from langchain_sse_chat.wire.deltas import (
    AnswerMessage,
    Delta,
    ToolCallDelta,
    WireToolCall,
)
from tests.unit_tests.serve.ui_client import read_ui
from tests.unit_tests.wire.wire_streams import chunks_of, last_of, merged, seen_in


def encoded(encoder: Encoder, items: Iterable[object]) -> list[bytes]:
    return [encoder.open(), *map(encoder.feed, items), encoder.close()]


def deltas(writes: list[bytes]) -> list[str]:
    """Return the texts that a stream of OpenAI's chunks has."""
    events = SSEDecoder().feed(b"".join(writes))
    chunks = [json.loads(data) for _, data, _ in events if data != "[DONE]"]
    found = [c["choices"][0]["delta"].get("content") for c in chunks if c["choices"]]
    return [text for text in found if text]


def test_a_model_of_langchain() -> None:
    model = GenericFakeChatModel(messages=iter([AIMessage(content="Hi you")]))
    encoder = OpenAIEncoder("fake")

    writes = encoded(encoder, model.stream("Hello"))

    assert deltas(writes) == ["Hi", " ", "you"]
    assert encoder.finish is not None
    assert encoder.finish.reason == "stop"
    assert encoder.media_type == "text/event-stream; charset=utf-8"


def test_every_chunk_has_the_same_id_and_time() -> None:
    writes = encoded(OpenAIEncoder("m"), ["a", "b"])
    events = SSEDecoder().feed(b"".join(writes))[:-1]
    chunks = [json.loads(data) for _, data, _ in events]

    assert len({(c["id"], c["created"], c["model"]) for c in chunks}) == 1
    assert chunks[0]["id"].startswith("chatcmpl-")
    assert chunks[0]["created"] > 1_700_000_000


def test_given_values_are_used() -> None:
    [chunk] = SSEDecoder().feed(OpenAIEncoder(completion_id="i", created=5).open())
    whole = json.loads(
        encoded(CompletionEncoder(completion_id="i", created=5), ["a"])[-1]
    )

    assert (whole["id"], whole["created"], whole["model"]) == ("i", 5, "default")
    assert json.loads(chunk.data)["created"] == 5


def test_equal_log_probabilities_of_two_tokens_are_two() -> None:
    chunk = AIMessageChunk(
        content="ha", response_metadata={"logprobs": {"content": [1]}}
    )
    encoder = OpenAIEncoder("m")

    assert deltas(encoded(encoder, [chunk, chunk, chunk])) == ["ha", "ha", "ha"]
    assert encoder.finish is not None
    assert encoder.finish.logprobs == {"content": [1, 1, 1]}


def test_texts_of_two_messages_are_separated() -> None:
    items = [
        AIMessageChunk(content="a"),
        NextMessage(),
        AIMessageChunk(content="b"),
        "c",
    ]

    assert deltas(encoded(OpenAIEncoder("m"), items)) == ["a", "\n\nb", "c"]


def test_a_truncated_answer_can_be_ended_as_a_failure() -> None:
    encoder = OpenAIEncoder("m")
    encoder.feed(
        AIMessageChunk(content="a", response_metadata={"model_provider": "openai"})
    )

    with pytest.raises(StreamTruncatedError) as raised:
        encoder.close()

    assert b'"error"' in encoder.fail(raised.value)
    assert encoder.finish is None


@pytest.mark.parametrize(
    "encoder", [OpenAIEncoder(), CompletionEncoder(), PlainEncoder()], ids=type
)
def test_a_failure_of_the_caller_is_sent_as_it_is(encoder: Encoder) -> None:
    sent = encoder.fail(Failure(429, "Later.", "rate_limit_error"))

    assert b"Later." in sent


def test_the_plain_encoder_ends_with_the_whole_text() -> None:
    encoder = PlainEncoder(answer_id="a-1")

    writes = encoded(encoder, ["Hi ", AIMessageChunk(content="you")])

    assert writes[0] == b"id: a-1\n\n"
    assert writes[-1] == b"event: end\ndata: Hi you\n\n"
    assert encoder.keep_alive() == b":\n\n"


TEXT = st.text(max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | TEXT,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2)
    ),
    max_leaves=4,
)
ARGUMENTS = st.dictionaries(TEXT, JSON, max_size=3).map(json.dumps)


@st.composite
def answers(draw: st.DrawFn) -> tuple[list[str | Delta], AnswerMessage]:
    """Return the deltas of an answer, and the answer."""
    parts: list[str | Delta] = draw(
        st.lists(st.text(min_size=1, max_size=5) | st.builds(Delta, TEXT, TEXT, TEXT))
    )
    calls = []
    for index, arguments in enumerate(draw(st.lists(ARGUMENTS, max_size=3))):
        cut = draw(st.integers(0, len(arguments)))
        whole = draw(st.booleans())
        sent = arguments if whole else arguments[:cut]
        name, half = f"f{index}", len(sent) // 2
        pieces = (
            ToolCallDelta(index, f"c{index}", name, sent[:half]),
            ToolCallDelta(index, None, None, sent[half:]),
        )
        parts += [Delta(tool_calls=[piece]) for piece in pieces]
        parsed = json.loads(arguments) if whole else None
        calls.append(WireToolCall(index, f"c{index}", name, sent, parsed))
    full = [p if isinstance(p, Delta) else Delta(p) for p in parts]
    message = AnswerMessage(
        text="".join(p.text for p in full),
        reasoning="".join(p.reasoning for p in full),
        refusal="".join(p.refusal for p in full),
        tool_calls=calls,
        finish_reason="length" if any(c.parsed is None for c in calls) else "stop",
        usage=draw(st.none() | st.just({"prompt_tokens": 1, "completion_tokens": 2})),
        metadata={"model": "m-1"},
    )
    return parts, message


@given(answers(), st.integers(1, 50))
def test_any_answer_is_read_from_the_relay_as_it_was(
    answer: tuple[list[str | Delta], AnswerMessage], size: int
) -> None:
    parts, message = answer
    assembler = ChunkAssembler()
    given_chunks = [c for part in parts for c in assembler.feed(part)]
    given_chunks += assembler.close(message, Delta())

    writes = encoded(
        OpenAIEncoder("m", include_usage=True), [c.message for c in given_chunks]
    )
    sent = b"".join(writes)
    again = chunks_of([sent[i : i + size] for i in range(0, len(sent), size)])

    assert texts(again) == texts(given_chunks)
    assert compared(merged(again)) == compared(merged(given_chunks))
    assert last_of(again).usage_metadata == last_of(given_chunks).usage_metadata


def texts(chunks: list[Any]) -> list[str]:
    return [chunk.text for chunk in chunks if chunk.text]


def compared(message: AIMessageChunk) -> Any:
    """Return a message without what a call that is not valid looks like."""
    seen = seen_in(message)
    seen.finish_reason = None
    seen.invalid = [(call_id, name) for call_id, name, _ in seen.invalid]
    return seen


def test_a_ui_message_stream_keeps_messages_apart() -> None:
    encoder = UIMessageEncoder(message_id="m-1", model="m")
    items = [AIMessageChunk(content="a"), NextMessage(), AIMessageChunk(content="b")]

    client = read_ui(b"".join(encoded(encoder, items)))

    assert encoder.headers == {"x-vercel-ai-ui-message-stream": "v1"}
    assert client.message_id == "m-1"
    assert client.metadata["model"] == "m"
    assert [p["text"] for p in client.parts if p["type"] == "text"] == ["a", "b"]


def test_an_answer_may_be_stopped() -> None:
    encoder = UIMessageEncoder()
    data = encoder.open() + encoder.feed("a") + encoder.abort()
    assert read_ui(data).is_aborted
    assert OpenAIEncoder().abort() == b""
    assert not OpenAIEncoder().headers
