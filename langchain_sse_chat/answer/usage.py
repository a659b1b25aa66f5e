"""Convert token usage to `UsageMetadata`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, cast

from langchain_core.messages.ai import (
    InputTokenDetails,
    OutputTokenDetails,
    UsageMetadata,
    add_usage,
)

from langchain_sse_chat.wire.deltas import AnswerMessage

_Spellings = dict[str, tuple[str, ...]]

_INPUT = ("prompt_tokens", "input_tokens")
_OUTPUT = ("completion_tokens", "output_tokens")
_INPUT_DETAILS = (
    "prompt_tokens_details",
    "input_tokens_details",
    "prompt_token_details",  # gateways
)
_OUTPUT_DETAILS = ("completion_tokens_details", "output_tokens_details")

_CACHE_READ = (
    "cached_tokens",  # OpenAI in the details, Moonshot and Together at the top
    "prompt_cache_hit_tokens",  # DeepSeek
    "precached_prompt_tokens",  # GigaChat
    "cache_read_input_tokens",  # Anthropic's word, through gateways
    "cache_read_tokens",  # gateways
    "num_cached_tokens",  # Mistral
)
_CACHE_CREATION = (
    "cache_creation_input_tokens",  # Anthropic's word, through gateways; DashScope
    "cache_creation_tokens",  # LiteLLM
    "cache_write_tokens",  # OpenRouter
)
_REASONING = ("reasoning_tokens", "thinking_tokens")

_INPUT_KINDS: _Spellings = {
    "cache_read": _CACHE_READ,
    "cache_creation": _CACHE_CREATION,
}
"""LangChain's keys for counts in the details or next to them."""

_OUTPUT_KINDS: _Spellings = {"reasoning": _REASONING}

_INPUT_PARTS = ("audio", "image", "video")
"""Keys for counts that are only in the details, there with the suffix `_tokens`.
`audio` is LangChain's; integrations may add others."""

_OUTPUT_PARTS = (
    "audio",
    "image",
    "video",
    "accepted_prediction",
    "rejected_prediction",
)

_PRICED_TIERS = ("flex", "priority")
"""Service tiers with prices of their own
(https://platform.openai.com/docs/pricing, as of 2026-11-28)."""

_MOST_DIGITS = 18
"""Digits of a count sent as a string; Python rejects thousands of digits."""


def message_usage(message: AnswerMessage) -> UsageMetadata | None:
    """Return LangChain's usage for an answer: the sum over its attempts."""
    total: UsageMetadata | None = None
    tier = message.metadata.get("service_tier")
    for usage in (*message.earlier_usage, message.usage):
        counted = usage_to_metadata(usage, tier)
        # `add_usage` of two `None` returns zeros, but usage is never invented.
        total = add_usage(total, counted) if total and counted else total or counted
    return total


def summed(usages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the sum of usage objects, as sent: numbers are added at every depth."""
    total: dict[str, Any] = {}
    for usage in usages:
        for name, value in usage.items():
            total[name] = _sum(total[name], value) if name in total else value
    return total


def _sum(first: Any, second: Any) -> Any:
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        return summed([first, second])
    if _is_number(first) and _is_number(second):
        return first + second
    return first if second is None else second


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def usage_to_metadata(
    usage: Mapping[str, Any] | None, tier: object = None
) -> UsageMetadata | None:
    """Return LangChain's usage for a server's usage object.

    Null or missing counts are 0, and a missing total is the sum. The result is `None`
    without any count, because usage is never invented. Counts are not corrected: xAI's
    output tokens exclude reasoning, but its total includes it
    (https://docs.x.ai/docs/key-information/consumption-and-rate-limits).

    Args:
        usage: The server's object.
        tier: The answer's `service_tier`. Tokens of a tier with a price of its own are
            counted under names with the tier, such as `flex_cache_read` and `flex`.
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
    input_details = _breakdown(usage, _INPUT_DETAILS, _INPUT_KINDS, _INPUT_PARTS)
    output_details = _breakdown(usage, _OUTPUT_DETAILS, _OUTPUT_KINDS, _OUTPUT_PARTS)
    if tier is not None and tier in _PRICED_TIERS:
        input_details = _of_tier(tier, input_tokens, input_details, _INPUT_KINDS)
        output_details = _of_tier(tier, output_tokens, output_details, _OUTPUT_KINDS)
    if input_details:
        metadata["input_token_details"] = cast("InputTokenDetails", input_details)
    if output_details:
        metadata["output_token_details"] = cast("OutputTokenDetails", output_details)
    return metadata


def has_both_counts(usage: Mapping[str, Any]) -> bool:
    """Whether a server's usage object tells the tokens of the input and the output."""
    return None not in (_first(usage, _INPUT), _first(usage, _OUTPUT))


def _breakdown(
    usage: Mapping[str, Any],
    places: tuple[str, ...],
    kinds: _Spellings,
    parts: tuple[str, ...],
) -> dict[str, int]:
    """Return a server's counts for parts of the input or the output."""
    values = (usage.get(place) for place in places)
    details = next((v for v in values if isinstance(v, dict)), {})
    found = {part: _count(details, f"{part}_tokens") for part in parts}
    for kind, spellings in kinds.items():
        count = _first(details, spellings)
        found[kind] = _first(usage, spellings) if count is None else count
    return {key: count for key, count in found.items() if count is not None}


def _of_tier(
    tier: object, tokens: int, details: dict[str, int], kinds: _Spellings
) -> dict[str, int]:
    """Return counts under the names that LangSmith's prices of a tier have.

    They are those of `ChatOpenAI`: cached and reasoning tokens get the tier as a
    prefix, and the tokens without them are counted under the tier itself.
    """
    named = {f"{tier}_{k}" if k in kinds else k: n for k, n in details.items()}
    priced = sum(details.get(kind, 0) for kind in kinds)
    return {**named, str(tier): max(tokens - priced, 0)}


def _first(counts: Mapping[str, Any], keys: tuple[str, ...]) -> int | None:
    for key in keys:
        number = _count(counts, key)
        if number is not None:
            return number
    return None


def _count(counts: Mapping[str, Any], key: str) -> int | None:
    """Return a count, `None` if the value is not a number of tokens.

    Gateways send floats and strings of digits, and -1 for unknown counts.
    """
    value = counts.get(key)
    # Most keys are those of other servers, and most counts are plain.
    if value is None:
        return None
    if type(value) is int:
        return value if value >= 0 else None
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value) if len(value) <= _MOST_DIGITS else None
    if not isinstance(value, float):
        return None
    return int(value) if math.isfinite(value) and value >= 0 else None
