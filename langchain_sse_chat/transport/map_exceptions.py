"""Map httpx's exceptions to errors of this package. No other module does."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from typing import NoReturn

import httpx

from langchain_sse_chat.errors import (
    ConfigurationError,
    ConnectionFailedError,
    ProtocolError,
    SSEChatError,
    TimedOutError,
)
from langchain_sse_chat.lazy_pattern import lazy_pattern
from langchain_sse_chat.transport.clock import StreamClock, monotonic
from langchain_sse_chat.transport.protocols import Timeouts

READ_FAILURES = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError)
"""Exceptions of reading a response; `OSError` for the `ssl.SSLError` that anyio does
not translate."""

SEND_FAILURES = (*READ_FAILURES, RuntimeError, UnicodeEncodeError)
"""Exceptions of sending a request: also `RuntimeError`, for a client that is closed or
belongs to another event loop, and `UnicodeEncodeError`, for a header of the user's own
client."""

# Their message or attributes hold the value of the invalid header.
_SHOW_HEADERS = (httpx.LocalProtocolError, UnicodeEncodeError)

_MISUSES = (
    httpx.InvalidURL,
    httpx.UnsupportedProtocol,
    httpx.TooManyRedirects,
    *_SHOW_HEADERS,
)

_LONGEST_REASON = 200


def fail(
    exc: Exception,
    *,
    url: str,
    timeouts: Timeouts,
    clock: StreamClock,
    tls_hint: str = "",
    address: str = "base_url",
) -> NoReturn:
    """Raise the error of this package for an exception of the HTTP library.

    Args:
        exc: The exception. A `RuntimeError` that does not come from httpx is raised
            again.
        url: The URL, safe to show in a message.
        timeouts: The timeouts of the request.
        clock: The clock of the answer.
        tls_hint: Shown when the server's certificate is not accepted.
        address: The setting that the URL comes from.

    Raises:
        ConfigurationError: The settings do not make a valid request.
        TimedOutError: A timeout was reached.
        ProtocolError: The response could not be decompressed.
        ConnectionFailedError: Any other failure that httpx reports.
        RuntimeError: As passed in.
    """
    hidden = isinstance(exc, _SHOW_HEADERS)
    if isinstance(exc, httpx.RequestError):
        # The exception becomes the error's cause, and its request would show headers
        # and body.
        exc.request = httpx.Request("POST", url)
    if _is_about_certificates(exc):
        raise _untrusted(exc, url, tls_hint) from exc
    error = _error(exc, url, timeouts, clock)
    error.args = (str(error).replace("`base_url`", f"`{address}`"),)
    raise error from (None if hidden else exc)


def _error(
    exc: Exception, url: str, timeouts: Timeouts, clock: StreamClock
) -> SSEChatError:
    if isinstance(exc, (httpx.ReadTimeout, TimeoutError)):
        return _waited(url, clock)
    if isinstance(exc, httpx.TimeoutException):
        # The timeout of a phase may have been capped by the deadline of the answer.
        error = clock.expired(monotonic())
        return error or _timed_out(exc, url, timeouts)
    if isinstance(exc, _MISUSES):
        return _misuse(exc, url)
    if isinstance(exc, RuntimeError) and not isinstance(exc, httpx.StreamError):
        return _unusable_client(exc)
    if isinstance(exc, httpx.DecodingError):
        msg = (
            f"The response of {url} is compressed, although compression was not "
            f"requested, and cannot be decompressed: {_reason(exc)}. Switch "
            "compression off at the server, or at the proxy in between."
        )
        return ProtocolError(msg)
    return _broken(exc, url)


def _waited(url: str, clock: StreamClock) -> SSEChatError:
    error = clock.expired(monotonic())
    if error is None:  # a timeout of the user's own client, or of the system
        msg = (
            f"Timed out waiting for {url}, although no timeout of this model has "
            "expired. Check the timeouts of your `http_client` or `http_async_client`."
        )
        error = TimedOutError(msg, phase=clock.phase)
    return error


def _timed_out(
    exc: httpx.TimeoutException, url: str, timeouts: Timeouts
) -> TimedOutError:
    if isinstance(exc, httpx.PoolTimeout):
        msg = (
            f"No connection to {url} was available {_within(timeouts.pool)}: all "
            "connections of the pool are in use. Run fewer streams at the same time, "
            "pass an `http_client` with larger limits, or raise `timeout`."
        )
        return TimedOutError(msg, phase="pool")
    if isinstance(exc, httpx.WriteTimeout):
        msg = (
            f"{url} did not accept the request {_within(timeouts.write)}. Raise "
            "`timeout` if the request is large."
        )
        return TimedOutError(msg, phase="write")
    # A server without TLS may wait for more of what it takes for a request.
    plain = (
        " If the server does not use TLS, begin `base_url` with `http://`."
        if url.startswith("https://")
        else ""
    )
    msg = (
        f"Could not connect to {url} {_within(timeouts.connect)}. Check `base_url`, "
        f"the network and `proxy`; raise `timeout` for a distant server.{plain}"
    )
    return TimedOutError(msg, phase="connect")


def _within(seconds: float | None) -> str:
    """Name the timeout; without one, the operating system gave up."""
    return "before the system gave up" if seconds is None else f"within {seconds} s"


def _misuse(exc: Exception, url: str) -> ConfigurationError:
    if isinstance(exc, _SHOW_HEADERS):
        msg = (
            f"The request to {url} could not be written: a header is not valid. "
            "Check the API key, `default_headers` and the headers of your own client "
            "for line breaks and characters outside ASCII."
        )
    elif isinstance(exc, httpx.TooManyRedirects):
        msg = f"{url} redirects in a loop; pass the final URL as `base_url`."
    elif isinstance(exc, httpx.UnsupportedProtocol):
        msg = (
            f"Requests cannot be sent to {url}: check `base_url`. To reach a Unix "
            "socket with a client of your own, use `httpx.HTTPTransport(uds=...)` and "
            "an http:// URL."
        )
    else:
        msg = f"{url} is not a URL that requests can be sent to; check `base_url`."
    return ConfigurationError(msg)


def _unusable_client(exc: RuntimeError) -> ConfigurationError:
    reason = str(exc)
    if "client has been closed" in reason:
        msg = (
            "The HTTP client has been closed. Pass an open client as `http_client` or "
            "`http_async_client`, or omit it."
        )
        return ConfigurationError(msg)
    if "loop" in reason:
        msg = (
            "`http_async_client` belongs to another event loop. Use a separate client "
            "for each event loop, or omit it."
        )
        return ConfigurationError(msg)
    raise exc


def _untrusted(exc: Exception, url: str, hint: str) -> ConnectionFailedError:
    hint = hint or (
        "If it is signed by a private authority, pass `verify=` the path of its "
        "certificate."
    )
    msg = f"The TLS certificate of {url} was not accepted: {_reason(exc)}. {hint}"
    error = ConnectionFailedError(msg)
    error.is_retryable = False
    return error


def _broken(exc: Exception, url: str) -> ConnectionFailedError:
    misread = _setting_at_fault(exc, url)
    if misread:
        error = ConnectionFailedError(misread)
        error.is_retryable = False
        return error
    if isinstance(exc, httpx.ProxyError):
        msg = (
            f"The proxy for {url} rejected the request: {_reason(exc)}. Check `proxy` "
            "and the variables HTTPS_PROXY, HTTP_PROXY and ALL_PROXY."
        )
        error = ConnectionFailedError(msg)
        error.is_retryable = not _REFUSED.match(str(exc))
        return error
    if isinstance(exc, httpx.ConnectError):
        msg = (
            f"Could not connect to {url}: {_reason(exc)}. Check `base_url`, the "
            "network and `proxy`."
        )
    else:
        msg = (
            f"The connection to {url} broke: {_reason(exc)}. The server, or a proxy "
            "in front of it, closed it early."
        )
    return ConnectionFailedError(msg)


_REFUSED = lazy_pattern(r"4(?!08|25|29)\d\d ")
"""The status of a proxy that will refuse the same request again."""

_NO_TLS = ("WRONG_VERSION_NUMBER", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE")
"""OpenSSL's errors for a server whose first bytes are not TLS."""

