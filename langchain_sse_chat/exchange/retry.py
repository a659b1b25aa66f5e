"""Decide whether and when a failed attempt is retried, and log it. No other I/O."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from langchain_sse_chat.errors import (
    ConfigurationError,
    SSEChatError,
    StatusError,
    StreamError,
)
from langchain_sse_chat.transport.protocols import NextAttempt
from langchain_sse_chat.wire.retryable import PASSING_STATUSES

logger = logging.getLogger("langchain_sse_chat")

# 2.0 to a power above 1023 raises an `OverflowError`.
_MOST_DOUBLINGS = 1000


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The number of retries and the waits before them.

    A wait is random between 0 and a bound that doubles with each retry (full jitter,
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), so that
    clients that failed together do not retry together.
    """

    max_retries: int = 2
    """Attempts after the first; 0 sends a single request."""
    initial: float = 0.5
    """Bound of the first wait in seconds; it doubles with each retry."""
    maximum: float = 8.0
    """Bound of all waits in seconds, except one that the server requests."""
    max_retry_after: float = 60.0
    """The longest `Retry-After` in seconds to wait for; a longer one ends the call."""
    statuses: frozenset[int] | None = None
    """The HTTP statuses that are retried; `None` for those that usually pass."""

    def __post_init__(self) -> None:
        """Validate the fields.

        Raises:
            ConfigurationError: A field is negative.
        """
        for name in ("max_retries", "initial", "maximum", "max_retry_after"):
            if getattr(self, name) < 0:
                msg = f"`{name}` is {getattr(self, name)!r}; it must be 0 or more."
                raise ConfigurationError(msg)

    def delay(
        self, attempt: int, error: SSEChatError, draw: Callable[[], float]
    ) -> float | None:
        """Return the seconds to wait before the next attempt.

        Args:
            attempt: Number of the attempt that failed, from 1.
            error: Its error.
            draw: Returns a number from 0 to 1, like `random.random`.

        Returns:
            `None` if there is no retry: all are used up, the error is not retryable,
            or the server requests a longer wait than `max_retry_after`.
        """
        if attempt > self.max_retries or not self._retries(error):
            return None
        asked = None
        if isinstance(error, (StatusError, StreamError)):
            asked = error.retry_after
        if asked is not None:
            return asked if asked <= self.max_retry_after else None
        doublings = min(attempt - 1, _MOST_DOUBLINGS)
        return draw() * min(self.maximum, self.initial * 2.0**doublings)

    def _retries(self, error: SSEChatError) -> bool:
        if self.statuses is None or not isinstance(error, StatusError):
            return error.is_retryable
        # An account without credit, or a server that says so, does not pass.
        is_final = error.status_code in PASSING_STATUSES and not error.is_retryable
        return error.status_code in self.statuses and not is_final

    def next_attempt(
        self, attempt: int, error: SSEChatError, url: str, *, resumes: bool = False
    ) -> NextAttempt | None:
        """Return the next attempt with its retry event; log it.

        Args:
            attempt: Number of the attempt that failed, from 1.
            error: Its error, without secrets.
            url: The URL, safe to show in a message.
            resumes: Whether the next attempt resumes an answer.

        Returns:
            `None` if there is no retry.
        """
        seconds = self.delay(attempt, error, random.random)
        if seconds is None:
            return None
        logger.info(
            "Attempt %d to %s failed with %s; %s in %.1f s.",
            attempt,
            url,
            type(error).__name__,
            "resuming the answer" if resumes else "retrying",
            seconds,
        )
        event = retry_event(attempt, error, seconds=seconds, resumes=resumes)
        return NextAttempt(seconds, event)


def retry_event(
    attempt: int, error: SSEChatError, *, seconds: float = 0.0, resumes: bool = False
) -> dict[str, Any]:
    """Return the data of the retry event for callbacks.

    Args:
        attempt: Number of the attempt that failed, from 1.
        error: Its error, without secrets. Its message names the URL.
        seconds: The wait before the next attempt.
        resumes: Whether the next attempt resumes an answer.
    """
    return {
        "attempt": attempt,
        "error": type(error).__name__,
        "message": str(error),
        "seconds": seconds,
        "resumes": resumes,
    }
