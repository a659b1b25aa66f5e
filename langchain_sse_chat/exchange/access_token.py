"""Access tokens: got for a key, shared by all models with that key, renewed in time.

GigaChat takes no key with its requests. A key buys an access token that is good for 30
minutes (https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/post-token).
"""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from langchain_sse_chat.errors import (
    AuthenticationError,
    ProtocolError,
    SSEChatError,
)
from langchain_sse_chat.exchange.retry import RetryPolicy
from langchain_sse_chat.request.headers import request_headers
from langchain_sse_chat.secrets import Secrets
from langchain_sse_chat.secrets.masking import MaskedStr, masked_values
from langchain_sse_chat.transport.clock import wall_clock
from langchain_sse_chat.transport.protocols import (
    Again,
    Clients,
    Exchange,
    NextAttempt,
    Receiver,
    RequestSpec,
    ResponseHead,
    Timeouts,
)
from langchain_sse_chat.transport.url import safe_url
from langchain_sse_chat.wire import server_errors as failures
from langchain_sse_chat.wire.error_details import server_words
from langchain_sse_chat.wire.jsontext import loads

OutputT = TypeVar("OutputT")

_RENEWED_BEFORE = 60.0
"""Seconds before its end at which a token is no longer begun with."""

_MILLISECONDS_FROM = 1e11
"""A time above this is in milliseconds: in seconds it would be the year 5138."""

_LONGEST_REQUEST = 30.0
"""Seconds for the answer of a token endpoint."""

_CLAIM_LASTS = 90.0
"""Seconds after which somebody who went to get a token is no longer waited for. Longer
than the request may take; only an exchange that was never closed reaches it."""

_LOOKS_AGAIN_AFTER = 0.02
"""Seconds between two looks at whether somebody else has got the token."""

_LARGEST_ANSWER = 64 * 1024


@dataclass(frozen=True, slots=True)
class AccessGrant:
    """What an access token is got with. Equal grants share their token."""

    url: str
    """Where the token is asked for."""
    authorization: str = field(repr=False)
    """The value of the `Authorization` header there."""
    scope: str = ""
    """What the token is to be good for, in the body of the request; empty for none."""
    access_token: str = field(default="", repr=False)
    """A token that is there already. Another one is got when it is refused."""
    address: str = field(default="base_url", compare=False)
    """The setting that `url` comes from, for the messages of errors."""

    def request(
        self, clients: Clients, timeouts: Timeouts, tls_hint: str
    ) -> RequestSpec:
        """Return the request for a token; each has an id of its own, as it must."""
        own = {
            "Content-Type": "application/x-www-form-urlencoded",
            "RqUID": str(uuid.uuid4()),
        }
        read = timeouts.read
        return RequestSpec(
            url=self.url,
            headers=request_headers(False, {"Authorization": self.authorization}, own),  # noqa: FBT003  # not streamed
            body=urlencode({"scope": self.scope}).encode() if self.scope else b"",
            clients=clients,
            timeouts=replace(
                timeouts,
                read=_LONGEST_REQUEST if read is None else min(read, _LONGEST_REQUEST),
            ),
            streamed=False,
            tls_hint=tls_hint,
            address=self.address,
            answer_is_secret=True,
        )


class TokenStore:
    """The token of one grant, for all threads and event loops of the process.

    Nothing here waits: who finds no token either goes to get one, and has the claim to
    do so alone, or is told to look again.
    """

    def __init__(self, token: str = "", now: Callable[[], float] = wall_clock) -> None:
        """Start without a token, or with one whose end is not known.

        Args:
            token: The token; empty for none.
            now: The clock, in seconds since 1970.
        """
        self._lock = threading.Lock()
        self._now = now
        self._token: str = MaskedStr(token)
        self._expires: float | None = None
        self._claimed_by: object = None
        self._claimed_until = 0.0

    def token(self) -> str | None:
        """Return the token to begin with, `None` when there is none that lasts."""
        with self._lock:
            return self._token if self._lasts() else None

    def _lasts(self) -> bool:
        if not self._token:
            return False
        return self._expires is None or self._expires - _RENEWED_BEFORE > self._now()

    def claim(self, owner: object) -> bool:
        """Return whether `owner` is the one to get a token.

        It is not while another one is at it, or has just been.
        """
        with self._lock:
            if self._lasts():
                return False
            if self._claimed_by is not None and self._now() < self._claimed_until:
                return False
            self._claimed_by = owner
            self._claimed_until = self._now() + _CLAIM_LASTS
            return True

    def release(self, owner: object) -> None:
        """Take back the claim of `owner`, if it has it."""
        with self._lock:
            if self._claimed_by is owner:
                self._claimed_by = None

    def keep(self, token: str, expires: float | None) -> None:
        """Keep a new token.

        Args:
            token: The token.
            expires: Its end, in seconds since 1970; `None` when it is not known.
        """
        with self._lock:
            self._token, self._expires = token, expires

    def refuse(self, token: str) -> None:
        """Forget a token that the server refused, unless there is a newer one."""
        with self._lock:
            if self._token == token:
                self._token = ""


@lru_cache(maxsize=256)
def store_of(grant: AccessGrant) -> TokenStore:
    """Return the store that all models with equal grants share."""
    return TokenStore(grant.access_token)


# In the child of a fork a lock may be held, or a claim open, that nobody gives back.
if hasattr(os, "register_at_fork"):  # pragma: no branch - not on Windows
    os.register_at_fork(after_in_child=store_of.cache_clear)


