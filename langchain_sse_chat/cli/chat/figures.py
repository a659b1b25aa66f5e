"""The line after an answer: time to the first token, tokens, pace and cost."""

from __future__ import annotations

from collections.abc import Iterable

from langchain_core.messages import AIMessage

from langchain_sse_chat.progress import ProgressStats


def figures(stats: ProgressStats, answers: Iterable[AIMessage]) -> str:
    """Return the line, empty if nothing came.

    Args:
        stats: Counts and times of the answer, with all calls that were made for it.
        answers: The messages of the model, with the costs that are known.
    """
    first = stats.time_to_first_token
    parts = []
    if first is not None:
        parts.append(f"first token after {_seconds(first)}")
    if stats.tokens:
        plural = "" if stats.tokens == 1 else "s"
        parts.append(f"{stats.tokens:,} token{plural}")
        parts.append(f"{stats.tokens_per_second:,.0f} tokens a second")
    return ", ".join(parts + _costs(answers))


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"


def _costs(answers: Iterable[AIMessage]) -> list[str]:
    sums: dict[str, float] = {}
    for answer in answers:
        cost = answer.response_metadata.get("cost")
        if isinstance(cost, int | float):
            currency = answer.response_metadata.get("cost_currency") or ""
            sums[currency] = sums.get(currency, 0.0) + cost
    return [f"{amount:.6f} {currency}".rstrip() for currency, amount in sums.items()]
