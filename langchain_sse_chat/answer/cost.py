"""Read the cost of an answer, or compute it from the prices of the model.

No server has the same place for it, so the places are data here. A cost is never in
`usage_metadata`: LangChain adds its values up as whole numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from langchain_sse_chat.answer.usage import has_both_counts, usage_to_metadata
from langchain_sse_chat.prices import computed_cost
from langchain_sse_chat.wire.deltas import AnswerMessage

_USD = "USD"
_TICKS = 1e-10
"""Dollars in a tick (https://docs.x.ai/developers/cost-tracking)."""

_COST = "cost"
_IN_USAGE = frozenset({_COST, "cost_rub", "cost_in_usd_ticks", "estimated_cost"})
_HEADER = "x-litellm-response-cost"
"""In dollars (https://docs.litellm.ai/docs/proxy/response_headers). In a stream it is
sent before anything is generated, so it is read for whole answers only."""


class Pricing(NamedTuple):
    """Known facts about the costs of a server."""

    currency: str = ""
    """The currency of a `cost` that does not name its own; empty if it is not known."""
    provider: str = ""
    """The provider's name in the table; empty to compute nothing."""


class Cost(NamedTuple):
    """The cost of an answer."""

    amount: float
    currency: str
    """An ISO 4217 code, empty if it is not known."""
    source: str
    """`server` for an amount that the server sent, `computed` for one from prices."""


def add_cost(
    message: AnswerMessage, pricing: Pricing, headers: Mapping[str, str] | None
) -> None:
    """Put the cost of a complete answer into its metadata.

    A server's own field `cost` that is not an amount becomes `native_cost`. A resumed
    answer has no cost: the parts before its breaks were charged too, and their servers
    did not say how much.

    Args:
        message: The answer, with the fields of its attempts.
        pricing: What is known about the server's costs.
        headers: The response headers of an answer that was not streamed.
    """
    fields = message.metadata
    usage, headers = message.usage or {}, headers or {}
    told = None
    # Most servers tell none, and this runs for each answer.
    if _COST in fields or _HEADER in headers or not usage.keys().isdisjoint(_IN_USAGE):
        told = told_cost(usage, fields, pricing.currency, headers)
    if _COST in fields and _amount(fields[_COST]) is None:
        fields["native_cost"] = fields.pop(_COST)
    if "resumed" in fields:
        fields.pop(_COST, None)
        return
    cost = told or _computed(message, pricing)
    if cost is None:
        return
    fields[_COST] = cost.amount
    fields["cost_source"] = cost.source
    if cost.currency:
        fields["cost_currency"] = cost.currency


def told_cost(
    usage: Mapping[str, Any],
    fields: Mapping[str, Any],
    currency: str,
    headers: Mapping[str, str] | None = None,
) -> Cost | None:
    """Return the cost that a server sent.

    The places are those of Polza and AITUNNEL (`cost_rub`), xAI (ticks, 0 where another
    cloud serves its models), DeepInfra (`estimated_cost`), OpenRouter, Vercel and
    LiteLLM (`cost`), Perplexity (an object with `total_cost`), Venice (an object next
    to the choices) and LiteLLM's proxy (a header).

    Args:
        usage: The usage as sent.
        fields: The fields next to the choices.
        currency: That of the server, for amounts that do not name their own.
        headers: The response headers of an answer that was not streamed.
    """
    ticks = _amount(usage.get("cost_in_usd_ticks"))
    candidates: tuple[tuple[float | None, str], ...] = (
        (_amount(usage.get("cost_rub")), "RUB"),
        (ticks * _TICKS if ticks else None, _USD),
        _told(usage.get(_COST), currency),
        (_amount(usage.get("estimated_cost")), currency),
        _told(fields.get(_COST), currency),
        (_amount((headers or {}).get(_HEADER)), _USD),
    )
    return next((Cost(a, c, "server") for a, c in candidates if a is not None), None)


def _told(value: Any, currency: str) -> tuple[float | None, str]:
    """Return the amount of a field `cost`, which may be an object."""
    if not isinstance(value, Mapping):
        return _amount(value), currency
    total = _amount(value.get("total_cost"))
    if total is None:
        return _amount(value.get("usd")), _USD
    told = value.get("currency")
    return total, told if isinstance(told, str) and told else currency


def _amount(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        amount = float(value)
    except (ValueError, OverflowError):
        return None
    return amount if math.isfinite(amount) and amount >= 0 else None


def _computed(message: AnswerMessage, pricing: Pricing) -> Cost | None:
    # A count that is not known would be free.
    if not pricing.provider or not has_both_counts(message.usage or {}):
        return None
    usage = usage_to_metadata(message.usage)
    model, tier = (message.metadata.get(key) for key in ("model", "service_tier"))
    if usage is None or not isinstance(model, str):
        return None
    amount = computed_cost(pricing.provider, model, usage, tier)
    return None if amount is None else Cost(amount, _USD, "computed")
