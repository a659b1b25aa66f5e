"""List the arguments of smaller packages (read on 2026-11-28).

langchain-deepseek 1.1.1, langchain-xai 1.3.0, langchain-groq 1.1.3, and names of
langchain-mistralai, langchain-cerebras and langchain-litellm.
"""

from __future__ import annotations

from langchain_sse_chat.settings.peer_names.openai import CHAT as OPENAI
from langchain_sse_chat.settings.peer_names.peer_name import (
    body,
    field,
    refused,
    table,
)

DEEPSEEK = OPENAI | table(field("api_base", "base_url"))

XAI = OPENAI | table(
    field("xai_api_key", "api_key"),
    field("xai_api_base", "base_url"),
    refused(
        "search_parameters",
        "xAI has ended Live Search, and `ChatXAI` ignores it. Leave it out.",
    ),
)

_GROQ_SAME = (
    "api_key",
    "async_client",
    "base_url",
    "client",
    "default_headers",
    "default_query",
    "http_async_client",
    "http_client",
    "max_retries",
    "max_tokens",
    "model",
    "model_kwargs",
    "model_name",
    "n",
    "reasoning_effort",
    "request_timeout",
    "stop",
    "stop_sequences",
    "streaming",
    "timeout",
)

GROQ = {name: OPENAI[name] for name in _GROQ_SAME}
GROQ |= table(
    field("base_url", note="As `groq_api_base`."),
    field("groq_api_key", "api_key"),
    field(
        "groq_api_base",
        "base_url",
        "`/openai/v1` is added to an address without a path; there, to every address.",
    ),
    field("groq_proxy", "proxy"),
    field("temperature", note="Not sent by default; there it is 0.7."),
    # https://console.groq.com/docs/api-reference#chat-create
    body("reasoning_format"),
    body("service_tier", note="Not sent by default; there it is `on_demand`."),
)

CONNECTIONS = table(
    field("api_base", "base_url"),
    field("cerebras_proxy", "proxy"),
    field("endpoint", "base_url"),
    field("groq_proxy", "proxy"),
)
"""Names for the connection that are not named after a variable."""
