"""When a failed attempt is followed by another, and after how long. No I/O."""

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

logger = logging.getLogger("langchain_sse_chat")

# 2.0 to a higher power than 1023 is an `OverflowError`.
_MOST_DOUBLINGS = 1000


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and when to try again.

    The wait is drawn from between 0 and a bound that doubles (full jitter,
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), so that
    clients which failed together do not come back together.
    """

    max_retries: int = 2
    """Attempts after the first; 0 sends one request and no more."""
    initial: float = 0.5
    """Bound of the first wait in seconds; it doubles with each further one."""
    maximum: float = 8.0
    """Bound of every wait in seconds, but for one that the server asks for."""
    max_retry_after: float = 60.0
    """The longest `Retry-After` in seconds that is waited for; past it is given up."""

    def __post_init__(self) -> None:
        """Refuse negative numbers.

        Raises:
            ConfigurationError: One of the fields is negative.
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
            error: What it failed with.
            draw: Gives a number from 0 up to 1, as `random.random`.

        Returns:
            `None` when there is to be no other attempt: they are used up, the error is
            none that passes, or the server asks for a longer wait than
            `max_retry_after`.
        """
        if attempt > self.max_retries or not error.is_retryable:
            return None
        asked = None
        if isinstance(error, (StatusError, StreamError)):
            asked = error.retry_after
        if asked is not None:
            return asked if asked <= self.max_retry_after else None
        doublings = min(attempt - 1, _MOST_DOUBLINGS)
        return draw() * min(self.maximum, self.initial * 2.0**doublings)

    def next_attempt(
        self, attempt: int, error: SSEChatError, url: str, *, resumes: bool = False
    ) -> NextAttempt | None:
        """Return when the next attempt begins, with what callbacks are told of it.

        Args:
            attempt: Number of the attempt that failed, from 1.
            error: What it failed with, without secrets.
            url: The URL as it may stand in a message.
            resumes: Whether the next one goes on with an answer that was begun.

        Returns:
            `None` when there is to be no other attempt.
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
    """Return what callbacks are told of a retry.

    Args:
        attempt: Number of the attempt that failed, from 1.
        error: What it failed with, without secrets; its message says where.
        seconds: The wait before the next one.
        resumes: Whether the next one goes on with an answer that was begun.
    """
    return {
        "attempt": attempt,
        "error": type(error).__name__,
        "message": str(error),
        "seconds": seconds,
        "resumes": resumes,
    }
