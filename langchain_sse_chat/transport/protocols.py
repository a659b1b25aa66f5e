"""What the transport is told and what it talks to: values and protocols, no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol, TypeVar

import httpx

from langchain_sse_chat.errors import ConfigurationError, SSEChatError
from langchain_sse_chat.transport.url import safe_url

OutputT_co = TypeVar("OutputT_co", covariant=True)


_NEVER = 10_000_000
"""Seconds from which a limit is none: four months. Sockets refuse more than 9e9."""

_SETTINGS = {"first_token": "first_token_timeout", "gap": "stream_chunk_timeout"}


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Limits in seconds; `None` switches one off."""

    connect: float | None = 10.0
    """To open a connection, TLS included."""
    write: float | None = 60.0
    """To send one part of the request."""
    pool: float | None = 60.0
    """To get a connection from the pool."""
    read: float | None = 600.0
    """For the whole of an answer that is not streamed."""
    first_token: float | None = 300.0
    """From the request to the first progress of a streamed answer."""
    gap: float | None = 120.0
    """Between two events with progress in a streamed answer."""

    def __post_init__(self) -> None:
        """Refuse what is no number of seconds; take what never ends for none.

        Raises:
            ConfigurationError: One of the limits is neither `None` nor 0 or more.
        """
        for name in self.__slots__:
            limit = getattr(self, name)
            is_number = isinstance(limit, (int, float)) and limit >= 0
            if limit is not None and not is_number:
                setting = _SETTINGS.get(name, "timeout")
                msg = f"`{setting}` is {limit!r}; pass seconds, 0 or more, or None."
                raise ConfigurationError(msg)
            if is_number and limit > _NEVER:
                object.__setattr__(self, name, None)  # frozen, but not yet out

    def overridden_by(self, timeout: Any) -> Timeouts:
        """Return these limits with a user's `timeout` laid over them.

        Args:
            timeout: `None` for no change, seconds for `connect`, `write`, `pool` and
                `read` alike, a tuple `(connect, read)`, or an object with these four
                as attributes, such as an `httpx.Timeout`.

        Raises:
            ConfigurationError: It is none of these.
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
                f"`timeout` is a {type(timeout).__name__}. Pass seconds, a tuple "
                "(connect, read), or an `httpx.Timeout`."
            )
            raise ConfigurationError(msg)
        return replace(self, **{name: getattr(timeout, name) for name in names})


class Clients(Protocol):
    """What sends requests, such as `HTTPClients`."""

    def sync_client(self) -> httpx.Client:
        """Return the client for blocking requests, from any thread."""
        ...

    def async_client(self) -> httpx.AsyncClient:
        """Return the client for requests in the running event loop."""
        ...


@dataclass(frozen=True, slots=True)
class RequestSpec:
    """One `POST`: everything that leaves, ready to send."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    clients: Clients
    """What sends the request."""
    timeouts: Timeouts = field(default_factory=Timeouts)
    streamed: bool = True
    """Whether the answer is asked for as an event stream."""
    tls_hint: str = ""
    """A sentence for the error when the server's certificate is not accepted."""
    address: str = "base_url"
    """The setting that the URL comes from, for the messages of errors."""
    answer_is_secret: bool = False
    """Whether the answer holds a secret, such as a token, and is shown to nobody."""

    def __repr__(self) -> str:
        """Leave out query, headers and body, which hold keys and messages."""
        return f"RequestSpec(url={safe_url(self.url)!r}, streamed={self.streamed})"


class ResponseHead(NamedTuple):
    """The status line and the headers of an answer."""

    status_code: int
    headers: Mapping[str, str]
    """Names in lower case; several values of one name are joined by `, `."""
    url: str
    """Where the answer came from, without query, fragment, user and password."""


class NextAttempt(NamedTuple):
    """That an attempt is followed by another one, and when."""

    seconds: float
    """How long to wait before."""
    retry: Mapping[str, Any] | None = None
    """What callbacks are told of it: values of JSON, without secrets. `None` when it is
    no retry but a step of its own, such as the renewal of a token."""


class Receiver(Protocol[OutputT_co]):
    """Takes the bytes of one answer and gives what can be handed on."""

    @property
    def wants_more(self) -> bool:
        """Whether more bytes are needed: the answer has not said that it is over."""
        ...

    @property
    def is_complete(self) -> bool:
        """Whether the answer is whole as it is, although more bytes may come.

        A connection that breaks or falls silent then takes nothing away.
        """
        ...

    @property
    def events_read(self) -> int:
        """How many events so far carried something of the answer.

        Keep-alive comments and events without content do not count.
        """
        ...

    def open(self, head: ResponseHead) -> None:
        """Learn the head of a successful answer (2xx) before its first byte."""
        ...

    def feed(self, data: bytes) -> Sequence[OutputT_co]:
        """Take the next bytes of the body; give what they complete."""
        ...

    def close(self) -> Iterable[OutputT_co]:
        """End the answer, as no more bytes come.

        Returns:
            The rest. Iterating over it raises what is wrong with the answer.
        """
        ...

    def error_response(self, head: ResponseHead, body: bytes) -> SSEChatError:
        """Make the error for an answer whose status is not 2xx.

        Args:
            head: Status and headers.
            body: The body, cut at 64 KiB.
        """
        ...


class Exchange(Protocol[OutputT_co]):
    """One call of the model: it may take several attempts.

    All decisions are here and none in the clients: what an attempt sends, whether and
    when it is followed by another, and whether one may begin at all.
    """

    def begin(self) -> tuple[RequestSpec, Receiver[OutputT_co]] | float:
        """Start the next attempt: what to send and who takes the answer.

        Returns:
            These two, or the seconds to wait before asking again: another exchange is
            at something that both need.
        """
        ...

    def finished(self) -> bool:
        """Learn that the attempt succeeded; return whether it was the last one."""
        ...

    def failed(self, error: SSEChatError) -> NextAttempt | None:
        """Learn that the attempt failed.

        Returns:
            When to begin the next attempt, or `None` when there is none and `error` is
            to be raised.

        Raises:
            SSEChatError: There is none, and another error than this last one says what
                happened.
        """
        ...

    def close(self) -> None:
        """Learn that the exchange is over, in whichever way."""
        ...
