"""The usage of an answer, of all that a server sends under that name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def last_usage(
    before: dict[str, Any] | None, chunk: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return the last usage that counts anything.

    Args:
        before: The last one so far.
        chunk: What may have another one: a chunk, its `x_groq` (Groq), a choice
            (Moonshot) or a message.
    """
    usage = chunk.get("usage")
    if not isinstance(usage, dict):
        return before
    counts = [count for count in usage.values() if _is_count(count)]
    # Zeros after a count are those of a chunk that has nothing to count.
    return usage if any(counts) or (counts and before is None) else before


def _is_count(value: object) -> bool:
    """Whether a value of the usage is a number, which gateways also send as a text."""
    return isinstance(value, (int, float)) or (
        isinstance(value, str) and value.isdecimal()
    )
