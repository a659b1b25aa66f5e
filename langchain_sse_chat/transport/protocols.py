"""Define the values and protocols that the transport works with. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol, TypeVar

import httpx

from langchain_sse_chat.errors import ConfigurationError, SSEChatError
from langchain_sse_chat.transport.url import safe_url

OutputT_co = TypeVar("OutputT_co", covariant=True)


_NEVER = 10_000_000
"""Timeouts of more seconds than this (four months) mean no timeout. Sockets reject
values above 9e9."""

_SETTINGS = {"first_token": "first_token_timeout", "gap": "stream_chunk_timeout"}


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Timeouts in seconds; `None` switches one off."""

    connect: float | None = 10.0
    """To open a connection, TLS included."""
    write: float | None = 60.0
    """To send one part of the request."""
    pool: float | None = 60.0
    """To get a connection from the pool."""
    read: float | None = 600.0
    """For an entire answer that is not streamed."""
    first_token: float | None = 300.0
    """From the request to the first progress of a streamed answer."""
    gap: float | None = 120.0
    """Between two events with progress in a streamed answer."""
    error_body: float | None = 5.0
    """For the body of an error response, which only adds the server's message."""

    def __post_init__(self) -> None:
        """Validate the timeouts; replace very large ones by `None`.

        Raises:
            ConfigurationError: A timeout is neither `None` nor a number of 0 or more.
        """
        for name in self.__slots__:
            limit = getattr(self, name)
            is_number = isinstance(limit, (int, float)) and limit >= 0
            if limit is not None and not is_number:
                setting = _SETTINGS.get(name, "timeout")
                msg = f"`{setting}` is {limit!r}; pass seconds, 0 or more, or None."
                raise ConfigurationError(msg)
            if is_number and limit > _NEVER:
                object.__setattr__(self, name, None)  # frozen, but not in use yet

    def overridden_by(self, timeout: Any) -> Timeouts:
        """Return these timeouts with a user's `timeout` applied.

        Args:
            timeout: `None` for no change, seconds for each of `connect`, `write`,
                `pool` and `read`, a tuple `(connect, read)`, or an object with these
                four attributes, such as an `httpx.Timeout`.

        Raises:
            ConfigurationError: `timeout` has another type.
        """
        if timeout is None:
            return self
        if isinstance(timeout, (int, float)) and not isinstance(timeout, bool):
            return replace(
                self, connect=timeout, write=timeout, pool=timeout, read=timeout
            )
        if isinstance(timeout, tuple) and len(timeout) == len(("connect", "read")):
            return replace(self, connect=timeout[0], read=timeout[1])
        names = ("connect", "write", "pool", "read")
        if not all(hasattr(timeout, name) for name in names):
            msg = (
                f"Invalid `timeout`: {type(timeout).__name__}. Pass seconds, a tuple "
                "(connect, read), or an `httpx.Timeout`."
            )
            raise ConfigurationError(msg)
        return replace(self, **{name: getattr(timeout, name) for name in names})


class Clients(Protocol):
    """A source of clients, such as `HTTPClients`."""

    def sync_client(self) -> httpx.Client:
        """Return the client for blocking requests, from any thread."""
        ...

    def async_client(self) -> httpx.AsyncClient:
        """Return the client for requests in the running event loop."""
        ...


@dataclass(frozen=True, slots=True)
class RequestSpec:
    """One request, ready to send."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    clients: Clients
    """The clients that send the request."""
    timeouts: Timeouts = field(default_factory=Timeouts)
    streamed: bool = True
    """Whether the request asks for an event stream."""
    tls_hint: str = ""
    """A sentence for the error when the server's certificate is not accepted."""
    address: str = "base_url"
    """The setting that the URL comes from, for error messages."""
    answer_is_secret: bool = False
    """Whether the response holds a secret, such as a token, and must not be shown."""
    method: str = "POST"

    def __repr__(self) -> str:
        """Omit query, headers and body, which hold keys and messages."""
        return f"RequestSpec(url={safe_url(self.url)!r}, streamed={self.streamed})"


class ResponseHead(NamedTuple):
    """The status and the headers of a response."""

    status_code: int
    headers: Mapping[str, str]
    """Names in lower case; repeated headers are joined by `, `."""
    url: str
    """The URL without query, fragment, user and password."""
    http_version: str = ""
    """The version of HTTP, such as `HTTP/1.1`; empty if it is not known."""
    connection: int = 0
    """A number that responses on the same connection share; 0 if it is not known."""


class NextAttempt(NamedTuple):
    """The decision to make another attempt."""

    seconds: float
    """The wait before it."""
    retry: Mapping[str, Any] | None = None
    """The data of the retry event for callbacks: JSON values without secrets. `None`
    for a step that is not a retry, such as the renewal of a token."""


class Receiver(Protocol[OutputT_co]):
    """Turns the bytes of one response into outputs."""

    @property
    def wants_more(self) -> bool:
        """Whether more bytes are needed: the answer has not ended yet."""
        ...

    @property
    def is_complete(self) -> bool:
        """Whether nothing of the answer is missing, although more bytes may come.

        A connection that breaks or falls silent from here on does no harm.
        """
        ...

    @property
    def progress(self) -> int:
        """Number of events so far with a part of the answer.

        Keep-alive comments and events without content do not count.
        """
        ...

    def open(self, head: ResponseHead) -> None:
        """Handle the status and headers of a successful response (2xx)."""
        ...

    def feed(self, data: bytes) -> Sequence[OutputT_co]:
        """Read the next bytes of the body; return the outputs that they complete."""
        ...

    def close(self) -> Iterable[OutputT_co]:
        """End the answer, as no more bytes come.

        Returns:
            The rest. Iterating over it raises what is wrong with the answer.
        """
        ...

    def error_response(self, head: ResponseHead, body: bytes) -> SSEChatError:
        """Return the error for a response whose status is not 2xx.

        Args:
            head: Status and headers.
            body: The body, truncated at 64 KiB.
        """
        ...


class Exchange(Protocol[OutputT_co]):
    """One call of the model, which may take several attempts.

    The exchange makes all decisions: what an attempt sends, whether and when another
    one follows, and whether one may begin yet. The clients make none.
    """

    def begin(self) -> tuple[RequestSpec, Receiver[OutputT_co]] | float:
        """Start the next attempt.

        Returns:
            The request and the receiver of its response, or seconds to wait before
            calling `begin` again, because another exchange is obtaining something that
            both need.
        """
        ...

    def finished(self) -> bool:
        """Record that the attempt succeeded; return whether it was the last one."""
        ...

    def failed(self, error: SSEChatError) -> NextAttempt | None:
        """Record that the attempt failed.

        Returns:
            When to begin the next attempt, or `None` to raise `error`.

        Raises:
            SSEChatError: No other attempt follows, and this error explains the failure
                better than `error`.
        """
        ...

    def close(self) -> None:
        """End the exchange, whether it succeeded, failed or was abandoned."""
        ...
