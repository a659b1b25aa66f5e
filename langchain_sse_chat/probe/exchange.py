"""Send one question and keep the response: an `Exchange` for the transport."""

from __future__ import annotations

import re
from collections.abc import Callable

from langchain_sse_chat.errors import SSEChatError
from langchain_sse_chat.exchange.plain_request import PlainPlan
from langchain_sse_chat.probe.ask import Ask
from langchain_sse_chat.probe.seen import Seen
from langchain_sse_chat.request.body import encode_body
from langchain_sse_chat.secrets import Secrets
from langchain_sse_chat.transport.clock import monotonic, wall_clock
from langchain_sse_chat.transport.protocols import (
    NextAttempt,
    RequestSpec,
    ResponseHead,
)
from langchain_sse_chat.transport.url import safe_url
from langchain_sse_chat.wire.server_errors import status_error

_BYTES_PER_TOKEN = 2000
"""Bytes of a stream for one token, chunk and log probabilities included. A server that
sends more ignores the limit on tokens."""
_LEAST_BYTES = 65536
_DONE = b"data: [DONE]"
_TAIL = 64
_TIMEOUTS = re.compile("`(first_token_timeout|stream_chunk_timeout)`")


class ProbeExchange:
    """One attempt at one question; it is never repeated.

    Args:
        ask: The question.
        plan: The way to the server.
        secrets: The secrets of all requests, which learns those of this one.
        now: The clock, in seconds.
    """

    def __init__(
        self,
        ask: Ask,
        plan: PlainPlan,
        secrets: Secrets,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._ask = ask
        self._plan = plan
        self._secrets = secrets
        self._secrets.learn(plan.url, plan.headers, b"")
        self._receiver = _Collector(ask, plan, now)

    def begin(self) -> tuple[RequestSpec, _Collector]:
        """Return the request and its receiver."""
        plan, ask = self._plan, self._ask
        spec = RequestSpec(
            url=plan.url,
            headers=plan.headers,
            body=b"" if ask.body is None else encode_body(ask.body),
            clients=plan.clients,
            timeouts=plan.timeouts,
            tls_hint=plan.tls_hint,
            method="GET" if ask.body is None else "POST",
        )
        self._receiver.begin()
        return spec, self._receiver

    def finished(self) -> bool:
        """Return True: there is one attempt only."""
        return True

    def failed(self, error: SSEChatError) -> NextAttempt | None:
        """Return `None`: there is no other attempt."""
        self._secrets.redact_error(error)
        # A probe has one timeout for all of them.
        words = _TIMEOUTS.sub("`timeout`", str(error))
        error.args = (words, *error.args[1:])
        return None

    def close(self) -> None:
        """Do nothing: there is nothing to release."""

    def seen(self, error: SSEChatError | None) -> Seen:
        """Return the response as it came.

        Args:
            error: The error of the exchange, `None` if it succeeded.
        """
        return self._receiver.seen("" if error is None else str(error))


class _Collector:
    """Keeps the bytes of a response with their times: a `Receiver` without outputs."""

    is_complete = False

    def __init__(self, ask: Ask, plan: PlainPlan, now: Callable[[], float]) -> None:
        self._ask = ask
        self._plan = plan
        self._now = now
        self._begun = 0.0
        self._head: ResponseHead | None = None
        self._pieces: list[tuple[float, bytes]] = []
        self._size = 0
        self._tail = b""
        self._was_cut = False
        self.wants_more = True
        self.progress = 0

    def begin(self) -> None:
        """Record when the request is sent."""
        self._begun = self._now()

    def open(self, head: ResponseHead) -> None:
        """Record status and headers."""
        self._head = head

    def feed(self, data: bytes) -> list[None]:
        """Keep the next bytes."""
        self._pieces.append((self._now() - self._begun, data))
        self._size += len(data)
        self._tail = self._tail[-_TAIL:] + data
        if _DONE in self._tail:
            self.is_complete = True
            self.wants_more = False
        elif self._ask.body is not None:
            limit = max(self._ask.limit * _BYTES_PER_TOKEN, _LEAST_BYTES)
            if self._size > limit:
                self._was_cut = True
                self.wants_more = False
        self.progress += data.count(b"data:")
        return []

    def close(self) -> list[None]:
        """Return no outputs."""
        return []

    def error_response(self, head: ResponseHead, body: bytes) -> SSEChatError:
        """Keep the response; return the error for its status."""
        self.open(head)
        self._pieces.append((self._now() - self._begun, body))
        return status_error(
            head.status_code,
            head.headers,
            body,
            url=safe_url(self._plan.url),
            now=wall_clock(),
            key_hint=self._plan.key_hint,
            path=self._ask.path,
        )

    def seen(self, error: str) -> Seen:
        """Return the response as it came."""
        head = self._head
        return Seen(
            self._ask,
            None if head is None else head.status_code,
            {} if head is None else head.headers,
            tuple(self._pieces),
            error,
            self._was_cut,
            "" if head is None else head.http_version,
            0 if head is None else head.connection,
        )
