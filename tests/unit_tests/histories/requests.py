"""Requests made of histories, and what strict servers refuse them for."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import httpx
from langchain_core.messages import BaseMessage

from langchain_sse_chat import ChatSSE, ConfigurationError
from tests.unit_tests.histories.strict_server import Rules, faults, gigachat_faults

_PLAIN = Rules()

_WITH_MEDIA = tuple(
    (role, dict(_PLAIN.parts)["user"] if role == "tool" else parts)
    for role, parts in _PLAIN.parts
)

_WITH_THINKING = tuple(
    (role, parts | {"thinking"} if role == "assistant" else parts)
    for role, parts in _PLAIN.parts
)

SERVERS: dict[str, Rules] = {
    "openai": Rules(
        roles=_PLAIN.roles | {"developer"},
        ids=r"[\s\S]{1,40}",
        answer_keys=frozenset({"refusal", "audio"}),
    ),
    "mistral": Rules(
        ids="[a-zA-Z0-9]{9}",
        parts=tuple(
            (role, parts | {"thinking"} if role == "assistant" else parts)
            for role, parts in _WITH_MEDIA
        ),
        answer_keys=frozenset({"prefix"}),
        user_after_tool=False,
        named=False,
    ),
    "deepseek": Rules(
        answer_keys=frozenset({"reasoning_content", "refusal", "prefix"}),
        required="reasoning_content",
    ),
    "moonshot": Rules(
        answer_keys=frozenset({"reasoning_content", "refusal"}),
        required="reasoning_content",
    ),
    "groq": Rules(named=False),
    "cerebras": Rules(answer_keys=frozenset({"reasoning"})),
    "zhipu": Rules(answer_keys=frozenset({"reasoning_content", "refusal"})),
    "gigachat": _PLAIN,
    "openrouter": Rules(
        roles=_PLAIN.roles | {"developer"},
        answer_keys=frozenset(
            {"reasoning", "reasoning_content", "reasoning_details", "refusal"}
        ),
        parts=_WITH_MEDIA,
        call_extras=True,
    ),
    "vllm": Rules(
        answer_keys=frozenset({"reasoning", "reasoning_content", "refusal"}),
        call_extras=True,
    ),
    "custom": Rules(
        answer_keys=frozenset(
            {
                "reasoning",
                "reasoning_content",
                "reasoning_details",
                "thinking_blocks",
                "refusal",
            }
        ),
        parts=_WITH_THINKING,
        call_extras=True,
    ),
}


def _answer(request: httpx.Request) -> httpx.Response:
    message = {"content": request.content.decode()}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return httpx.Response(200, json={"choices": [choice]})


CLIENT = httpx.Client(transport=httpx.MockTransport(_answer))


@cache
def chat(provider: str) -> ChatSSE:
    """Return a model whose answer is the request."""
    return ChatSSE(
        model="m",
        provider=provider,
        base_url="http://test/v1",
        api_key="k",
        # GigaChat's key is exchanged for a token, unless the caller brings one.
        default_headers={"Authorization": "Bearer t"},
        http_client=CLIENT,
    )


def sent(provider: str, history: list[BaseMessage], **keywords: Any) -> dict[str, Any]:
    """Return the body of the request for a history."""
    body: dict[str, Any] = json.loads(chat(provider).invoke(history, **keywords).text)
    return body


def refused_for(
    provider: str, history: list[BaseMessage], tools: list[dict[str, Any]]
) -> list[str]:
    """Return why the server rejects a request; empty if it accepts it."""
    try:
        body = sent(provider, history, tools=tools)
    except ConfigurationError as error:
        # GigaChat takes files by the ids of their upload only.
        if provider == "gigachat" and "uploaded to it before" in str(error):
            return []
        raise
    if provider == "gigachat":
        return gigachat_faults(body)
    return faults(body, SERVERS[provider])
