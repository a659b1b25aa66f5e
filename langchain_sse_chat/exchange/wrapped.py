"""Wrap an exchange with what is around its requests: a token, a recording, a log."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Protocol, TypeVar

from langchain_sse_chat.exchange.access_token import AccessGrant, AuthorizedExchange
from langchain_sse_chat.exchange.call_log import CallLog
from langchain_sse_chat.exchange.retry import RetryPolicy
from langchain_sse_chat.transport.observer import (
    ObservedExchange,
    Observer,
    cannot_record,
)
from langchain_sse_chat.transport.protocols import Clients, Exchange, Timeouts

logger = logging.getLogger("langchain_sse_chat")

OutputT = TypeVar("OutputT")


class Endpoint(Protocol):
    """The part of a plan that concerns the endpoint."""

    @property
    def clients(self) -> Clients:
        """The clients that send the requests."""
        ...

    @property
    def timeouts(self) -> Timeouts:
        """The timeouts of the requests."""
        ...

    @property
    def policy(self) -> RetryPolicy:
        """How often a request for a token is repeated."""
        ...

    @property
    def grant(self) -> AccessGrant | None:
        """The grant for an access token, `None` if requests need none."""
        ...

    @property
    def tls_hint(self) -> str:
        """Shown in the error when the server's certificate is not accepted."""
        ...

    @property
    def record(self) -> Path | None:
        """The folder for recordings, `None` to record nothing."""
        ...


def with_token_and_observers(
    exchange: Exchange[OutputT], plan: Endpoint, model: object
) -> Exchange[OutputT]:
    """Return the exchange with an access token, a recorder and a log, if required.

    Args:
        exchange: The exchange.
        plan: The endpoint.
        model: The name of the model, for the log; `None` for a request without one.
    """
    if plan.grant is not None:
        exchange = AuthorizedExchange(
            exchange,
            plan.grant,
            clients=plan.clients,
            policy=plan.policy,
            timeouts=plan.timeouts,
            tls_hint=plan.tls_hint,
        )
    if plan.record is not None:
        exchange = ObservedExchange(exchange, _recorder(plan.record))
    if logger.isEnabledFor(logging.DEBUG):
        exchange = ObservedExchange(exchange, CallLog(model))
    return exchange


def _recorder(folder: Path) -> Observer:
    try:
        # Imported here, because few users record.
        from langchain_sse_chat.recording import Recorder  # noqa: PLC0415
    except OSError as error:  # no file descriptor is left to import the module
        raise cannot_record(folder, error) from error
    return Recorder(folder)
