"""Vercel's AI SDK with `@ai-sdk/openai-compatible`, in its sixth and newest version."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.serve_clients.node import Node
from tests.integration_tests.serve_clients.relay import (
    CALLS,
    REASONING,
    TOKENS,
    TOOLS,
    USAGE,
)

GIVEN = [TOOLS[0]["function"]]


@pytest.fixture(params=["ai-6", "ai"])
def sdk(request: pytest.FixtureRequest) -> dict[str, str]:
    newest = request.param == "ai"
    provider = "@ai-sdk/openai-compatible" if newest else "openai-compatible-2"
    return {"library": request.param, "provider": provider}


def test_a_stream_has_every_part(
    node: Node, sdk: dict[str, str], upstream: ScriptedServer
) -> None:
    upstream.script(
        Reply.text(TOKENS, reasoning=REASONING, tool_calls=CALLS, usage=USAGE)
    )

    parts = node.run("ai_sdk", way="stream", tools=GIVEN, **sdk)["parts"]

    assert texts(parts, "text-delta") == TOKENS
    assert texts(parts, "reasoning-delta") == REASONING
    assert [
        {"id": p["toolCallId"], "name": p["toolName"], "arguments": p["input"]}
        for p in parts
        if p["type"] == "tool-call"
    ] == CALLS
    assert not [part for part in parts if part["type"] == "error"]
    end = parts[-1]
    assert (end["type"], end["finishReason"]) == ("finish", "tool-calls")
    assert end["totalUsage"]["inputTokens"] == 11
    assert end["totalUsage"]["outputTokens"] == 7
    assert end["totalUsage"]["totalTokens"] == 18


def test_an_answer_in_one_piece_has_all(
    node: Node, sdk: dict[str, str], upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(TOKENS, reasoning=REASONING, usage=USAGE))

    got = node.run("ai_sdk", way="whole", **sdk)

    assert got["text"] == "".join(TOKENS)
    assert got["reasoningText"] == "".join(REASONING)
    assert got["finishReason"] == "stop"
    assert got["usage"]["totalTokens"] == 18


@pytest.mark.parametrize(
    ("native", "known"),
    [
        pytest.param("stop", "stop", id="stop"),
        pytest.param("length", "length", id="length"),
        pytest.param("content_filter", "content-filter", id="filter"),
        pytest.param("MAX_TOKENS", "length", id="Gemini's word"),
        pytest.param("end_turn", "stop", id="Anthropic's word"),
    ],
)
def test_a_finish_reason_is_known(
    node: Node, sdk: dict[str, str], upstream: ScriptedServer, native: str, known: str
) -> None:
    upstream.script(Reply.text(TOKENS, finish_reason=native))

    parts = node.run("ai_sdk", way="stream", **sdk)["parts"]

    assert parts[-1]["finishReason"] == known


def test_an_answer_that_breaks_off_has_an_error_part(
    node: Node, sdk: dict[str, str], upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(TOKENS, cut_after=2))

    parts = node.run("ai_sdk", way="stream", **sdk)["parts"]

    assert texts(parts, "text-delta") == TOKENS[:2]
    assert [part["type"] for part in parts].count("error") == 1
    assert [p["finishReason"] for p in parts if "finishReason" in p][-1] == "error"


@pytest.mark.parametrize(
    ("reply", "status", "requests"),
    [
        pytest.param(Reply.status(400, error="Too hot."), 400, 1, id="400"),
        pytest.param(Reply.status(429, headers={"retry-after": "0"}), 429, 2, id="429"),
    ],
)
def test_a_failure_before_the_answer_has_its_status(
    node: Node,
    sdk: dict[str, str],
    upstream: ScriptedServer,
    *,
    reply: Reply,
    status: int,
    requests: int,
) -> None:
    upstream.script(*[reply] * 2)

    got = node.run("ai_sdk", way="whole", maxRetries=1, **sdk)

    assert got["error"]["message"]
    assert got["error"].get("statusCode", status) == status
    assert len(upstream.requests) == requests


def test_a_client_that_aborts_stops_the_model(
    node: Node, sdk: dict[str, str], upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(TOKENS, stall_after=2))
    node.run("ai_sdk", way="stream", leaves=True, **sdk)
    assert upstream.wait_for_disconnect(5)


def texts(parts: list[dict[str, Any]], kind: str) -> list[str]:
    found = [part for part in parts if part["type"] == kind]
    return [part.get("text") or part["delta"] for part in found]