class _TokenReceiver:
    """Takes the answer of a token endpoint: a `Receiver` that gives nothing out."""

    wants_more = True
    is_complete = False
    events_read = 0

    def __init__(self, grant: AccessGrant) -> None:
        self._url = safe_url(grant.url)
        self._address = grant.address
        self._body = b""
        self.token = ""
        self.expires: float | None = None

    def open(self, head: ResponseHead) -> None:
        """Do nothing: the head of a success says nothing more."""

    def feed(self, data: bytes) -> list[Any]:
        """Take the next bytes; give nothing."""
        self._body = (self._body + data)[:_LARGEST_ANSWER]
        return []

    def close(self) -> list[Any]:
        """Read the token.

        Raises:
            ProtocolError: There is none in the answer.
        """
        try:
            answer = loads(self._body.decode("utf-8", "replace"))
        except ValueError:
            answer = None
        answer = answer if isinstance(answer, dict) else {}
        # The second form is that of the servers that take user and password.
        token = answer.get("access_token") or answer.get("tok")
        if not token or not isinstance(token, str):
            words = server_words(answer)
            said = f" It says: {words.message}" if words else ""
            msg = f"{self._url} answered without an access token.{said}"
            raise ProtocolError(msg)
        self.token = MaskedStr(token)
        self.expires = _seconds(answer.get("expires_at") or answer.get("exp"))
        return []

    def error_response(self, head: ResponseHead, body: bytes) -> SSEChatError:
        """Make the error for a status that is not a success."""
        return failures.status_error(
            head.status_code,
            head.headers,
            body,
            where=self._where,
            now=wall_clock(),
            address=self._address,
        )


def _seconds(moment: object) -> float | None:
    """Return a time in seconds, whether it is sent in these or in milliseconds."""
    if isinstance(moment, bool) or not isinstance(moment, (int, float)):
        return None
    return moment / 1000 if moment > _MILLISECONDS_FROM else float(moment)


class AuthorizedExchange(Generic[OutputT]):
    """An exchange whose requests carry an access token.

    Before the first request, and once more when the token is refused with 401, it gets
    a token by a request of its own. That is never in the middle of an answer.
    """

    def __init__(
        self,
        exchange: Exchange[OutputT],
        grant: AccessGrant,
        *,
        clients: Clients,
        policy: RetryPolicy,
        timeouts: Timeouts,
        tls_hint: str = "",
    ) -> None:
        """Wrap an exchange; nothing is sent yet.

        Args:
            exchange: What is done with the token.
            grant: What the token is got with.
            clients: What sends the requests for a token.
            policy: How often a token is asked for again when that failed.
            timeouts: The limits of the exchange's requests.
            tls_hint: A sentence for a certificate that is not accepted.
        """
        self._exchange = exchange
        self._grant = grant
        self._store = store_of(grant)
        self._policy = policy
        self._timeouts = timeouts
        self._tls_hint = tls_hint
        self._clients = clients
        self._asking: _TokenReceiver | None = None
        self._failures = 0
        self._token = ""
        self._secrets = Secrets([grant.access_token])
        # A server may quote them before they are sent by this exchange.
        self._secrets.learn(grant.url, {"Authorization": grant.authorization}, b"{}")
        # Used whatever its end is, so that a wrong clock does not make a circle.
        self._fresh = ""
        # A token alone cannot be exchanged for another one.
        self._may_renew = bool(grant.url)

    def begin(self) -> tuple[RequestSpec, Receiver[OutputT]] | float:
        """Start the request for a token, or the exchange's next attempt."""
        token = self._fresh or self._store.token()
        if token is None:
            if not self._store.claim(self):
                return _LOOKS_AGAIN_AFTER
            self._asking = _TokenReceiver(self._grant)
            spec = self._grant.request(self._clients, self._timeouts, self._tls_hint)
            self._secrets.learn(spec.url, spec.headers, spec.body)
            return spec, self._asking
        begun = self._exchange.begin()
        if isinstance(begun, float):
            return begun
        self._token = token
        spec, receiver = begun
        headers = {
            **spec.headers,
            **masked_values({"Authorization": f"Bearer {token}"}),
        }
        self._secrets.learn(spec.url, headers, b"")
        return replace(spec, headers=headers), receiver

    def finished(self) -> bool:
        """Return whether the exchange is over: it is not after a token was got."""
        if self._asking is None:
            return self._exchange.finished()
        self._store.keep(self._asking.token, self._asking.expires)
        self._fresh = self._asking.token
        self._ask_no_more()
        return False

    def failed(self, error: SSEChatError) -> NextAttempt | None:
        """Return when the next attempt begins, `None` when there is none."""
        self._secrets.redact_error(error)
        if self._asking is not None:
            self._ask_no_more()
            self._failures += 1
            url = safe_url(self._grant.url)
            return self._policy.next_attempt(self._failures, error, url)
        if isinstance(error, AuthenticationError) and self._may_renew:
            self._may_renew = False
            self._fresh = ""
            self._store.refuse(self._token)
            return NextAttempt(0.0)
        return self._exchange.failed(error)

    def _ask_no_more(self) -> None:
        self._asking = None
        self._store.release(self)

    def close(self) -> None:
        """Let others get the token, if this was stopped while it was at it."""
        self._store.release(self)
        self._exchange.close()
