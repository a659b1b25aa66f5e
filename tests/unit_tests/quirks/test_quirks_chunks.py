"""Effects that a quirk must not have on the single chunks of a stream."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from langchain_core.messages import AIMessageChunk

from langchain_sse_chat import ChatSSE
from tests.unit_tests.quirks.quirk import STOP, TOOLS
from tests.unit_tests.wire.wire_streams import call, calls, chunk, events, text


def asked(sent: list[bytes], **settings: Any) -> tuple[ChatSSE, list[dict[str, Any]]]:
    """Return a model and the list of the bodies that it will send."""
    bodies: list[dict[str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        return httpx.Response(200, content=b"".join(sent))

    client = httpx.Client(transport=httpx.MockTransport(answer))
    chat = ChatSSE(model="m", base_url="http://test/v1", http_client=client, **settings)
    return chat, bodies


def chunks_of(chat: ChatSSE, **keywords: Any) -> list[AIMessageChunk]:
    return list(chat.stream("Hello", **keywords))


def test_a_call_that_has_just_begun_is_not_shown_as_one_without_arguments() -> None:
    chat, _ = asked(
        events(
            [
                calls(call(0, "a1", "pay", "")),
                calls(call(0, arguments="")),
                calls(call(0, arguments='{"amount"')),
                calls(call(0, arguments=": 1}")),
                TOOLS,
            ]
        )
    )

    merged: Any = None
    shown = []
    for part in chunks_of(chat):
        merged = part if merged is None else merged + part
        shown.append([c["args"] for c in part.tool_calls])

    assert [{}] not in shown
    assert [c["args"] for c in merged.tool_calls] == [{"amount": 1}]


@pytest.mark.parametrize("response_format", [None, {"type": "json_object"}])
def test_a_response_format_does_not_hold_tokens_back(response_format: Any) -> None:
    deltas = [{"reasoning": "H"}, {"reasoning": "m"}, {"content": "{"}]
    chat, _ = asked(events([*map(chunk, deltas), text("}"), STOP]))

    parts = chunks_of(chat, response_format=response_format)

    reasoning = [part.additional_kwargs.get("reasoning_content") for part in parts]
    assert reasoning[:4] == ["H", "m", None, None]
    assert [part.text for part in parts] == ["", "", "{", "}", ""]


def test_ids_that_change_with_every_chunk_do_not_part_the_message() -> None:
    chat, _ = asked(events([{**text("H"), "id": "x"}, {**text("i"), "id": "y"}, STOP]))

    assert len({part.id for part in chunks_of(chat)}) == 1


def test_a_model_that_only_streams_can_be_invoked() -> None:
    chat, bodies = asked(events([text("Hi"), STOP]), streaming=True)

    assert chat.invoke("Hello").content == "Hi"
    assert bodies[0]["stream"] is True
