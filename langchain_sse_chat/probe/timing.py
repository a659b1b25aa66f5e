"""Compute the pace of a stream from the times of its tokens."""

from __future__ import annotations

import itertools
import math

from langchain_sse_chat.probe.answer import Answer


def timing_of(answer: Answer | None) -> dict[str, float | None]:
    """Return the figures of a stream, in seconds; `None` for those that are unknown.

    Returns:
        `time_to_first_token`, `gap_p50` and `gap_p95` between two pieces of text or
        reasoning, and `tokens_per_second` after the first one.
    """
    times = [] if answer is None else answer.times
    gaps = sorted(b - a for a, b in itertools.pairwise(times))
    span = times[-1] - times[0] if times else 0.0
    counted = None if answer is None else answer.tokens("completion_tokens")
    tokens = (len(times) if counted is None else counted) - 1
    return {
        "time_to_first_token": times[0] if times else None,
        "gap_p50": _at(gaps, 0.5),
        "gap_p95": _at(gaps, 0.95),
        "tokens_per_second": tokens / span if span > 0 else None,
    }


def _at(values: list[float], part: float) -> float | None:
    """Return the smallest value that is not below a part of all."""
    return values[math.ceil(part * len(values)) - 1] if values else None
