"""Log the outcome of answers: one line each, without anything of their content."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from langchain_sse_chat.serve.ending import LEFT
from langchain_sse_chat.serve.failure.failure import failure_of
from langchain_sse_chat.serve.failure.shown_text import shown

logger = logging.getLogger("langchain_sse_chat.serve")

_INTERNAL = 500


@dataclass(slots=True)
class Answered:
    """The outcome of one request for an answer."""

    request_id: str
    model: str
    """The name under which the model is served; `-` if there is none of the name."""
    status: int | None = None
    """The HTTP status, `None` if the client left before there was one."""
    first_token: float | None = None
    """Seconds until the model gave the first bytes."""
    seconds: float = 0.0
    """Seconds until the end."""
    usage: dict[str, Any] | None = None
    """The token counts in OpenAI's form."""
    ending: str = LEFT
    """`complete`; `failed:` and the code of the failure; `left` if the client left;
    `cut` if the client read too slowly; `stopped` if a client asked to stop."""

    def set_times(
        self, started_at: float, first_bytes_at: float | None, now: float
    ) -> None:
        """Set the seconds from moments of one clock."""
        self.seconds = now - started_at
        if first_bytes_at is not None:
            self.first_token = first_bytes_at - started_at

    def count(self, name: str) -> int | None:
        """Return a token count, such as `completion_tokens`; `None` if not known."""
        count = (self.usage or {}).get(name)
        return count if type(count) is int else None


def log_answer(answered: Answered) -> None:
    """Log one line at level INFO."""
    first = answered.first_token
    tokens = answered.count("completion_tokens")
    logger.info(
        "id=%s model=%s status=%s first_token=%s tokens=%s seconds=%.3f ending=%s",
        answered.request_id,
        answered.model,
        "-" if answered.status is None else answered.status,
        "-" if first is None else f"{first * 1000:.0f}ms",
        "-" if tokens is None else tokens,
        answered.seconds,
        answered.ending,
    )


def log_refused_key(request_id: str) -> None:
    """Log a request with a missing or wrong key that asks for no answer."""
    logger.info("id=%s status=401 ending=failed:invalid_api_key", request_id)


def log_error(error: BaseException, request_id: str) -> None:
    """Log an error that is not the client's fault.

    One that nobody expected is logged with its traceback; the client gets only the
    request ID.
    """
    failure = failure_of(error)
    if failure.code == "internal_error":
        logger.error("id=%s failed unexpectedly", request_id, exc_info=error)
    elif failure.status >= _INTERNAL:
        kind, reason = type(error).__name__, shown(str(error), error)
        logger.warning("id=%s failed: %s: %s", request_id, kind, reason)
