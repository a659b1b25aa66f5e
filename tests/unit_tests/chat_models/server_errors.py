"""Errors as servers send them, and what a model raises for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from langchain_sse_chat import ChatSSE, SSEChatError

Make = Callable[..., ChatSSE]

MODEL_ERROR = {"type": "invalid_request_error", "param": None, "code": None}


def refused(status: int, body: Any, **headers: str) -> httpx.Response:
    """Return an error response."""
    return httpx.Response(status, json=body, headers=headers)


def wrapped(words: str) -> dict[str, Any]:
    """Return an error as OpenRouter passes it on."""
    raw = json.dumps({"error": {"message": words, **MODEL_ERROR}})
    metadata = {"raw": raw, "provider_name": "Upstream"}
    error = {"message": "Provider returned error", "code": 400, "metadata": metadata}
    return {"error": error, "user_id": "user_1"}


def invoke_error(chat: ChatSSE) -> SSEChatError:
    """Return the error that `invoke` raises."""
    with pytest.raises(SSEChatError) as caught:
        chat.invoke("Hello")
    return caught.value


async def async_error(chat: ChatSSE) -> SSEChatError:
    """Return the error that `astream` raises."""
    with pytest.raises(SSEChatError) as caught:
        async for _ in chat.astream("Hello"):
            pass
    return caught.value


def stream_error(chat: ChatSSE) -> SSEChatError:
    """Return the error that `stream` raises."""
    with pytest.raises(SSEChatError) as caught:
        for _ in chat.stream("Hello"):
            pass
    return caught.value


def said(words: str) -> dict[str, Any]:
    """Return an error whose message is these words."""
    return {"error": {"message": words, "code": "rate_limit_exceeded"}}


def with_metadata(**metadata: Any) -> dict[str, Any]:
    """Return an error with the metadata that OpenRouter adds."""
    return {"error": {"message": "slow", "code": 429, "metadata": metadata}}


GEMINI = {
    "error": {
        "code": 429,
        "message": "You exceeded your current quota, please check your plan and "
        "billing details.",
        "status": "RESOURCE_EXHAUSTED",
        "details": [
            {
                "@type": "type.googleapis.com/google.rpc.QuotaFailure",
                "violations": [{"quotaId": "GenerateRequestsPerMinutePerProject"}],
            },
            {
                "@type": "type.googleapis.com/google.rpc.RetryInfo",
                "retryDelay": "34s",
            },
        ],
    }
}
