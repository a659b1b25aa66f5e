"""Define the limits on the size of a request."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """The limits on a request. A request beyond one of them is refused.

    JSON nested more than 200 levels deep is always refused.
    """

    body: int = 8 * 2**20
    """Bytes of the body."""

    messages: int = 2_000
    """Messages."""

    parts: int = 1_000
    """Content parts of a message."""

    calls: int = 1_024
    """Tool calls of a message."""

    tools: int = 512
    """Tools. OpenAI accepts 128
    (https://platform.openai.com/docs/api-reference/chat/create)."""

    name: int = 256
    """Characters of a name or an ID."""

    stops: int = 64
    """Stop texts. OpenAI accepts 4, other servers more."""

    items: int = 1_024
    """Entries of `logit_bias` and `metadata`."""
