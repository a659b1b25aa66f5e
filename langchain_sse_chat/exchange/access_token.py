"""Obtain access tokens for a key, share them between models and renew them in time.

GigaChat's requests carry no key. A key is exchanged for an access token that is valid
for 30 minutes (https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/post-token).
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
    Clients,
    Exchange,
    NextAttempt,
    Receiver,
    RequestSpec,
    ResponseHead,
    Timeouts,
)
from langchain_sse_chat.transport.url import safe_url
from langchain_sse_chat.wire import server_errors
from langchain_sse_chat.wire.error_details import read_details
from langchain_sse_chat.wire.jsontext import loads

OutputT = TypeVar("OutputT")

_RENEWED_BEFORE = 60.0
"""Seconds before its expiry from which a token starts no more requests."""

_MILLISECONDS_FROM = 1e11
"""A time above this is in milliseconds; in seconds it would be in the year 5138."""

_LONGEST_REQUEST = 30.0
"""Timeout of a token endpoint in seconds."""

_CLAIM_LASTS = 90.0
"""Seconds after which the claim to fetch a token lapses. Longer than the request may
take, so only an exchange that was never closed reaches it."""

_LOOKS_AGAIN_AFTER = 0.02
"""Seconds between two checks whether another exchange has fetched the token."""

_LARGEST_ANSWER = 64 * 1024


@dataclass(frozen=True, slots=True)
class AccessGrant:
    """The credentials for an access token. Equal grants share a token."""

    url: str
    """The URL of the token endpoint."""
    authorization: str = field(repr=False)
    """The value of the `Authorization` header for it."""
    scope: str = ""
    """The scope of the token, sent in the body of the request; may be empty."""
    access_token: str = field(default="", repr=False)
    """A token that the user already has; replaced when the server rejects it."""
    address: str = field(default="base_url", compare=False)
    """The setting that `url` comes from, for error messages."""

    def request(
        self, clients: Clients, timeouts: Timeouts, tls_hint: str
    ) -> RequestSpec:
        """Return the request for a token, with the unique ID that GigaChat requires."""
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
    """The token of one grant, shared by all threads and event loops of the process.

    Nothing here waits. A caller without a token either claims the right to fetch one or
    is asked to check again shortly. A lock would not do: it would have to be held
    during a request, by threads and event loops alike.
    """

    def __init__(self, token: str = "", now: Callable[[], float] = wall_clock) -> None:
        """Start without a token, or with one whose expiry is not known.

        Args:
            token: The token; may be empty.
            now: The clock, in seconds since 1970.
        """
        self._lock = threading.Lock()
        self._now = now
        self._token: str = MaskedStr(token)
        self._expires: float | None = None
        self._claimed_by: object = None
        self._claimed_until = 0.0

    def token(self) -> str | None:
        """Return the token for a new request, `None` without one or if it expires."""
        with self._lock:
            return self._token if self._lasts() else None

    def _lasts(self) -> bool:
        if not self._token:
            return False
        return self._expires is None or self._expires - _RENEWED_BEFORE > self._now()

    def claim(self, owner: object) -> bool:
        """Return whether `owner` may fetch a token.

        It may not while another exchange does, or has just done so.
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
        """Release the claim of `owner`, if it has one."""
        with self._lock:
            if self._claimed_by is owner:
                self._claimed_by = None

    def keep(self, token: str, expires: float | None) -> None:
        """Store a new token.

        Args:
            token: The token.
            expires: Its expiry, in seconds since 1970; `None` if unknown.
        """
        with self._lock:
            self._token, self._expires = token, expires

    def refuse(self, token: str) -> None:
        """Drop a token that the server rejected, unless there is a newer one."""
        with self._lock:
            if self._token == token:
                self._token = ""


@lru_cache(maxsize=256)
def store_of(grant: AccessGrant) -> TokenStore:
    """Return the store of a grant, which equal grants share."""
    return TokenStore(grant.access_token)


# In a forked child, a lock or a claim of another thread would never be released.
if hasattr(os, "register_at_fork"):  # pragma: no branch - not on Windows
    os.register_at_fork(after_in_child=store_of.cache_clear)


class _TokenReceiver:
    """Reads the response of a token endpoint: a `Receiver` without outputs."""

    wants_more = True
    is_complete = False
    progress = 0

    def __init__(self, grant: AccessGrant) -> None:
        self._url = safe_url(grant.url)
        self._address = grant.address
        self._body = b""
        self.token = ""
        self.expires: float | None = None

    def open(self, head: ResponseHead) -> None:
        """Do nothing: only the body matters."""

    def feed(self, data: bytes) -> list[Any]:
        """Store the next bytes; return no outputs."""
        self._body = (self._body + data)[:_LARGEST_ANSWER]
        return []

    def close(self) -> list[Any]:
        """Read the token.

        Raises:
            ProtocolError: The response has no token.
        """
        try:
            answer = loads(self._body.decode("utf-8", "replace"))
        except ValueError:
            answer = None
        answer = answer if isinstance(answer, dict) else {}
        # Servers that accept user and password use the second form.
        token = answer.get("access_token") or answer.get("tok")
        if not token or not isinstance(token, str):
            words = read_details(answer)
            said = f"It says: {words.message}" if words else f"Check `{self._address}`."
            msg = f"{self._url} answered without an access token. {said}"
            raise ProtocolError(msg)
        self.token = MaskedStr(token)
        self.expires = _seconds(answer.get("expires_at") or answer.get("exp"))
        return []

    def error_response(self, head: ResponseHead, body: bytes) -> SSEChatError:
        """Return the error for a status that is not a success."""
        return server_errors.status_error(
            head.status_code,
            head.headers,
            body,
            url=self._url,
            now=wall_clock(),
            address=self._address,
        )


def _seconds(moment: object) -> float | None:
    """Return a time in seconds that is sent in seconds or milliseconds."""
    if isinstance(moment, bool) or not isinstance(moment, (int, float)):
        return None
    return moment / 1000 if moment > _MILLISECONDS_FROM else float(moment)


class AuthorizedExchange(Generic[OutputT]):
    """An exchange whose requests carry an access token.

    It requests a token before the first request, and once more when the server rejects
    the token with 401. It never does so in the middle of an answer.
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
        # Used regardless of its expiry, so that a wrong clock does not cause a loop.
        self._fresh = ""
        # A token without a key cannot be renewed.
        self._may_renew = bool(grant.url)

    def begin(self) -> tuple[RequestSpec, Receiver[OutputT]] | float:
        """Start the request for a token, or the next attempt of the exchange."""
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
        """Return whether the exchange is over; after a token request it is not."""
        if self._asking is None:
            return self._exchange.finished()
        self._store.keep(self._asking.token, self._asking.expires)
        self._fresh = self._asking.token
        self._ask_no_more()
        return False

    def failed(self, error: SSEChatError) -> NextAttempt | None:
        """See `Exchange.failed`."""
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
        """End the exchange, and release the claim to fetch a token."""
        self._store.release(self)
        self._exchange.close()
