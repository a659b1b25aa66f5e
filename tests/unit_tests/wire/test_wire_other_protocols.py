"""Streams of other protocols are told by their first object."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat import MalformedChunkError, NotAnEventStreamError
from langchain_sse_chat.wire.other_protocols import PROTOCOLS
from tests.unit_tests.wire.wire_streams import (
    chunk,
    error_of,
    event,
    events,
    read,
    text,
)

STOP = chunk({}, "stop")
FIRST: list[tuple[dict[str, Any], str]] = [
    ({"type": "message_start", "message": {"id": "m"}}, "Anthropic"),
    ({"type": "content_block_start", "index": 0}, "Anthropic"),
    ({"type": "response.created", "response": {"id": "r"}}, "Responses"),
    ({"candidates": [], "usageMetadata": {}}, "Gemini"),
    ({"type": "message-start", "id": "c"}, "Cohere"),
    ({"event_type": "stream-start", "is_finished": False}, "Cohere"),
    ({"messageStart": {"role": "assistant"}}, "Bedrock"),
    ({"model": "m", "message": {"content": "H"}, "done": False}, "Ollama"),
    ({"model": "m", "response": "H", "done": False}, "Ollama"),
    ({"token": {"text": "H"}, "generated_text": None, "details": None}, "TGI"),
    ({"content": "H", "stop": False}, "llama.cpp"),
    ({"output": {"text": "H"}, "request_id": "r", "usage": {}}, "DashScope"),
]


@pytest.mark.parametrize(("first", "name"), FIRST)
def test_a_stream_of_another_protocol_is_named(
    first: dict[str, Any], name: str
) -> None:
    error, given = error_of([event(first), event({"x": 1})])

    assert isinstance(error, MalformedChunkError)
    assert name in str(error)
    assert "without any chat completion" in str(error)
    assert given == []


@pytest.mark.parametrize(("first", "name"), FIRST)
def test_a_whole_answer_of_another_protocol_is_named(
    first: dict[str, Any], name: str
) -> None:
    error, _ = error_of([event(first)[6:]], headers={})

    assert isinstance(error, NotAnEventStreamError)
    assert name in str(error)
    assert "/v1" in str(error)


@pytest.mark.parametrize(("first", "name"), FIRST)
def test_an_object_that_looks_like_another_protocol_in_an_answer_is_none(
    first: dict[str, Any], name: str
) -> None:
    del name

    assert read(events([text("a"), first, STOP])).text == "a"


def test_every_protocol_is_tried() -> None:
    assert {p.name.split("'")[0] for p in PROTOCOLS if "'" in p.name} <= {
        name for _, name in FIRST
    }
