"""Other endpoints for a call: the next one is asked when one fails."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from langchain_sse_chat.errors import ModelClosedError, SSEChatError
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
"""Makes the exchange with an endpoint, `None` where it cannot go on with the answer."""


class Failover(Generic[OutputT]):
    """An exchange that goes from one endpoint to the next.

    Before the first token any failure leads there, as with LangChain's
    `with_fallbacks`. After it, the next endpoint goes on with the answer, where that
    is possible.
    """

    def __init__(
        self,
        first: Exchange[OutputT],
        others: Sequence[MakeExchange[OutputT]],
        state: CallState[OutputT],
    ) -> None:
        """Begin with the first endpoint.

        Args:
            first: The exchange with it.
            others: Those with the others, made when they are needed.
            state: What the exchanges have in common.
        """
        self._exchange = first
        self._others = list(others)
        self._state = state
        self._first_error: SSEChatError | None = None
        state.has_fallback = bool(others)

    def begin(self) -> tuple[RequestSpec, Receiver[OutputT]] | float:
        """Start the next attempt at the endpoint that it has come to."""
        return self._exchange.begin()

    def finished(self) -> bool:
        """Whether that was the last attempt."""
        return self._exchange.finished()

    def close(self) -> None:
        """End the exchange with the endpoint that it has come to."""
        self._exchange.close()

    def failed(self, error: SSEChatError) -> NextAttempt | None:
        """Return when the next attempt begins, here or at the next endpoint.

        Raises:
            SSEChatError: All of them failed: what the answer broke with or, when there
                was none, the error of the first one.
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
        """Go to the next endpoint; return whether there is one."""
        if self._state.has_output and not self._state.can_resume():
            return False
        while self._others:
            make = self._others.pop(0)
            self._state.has_fallback = bool(self._others)
            try:
                exchange = make()
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
