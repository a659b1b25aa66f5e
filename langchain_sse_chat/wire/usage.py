"""Pick the usage of an answer from all usage objects that a server sends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def last_usage(
    before: dict[str, Any] | None, chunk: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return the last usage that counts anything.

    Args:
        before: The last usage so far.
        chunk: An object that may have usage: a chunk, its `x_groq` (Groq), a choice
            (Moonshot) or a message.
    """
    usage = chunk.get("usage")
    if not isinstance(usage, dict):
        return before
    counts = [count for count in usage.values() if _is_count(count)]
    # Zeros after a count belong to a chunk without anything to count.
    return usage if any(counts) or (counts and before is None) else before


def _is_count(value: object) -> bool:
    """Whether a usage value is a number; gateways also send it as a text."""
    return isinstance(value, (int, float)) or (
        isinstance(value, str) and value.isdecimal()
    )
