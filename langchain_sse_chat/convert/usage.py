"""Token counts in every server's spelling to LangChain's `UsageMetadata`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from langchain_core.messages.ai import (
    InputTokenDetails,
    OutputTokenDetails,
    UsageMetadata,
)

_INPUT = ("prompt_tokens", "input_tokens")
_OUTPUT = ("completion_tokens", "output_tokens")
_INPUT_DETAILS = ("prompt_tokens_details", "input_tokens_details")
_OUTPUT_DETAILS = ("completion_tokens_details", "output_tokens_details")

_CACHE_READ = (
    "cached_tokens",  # OpenAI in the details, Moonshot at the top
    "prompt_cache_hit_tokens",  # DeepSeek
    "precached_prompt_tokens",  # GigaChat
    "cache_read_input_tokens",  # Anthropic's word, through gateways
    "num_cached_tokens",  # Mistral
)
_CACHE_CREATION = ("cache_creation_input_tokens", "cache_write_tokens")
_REASONING = ("reasoning_tokens", "thinking_tokens")


def usage_to_metadata(usage: Mapping[str, Any] | None) -> UsageMetadata | None:
    """Return LangChain's usage for a server's usage object.

    Counts that are null or missing are 0, a missing total is the sum. `None` when the
    server counted nothing: usage is never invented.
    """
    if not usage:
        return None
    if all(_count(usage, key) is None for key in (*_INPUT, *_OUTPUT, "total_tokens")):
        return None
    input_tokens = _first(usage, _INPUT) or 0
    output_tokens = _first(usage, _OUTPUT) or 0
    total = _count(usage, "total_tokens")
    metadata = UsageMetadata(
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        total_tokens=input_tokens + output_tokens if total is None else total,
    )
    given = _details(usage, _INPUT_DETAILS)
    input_details: InputTokenDetails = {}
    _set(input_details, "audio", _count(given, "audio_tokens"))
    _set(input_details, "cache_read", _in_either(given, usage, _CACHE_READ))
    _set(input_details, "cache_creation", _in_either(given, usage, _CACHE_CREATION))
    if input_details:
        metadata["input_token_details"] = input_details
    given = _details(usage, _OUTPUT_DETAILS)
    output_details: OutputTokenDetails = {}
    _set(output_details, "audio", _count(given, "audio_tokens"))
    _set(output_details, "reasoning", _in_either(given, usage, _REASONING))
    if output_details:
        metadata["output_token_details"] = output_details
    return metadata


def _set(details: Any, key: str, count: int | None) -> None:
    if count is not None:
        details[key] = count


def _in_either(
    details: Mapping[str, Any], usage: Mapping[str, Any], keys: tuple[str, ...]
) -> int | None:
    count = _first(details, keys)
    return _first(usage, keys) if count is None else count


def _details(usage: Mapping[str, Any], keys: tuple[str, ...]) -> Mapping[str, Any]:
    values = (usage.get(key) for key in keys)
    return next((v for v in values if isinstance(v, dict)), {})


def _first(counts: Mapping[str, Any], keys: tuple[str, ...]) -> int | None:
    numbers = (_count(counts, key) for key in keys)
    return next((n for n in numbers if n is not None), None)


def _count(counts: Mapping[str, Any], key: str) -> int | None:
    value = counts.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if math.isfinite(value) else None