_NO_HTTP = ("illegal request line", "illegal status line")
"""h11's errors for a response whose first line is not HTTP/1.1."""


def _setting_at_fault(exc: Exception, url: str) -> str:
    """Return a message if a setting makes every attempt fail, else an empty string."""
    words = str(exc)
    # The alert of RFC 8446, section 6.2, as OpenSSL names it.
    if "CERTIFICATE_REQUIRED" in words:
        return f"{url} requires a client certificate. Pass yours as `cert`."
    if any(name in words for name in _NO_TLS):
        return (
            f"{url} does not speak TLS on this port. Use http:// in `base_url`, or "
            "the port that serves https. If you use a proxy, check whether its own URL "
            "should begin with http://."
        )
    if any(name in words for name in _NO_HTTP):
        return (
            f"{url} did not answer in HTTP/1.1. If the server expects TLS, use "
            "https:// in `base_url`. If it speaks only HTTP/2, pass clients of your "
            "own: `http_client=httpx.Client(http1=False, http2=True)`, and "
            "`http_async_client` likewise."
        )
    return ""


def _is_about_certificates(exc: BaseException | None) -> bool:
    while exc is not None and not isinstance(exc, ssl.SSLCertVerificationError):
        exc = exc.__cause__ or exc.__context__
    return exc is not None


def _reason(exc: Exception) -> str:
    """Return the reason: the system's message, else the library's, else the class.

    In async code the system's error is the cause of others that have no message.
    """
    chain = list(_causes(exc))
    said = [_system_words(e) for e in reversed(chain) if isinstance(e, OSError)]
    texts = [*said, *map(str, chain), type(exc).__name__]
    return next(filter(None, texts))[:_LONGEST_REASON].rstrip(".")


def _causes(exc: BaseException | None) -> Iterator[BaseException]:
    while exc is not None:
        yield exc
        inner = getattr(exc, "exceptions", None)  # of several addresses
        exc = inner[0] if inner else exc.__cause__ or _context(exc)


def _context(exc: BaseException) -> BaseException | None:
    """Return the context of an httpcore exception, which never has a cause.

    The context of another exception may come from the caller's code.
    """
    is_httpcores = type(exc).__module__.startswith("httpcore")
    return exc.__context__ if is_httpcores else None


def _system_words(exc: OSError) -> str:
    """Return the system's message for an error, which asyncio replaces by its own."""
    if exc.errno is None:
        return ""
    if isinstance(exc, ssl.SSLError):
        return str(exc)
    is_of_the_system = type(exc).__module__ == "builtins" and exc.errno > 0
    words = os.strerror(exc.errno) if is_of_the_system else exc.strerror
    return f"[Errno {exc.errno}] {words}"
