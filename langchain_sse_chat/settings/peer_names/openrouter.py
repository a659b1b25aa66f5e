"""List the arguments of `ChatOpenRouter` (langchain-openrouter 0.2.9, 2026-11-28).

The headers are those of https://openrouter.ai/docs/app-attribution, the fields of the
body those of https://openrouter.ai/docs/api-reference/chat-completion.
"""

from __future__ import annotations

from langchain_sse_chat.settings.peer_names.openai import CHAT as OPENAI
from langchain_sse_chat.settings.peer_names.peer_name import (
    Meaning,
    PeerName,
    body,
    field,
    table,
)

_OWNERS = ("openrouter",)

CONNECTION = table(
    field("openrouter_api_key", "api_key"),
    field("openrouter_api_base", "base_url"),
    PeerName(
        "app_url",
        Meaning.HEADER,
        "HTTP-Referer",
        "Without it nothing is sent; there it is LangChain's page.",
        _OWNERS,
    ),
    PeerName(
        "app_title",
        Meaning.HEADER,
        "X-OpenRouter-Title",
        "Without it nothing is sent; there it is `LangChain`, as `X-Title`.",
        _OWNERS,
    ),
    PeerName(
        "app_categories", Meaning.HEADER, "X-OpenRouter-Categories", owners=_OWNERS
    ),
)
"""The arguments about the connection."""

_SAME = (
    "api_key",
    "base_url",
    "client",
    "default_headers",
    "frequency_penalty",
    "max_completion_tokens",
    "max_tokens",
    "model",
    "model_kwargs",
    "model_name",
    "n",
    "presence_penalty",
    "reasoning",
    "seed",
    "stop",
    "stop_sequences",
    "stream_usage",
    "streaming",
    "temperature",
    "top_p",
)

CHAT = {name: OPENAI[name] for name in _SAME} | CONNECTION
CHAT |= table(
    PeerName(
        "openrouter_provider",
        Meaning.BODY,
        "provider",
        "`provider` is the name of the provider here.",
        _OWNERS,
    ),
    body("models"),
    body("plugins"),
    body("route"),
    body("session_id"),
    body("trace"),
    field("timeout", note="**Seconds**; there they are milliseconds."),
    field("request_timeout", "timeout", "**Seconds**; there they are milliseconds."),
    field(
        "max_retries",
        note="How often a request is sent again; there each adds 150 seconds.",
    ),
)
