"""Try the next endpoint when a call fails at one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from langchain_sse_chat.errors import (
    ConfigurationError,
    ModelClosedError,
    SSEChatError,
)
from langchain_sse_chat.exchange.call_state import CallState
from langchain_sse_chat.exchange.retry import retry_event
from langchain_sse_chat.transport.protocols import (
    Exchange,
    NextAttempt,
    Receiver,
    RequestSpec,
)

logger = logging.getLogger("langchain_sse_chat")

OutputT = TypeVar("OutputT")

MakeExchange = Callable[[], Exchange[OutputT] | None]
"""Creates the exchange with an endpoint, or `None` if it cannot resume the answer."""


class Failover(Generic[OutputT]):
    """An exchange that moves from one endpoint to the next.

    Before the first token, it does so at any failure, like LangChain's
    `with_fallbacks`. After the first token, the next endpoint resumes the answer if
    possible.
    """

    def __init__(
        self,
        first: Exchange[OutputT],
        others: Sequence[MakeExchange[OutputT]],
        state: CallState[OutputT],
    ) -> None:
        """Start with the first endpoint.

        Args:
            first: The exchange with it.
            others: Create the exchanges with the others when they are needed.
            state: The state of the call, which all exchanges share.
        """
        self._exchange = first
        self._others = list(others)
        self._state = state
        self._first_error: SSEChatError | None = None
        state.has_fallback = bool(others)

    def begin(self) -> tuple[RequestSpec, Receiver[OutputT]] | float:
        """Start the next attempt at the current endpoint."""
        return self._exchange.begin()

    def finished(self) -> bool:
        """Whether that was the last attempt."""
        return self._exchange.finished()

    def close(self) -> None:
        """End the exchange with the current endpoint."""
        self._exchange.close()

    def failed(self, error: SSEChatError) -> NextAttempt | None:
        """Return when the next attempt begins, at this or the next endpoint.

        Raises:
            SSEChatError: All endpoints failed. The error is the one that broke the
                answer or, if no answer began, that of the first endpoint.
        """
        next_attempt, blamed = None, error
        if isinstance(error, ModelClosedError):
            return self._exchange.failed(error)
        try:
            next_attempt = self._exchange.failed(error)
        except SSEChatError as instead:
            blamed = instead
        if next_attempt is not None:
            return next_attempt
        self._first_error = self._first_error or blamed
        if self._next():
            logger.info(
                "Attempt %d failed with %s; the next one %s.",
                self._state.attempts,
                type(error).__name__,
                "resumes the answer at the next endpoint"
                if self._state.has_output
                else "starts at the next endpoint",
            )
            event = retry_event(
                self._state.attempts, error, resumes=self._state.has_output
            )
            return NextAttempt(0.0, event)
        raised = self._state.broken_by or self._first_error
        if raised is error:
            return None
        raised.partial = blamed.partial or raised.partial
        raise raised from error

    def _next(self) -> bool:
        """Move to the next endpoint; return whether there is one."""
        if self._state.has_output and not self._state.can_resume():
            return False
        while self._others:
            make = self._others.pop(0)
            self._state.has_fallback = bool(self._others)
            try:
                exchange = make()
            except ConfigurationError as error:
                logger.warning("A fallback is skipped: %s", error)
                continue
            except Exception as error:  # noqa: BLE001  # the caller's function for a key
                logger.warning(
                    "A fallback is skipped, because its key could not be read: %s",
                    type(error).__name__,
                )
                continue
            if exchange is not None:
                self._exchange.close()
                self._exchange = exchange
                return True
        return False
