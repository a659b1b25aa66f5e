"""Run the attempts of a request that is not for a chat completion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from langchain_sse_chat.errors import ConfigurationError, SSEChatError
from langchain_sse_chat.exchange.access_token import AccessGrant
from langchain_sse_chat.exchange.plain_answer import PlainReceiver, Reading
from langchain_sse_chat.exchange.retry import RetryPolicy
from langchain_sse_chat.exchange.wrapped import with_token_and_observers
from langchain_sse_chat.request.body import encode_body
from langchain_sse_chat.request.multipart import Multipart
from langchain_sse_chat.secrets import Secrets
from langchain_sse_chat.secrets.masking import without_frames
from langchain_sse_chat.transport.protocols import (
    Clients,
    Exchange,
    NextAttempt,
    RequestSpec,
    Timeouts,
)
from langchain_sse_chat.transport.url import safe_url

AnswerT = TypeVar("AnswerT")

PlainBody = Mapping[str, Any] | Multipart | None
"""The body of a request: a JSON object, a form, or none."""


@dataclass(frozen=True, slots=True)
class PlainRequest(Generic[AnswerT]):
    """A request under the root of an API, and how its response is read."""

    reading: Reading[AnswerT]
    method: str = "GET"
    body: PlainBody = field(default=None, repr=False)
    query: Mapping[str, Any] = field(default_factory=dict)
    """Query parameters, which replace those of the model."""
    accept: str = "application/json"
    """The media type of the response."""

    @property
    def path(self) -> str:
        """The path after the root of the API, such as `/models`."""
        return self.reading.path

    @property
    def headers(self) -> dict[str, str | None]:
        """The headers about the bodies; `None` for one that is not sent."""
        kind: str | None = "application/json"
        if isinstance(self.body, Multipart):
            kind = self.body.content_type
        elif self.body is None:
            kind = None
        return {"Accept": self.accept, "Content-Type": kind}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PlainPlan:
    """The way of plain requests to a server."""

    url: str
    headers: Mapping[str, str]
    clients: Clients
    timeouts: Timeouts
    policy: RetryPolicy
    grant: AccessGrant | None = None
    """The grant for an access token, `None` if the headers hold the key."""
    tls_hint: str = ""
    """Shown in the error when the server's certificate is not accepted."""
    record: Path | None = None
    """The folder for recordings, `None` to record nothing."""
    key_hint: str = ""
    """Advice in the error when a request without a key is rejected."""

    def __repr__(self) -> str:
        """Leave out headers and fields, which may hold secrets."""
        return f"{type(self).__name__}(url={safe_url(self.url)!r})"


class PlainAttempts(Generic[AnswerT]):
    """Sends a request until it has an answer: an `Exchange`."""

    def __init__(self, plan: PlainPlan, request: PlainRequest[AnswerT]) -> None:
        self._plan = plan
        self._request = request
        self._attempts = 0
        self._secrets = Secrets()
        body = request.body
        self._secrets.learn(
            plan.url, plan.headers, body if isinstance(body, Mapping) else b""
        )

    def begin(self) -> tuple[RequestSpec, PlainReceiver[AnswerT]]:
        """Start the next attempt.

        Raises:
            ConfigurationError: A field of the body is not JSON.
        """
        plan = self._plan
        self._attempts += 1
        spec = RequestSpec(
            url=plan.url,
            headers=plan.headers,
            body=self._encoded(),
            clients=plan.clients,
            timeouts=plan.timeouts,
            streamed=False,
            tls_hint=plan.tls_hint,
            method=self._request.method,
        )
        url = safe_url(plan.url)
        return spec, PlainReceiver(self._request.reading, url, plan.key_hint)

    def _encoded(self) -> bytes:
        # The body is not in a variable, which a traceback would show.
        if self._request.body is None:
            return b""
        if isinstance(self._request.body, Multipart):
            return self._request.body.encode()
        try:
            return encode_body(self._request.body)
        except ConfigurationError as error:
            raise without_frames(error) from error.__cause__

    def finished(self) -> bool:
        """Return True: an attempt that succeeds is the last one."""
        return True

    def failed(self, error: SSEChatError) -> NextAttempt | None:
        """Return when the next attempt begins, `None` without one."""
        self._secrets.redact_error(error)
        url = safe_url(self._plan.url)
        return self._plan.policy.next_attempt(self._attempts, error, url)

    def close(self) -> None:
        """Do nothing: there is nothing to release."""


def plain_exchange(
    plan: PlainPlan, request: PlainRequest[AnswerT], model: object = None
) -> Exchange[AnswerT]:
    """Return the exchange for a request, for the transport to run. It has one output.

    Args:
        plan: The way to the server.
        request: The request.
        model: The name of the model, for the log; `None` for a request without one.
    """
    return with_token_and_observers(PlainAttempts(plan, request), plan, model)
