from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk

from langchain_sse_chat.answer.chunks import ChunkAssembler
from langchain_sse_chat.wire.deltas import (
    AnswerMessage,
    Delta,
    ToolCallDelta,
    WireToolCall,
)
from tests.unit_tests.wire.wire_streams import assembled, merged

PROVIDER = {"model_provider": "sse-chat"}


def chunk_of(delta: str | Delta) -> AIMessageChunk:
    [chunk] = ChunkAssembler().feed(delta)
    assert isinstance(chunk, ChatGenerationChunk)
    assert isinstance(chunk.message, AIMessageChunk)
    return chunk.message


def test_text_becomes_a_chunk_with_text() -> None:
    message = chunk_of("a")

    assert (message.content, message.response_metadata) == ("a", PROVIDER)
    assert message.chunk_position is None
    assert ChunkAssembler().feed("a")[0].text == "a"


def test_a_delta_becomes_a_chunk_with_all_it_brings() -> None:
    message = chunk_of(Delta("a", "r", "no", [ToolCallDelta(0, "c", "f", '{"x')]))

    assert (message.content, message.response_metadata) == ("a", PROVIDER)
    assert message.additional_kwargs == {"reasoning_content": "r", "refusal": "no"}
    assert message.tool_call_chunks == [
        {"type": "tool_call_chunk", "index": 0, "id": "c", "name": "f", "args": '{"x'}
    ]


def test_a_delta_with_text_only_has_no_more() -> None:
    message = chunk_of(Delta("a"))

    assert (message.additional_kwargs, message.tool_call_chunks) == ({}, [])


@pytest.mark.parametrize(
    ("piece", "shown"),
    [
        pytest.param(ToolCallDelta(0, "c", "f", '{"x'), [], id="begun arguments"),
        pytest.param(ToolCallDelta(0, "c", "f", ""), [], id="no arguments yet"),
        pytest.param(
            ToolCallDelta(0, None, None, '": 1}'), [], id="end of the arguments"
        ),
        pytest.param(
            ToolCallDelta(0, None, None, "{}"), [], id="empty object without a name"
        ),
        pytest.param(
            ToolCallDelta(0, "c", "f", '{"x": 1}'),
            [{"type": "tool_call", "id": "c", "name": "f", "args": {"x": 1}}],
            id="whole call",
        ),
    ],
)
def test_a_chunk_shows_a_call_only_when_it_is_whole(
    piece: ToolCallDelta, shown: list[Any]
) -> None:
    message = chunk_of(Delta(tool_calls=[piece]))

    assert message.tool_calls == shown
    assert message.invalid_tool_calls == []


def test_pieces_of_one_call_in_one_delta_become_one() -> None:
    pieces = [
        ToolCallDelta(0, "c", "f", '{"x'),
        ToolCallDelta(1, "d", "g", "{}"),
        ToolCallDelta(0, None, None, '": 1}'),
    ]

    chunks = chunk_of(Delta(tool_calls=pieces)).tool_call_chunks

    assert [(c["index"], c["id"], c["args"]) for c in chunks] == [
        (0, "c", '{"x": 1}'),
        (1, "d", "{}"),
    ]


def test_ends_with_an_empty_chunk_that_has_the_rest() -> None:
    message = AnswerMessage(
        text="never again",
        reasoning="never again",
        finish_reason="stop",
        usage={"prompt_tokens": 1},
        message_fields={"images": [1]},
        metadata={"id": "x"},
    )

    [chunk] = ChunkAssembler().close(message, Delta())

    last = chunk.message
    assert isinstance(last, AIMessageChunk)
    assert (last.content, last.chunk_position) == ("", "last")
    assert last.additional_kwargs == {"images": [1]}
    assert last.response_metadata == {
        **PROVIDER,
        "id": "x",
        "finish_reason": "stop",
        "normalized_finish_reason": "stop",
        "token_usage": {"prompt_tokens": 1},
    }
    assert last.usage_metadata is not None
    assert last.usage_metadata["input_tokens"] == 1


def test_what_was_held_back_comes_before_the_last_chunk() -> None:
    pending = Delta(tool_calls=[ToolCallDelta(0, "c", "f", "{}")])
    message = AnswerMessage(tool_calls=[WireToolCall(0, "c", "f", "{}", {})])

    chunks = ChunkAssembler().close(message, pending)

    assert len(chunks) == 2
    for whole in (merged(chunks), assembled(chunks)):
        assert [(c["id"], c["args"]) for c in whole.tool_calls] == [("c", {})]
    assert pending.tool_calls == [ToolCallDelta(0, "c", "f", "{}")]


@pytest.mark.parametrize("held_back", [True, False])
@pytest.mark.parametrize("arguments", ["", "[1]", '{"x": "a', '{"x": 1'])
def test_a_call_that_must_not_be_run_stays_invalid(
    held_back: bool, arguments: str
) -> None:
    piece = Delta(tool_calls=[ToolCallDelta(0, "c", "f", arguments)])
    message = AnswerMessage(tool_calls=[WireToolCall(0, "c", "f", arguments, None)])
    assembler = ChunkAssembler()

    chunks = [] if held_back else assembler.feed(piece)
    chunks = chunks + assembler.close(message, piece if held_back else Delta())

    for whole in (merged(chunks), assembled(chunks)):
        assert whole.tool_calls == []
        [invalid] = whole.invalid_tool_calls
        assert (invalid["id"], invalid["name"]) == ("c", "f")
        assert (invalid["args"] or "").startswith(arguments)


@pytest.mark.parametrize(
    ("reason", "info"), [("length", {"finish_reason": "length"}), (None, None)]
)
def test_the_last_chunk_has_the_finish_reason_where_results_have_it(
    reason: str | None, info: dict[str, str] | None
) -> None:
    [last] = ChunkAssembler().close(AnswerMessage(finish_reason=reason), Delta())

    assert last.generation_info == info
