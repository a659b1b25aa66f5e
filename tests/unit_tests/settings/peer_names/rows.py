"""A value for each argument of another package, and what must leave because of it."""

from __future__ import annotations

from typing import Any, NamedTuple

import httpx

from tests.unit_tests.settings.asked_models import SECRET

ADDRESS = "http://elsewhere.test/v1"
AZURE = "https://mine.openai.azure.com"
DATED = f"{AZURE}/openai/deployments/d/chat/completions?api-version=2024-10-21"

VALUES: dict[str, Any] = {
    "api_base": ADDRESS,
    "api_key": SECRET,
    "app_categories": ["cli-agent", "programming-app"],
    "app_title": "My app",
    "app_url": "https://app.test",
    "audio": {"voice": "alloy", "format": "wav"},
    "base_url": ADDRESS,
    "cerebras_proxy": "http://proxy.test:1",
    "default_headers": {"X-Mine": "1"},
    "default_query": {"mine": "1"},
    "endpoint": ADDRESS,
    "extra_body": {"mine": 1},
    "frequency_penalty": 0.5,
    "groq_api_base": ADDRESS,
    "groq_api_key": SECRET,
    "groq_proxy": "http://proxy.test:1",
    "http_async_client": httpx.AsyncClient(),
    "http_client": httpx.Client(),
    "include_response_headers": True,
    "logit_bias": {"1": 2.0},
    "logprobs": True,
    "max_completion_tokens": 5,
    "max_retries": 3,
    "max_tokens": 5,
    "modalities": ["text", "audio"],
    "model": "other",
    "model_kwargs": {"mine": 1},
    "model_name": "other",
    "model_version": "0125",
    "models": ["a", "b"],
    "moderation": {"model": "omni"},
    "n": 2,
    "openai_api_base": ADDRESS,
    "openai_api_key": SECRET,
    "openai_api_type": "azure",
    "openai_organization": "org-1",
    "openai_proxy": "http://proxy.test:1",
    "openrouter_api_base": ADDRESS,
    "openrouter_api_key": SECRET,
    "openrouter_provider": {"order": ["Anthropic"]},
    "organization": "org-1",
    "plugins": [{"id": "web"}],
    "prediction": {"type": "content", "content": "x"},
    "presence_penalty": 0.5,
    "prompt_cache_key": "user-1",
    "prompt_cache_options": {"mode": "explicit"},
    "prompt_cache_retention": "24h",
    "reasoning": {"effort": "high"},
    "reasoning_effort": "low",
    "reasoning_format": "parsed",
    "request_timeout": 5.0,
    "route": "fallback",
    "safety_identifier": "user-1",
    "seed": 5,
    "service_tier": "flex",
    "session_id": "session-1",
    "stop": ["X"],
    "stop_sequences": ["X"],
    "store": True,
    "stream_chunk_timeout": 5.0,
    "stream_usage": False,
    "streaming": False,
    "temperature": 0.5,
    "timeout": 5.0,
    "top_logprobs": 2,
    "top_p": 0.5,
    "trace": {"trace_id": "t"},
    "validate_base_url": False,
    "verbosity": "low",
    "web_search_options": {"search_context_size": "low"},
    "xai_api_base": ADDRESS,
    "xai_api_key": SECRET,
}
"""Values of the arguments that are followed."""

SENT: dict[str, dict[str, Any]] = {"reasoning": {"reasoning_effort": "high"}}
"""The fields of the body for those whose form depends on the server."""

REFUSED: dict[str, Any] = {
    "async_client": object(),
    "client": object(),
    "context_management": [{"type": "compaction"}],
    "disabled_params": {"parallel_tool_calls": None},
    "http_socket_options": [(1, 9, 1)],
    "include": ["reasoning.encrypted_content"],
    "output_version": "responses/v1",
    "root_async_client": object(),
    "root_client": object(),
    "search_parameters": {"mode": "auto"},
    "tiktoken_model_name": "gpt-4o",
    "truncation": "auto",
    "use_previous_response_id": True,
    "use_responses_api": True,
}
"""Values of the arguments that are refused."""


class Azure(NamedTuple):
    """A program for Azure: its arguments, and the request that must leave."""

    given: dict[str, Any]
    url: str
    header: tuple[str, str] = ("api-key", SECRET)


_RESOURCE = {"azure_endpoint": AZURE, "api_key": SECRET}
_VERSION = {"api_version": "2024-10-21"}
_BEARER = ("authorization", f"Bearer {SECRET}")
_V1 = {"azure_endpoint": AZURE, "model": "d"}


async def token() -> str:
    """Return a token, as an async function of `azure.identity` does."""
    return SECRET


AZURE_ROWS: dict[str, Azure] = {
    "azure_endpoint": Azure(
        {**_RESOURCE, "model": "d"}, f"{AZURE}/openai/v1/chat/completions"
    ),
    "azure_deployment": Azure(
        {**_RESOURCE, **_VERSION, "azure_deployment": "d", "model": "gpt-4o"}, DATED
    ),
    "deployment_name": Azure({**_RESOURCE, **_VERSION, "deployment_name": "d"}, DATED),
    "api_version": Azure({**_RESOURCE, **_VERSION, "model": "d"}, DATED),
    "openai_api_version": Azure(
        {**_RESOURCE, "openai_api_version": "2024-10-21", "model": "d"}, DATED
    ),
    "azure_ad_token": Azure(
        {**_V1, "azure_ad_token": SECRET},
        f"{AZURE}/openai/v1/chat/completions",
        _BEARER,
    ),
    "azure_ad_token_provider": Azure(
        {**_V1, **_VERSION, "azure_ad_token_provider": lambda: SECRET}, DATED, _BEARER
    ),
    "azure_ad_async_token_provider": Azure(
        {**_V1, **_VERSION, "azure_ad_async_token_provider": token}, DATED, _BEARER
    ),
}
