from __future__ import annotations

import math
import pickle
import socket
import ssl
from itertools import pairwise

import httpcore
import httpx
import pytest

from langchain_sse_chat.errors import (
    ConfigurationError,
    ConnectionFailedError,
    ProtocolError,
    SSEChatError,
    TimedOutError,
)
from langchain_sse_chat.transport.clock import StreamClock
from langchain_sse_chat.transport.map_exceptions import (
    READ_FAILURES,
    SEND_FAILURES,
    fail,
)
from langchain_sse_chat.transport.protocols import Timeouts

WHERE = "https://h.example/v1/chat/completions"
LIMITS = Timeouts(connect=1.5, write=2.5, pool=3.5, first_token=4.5)


def failure(exc: Exception, *, started: float = math.inf) -> SSEChatError:
    clock = StreamClock(LIMITS, started, url=WHERE)
    with pytest.raises(SSEChatError) as caught:
        fail(exc, url=WHERE, timeouts=LIMITS, clock=clock)
    return caught.value


@pytest.mark.parametrize(
    ("exc", "phase", "words"),
    [
        (httpx.ConnectTimeout("x"), "connect", "1.5 s"),
        (httpx.WriteTimeout("x"), "write", "2.5 s"),
        (httpx.PoolTimeout("x"), "pool", "3.5 s"),
        (httpx.ReadTimeout("x"), "first_token", "although no timeout of this model"),
        (TimeoutError(), "first_token", "although no timeout of this model"),
    ],
)
def test_timeouts_tell_phase_place_and_value(
    exc: Exception, phase: str, words: str
) -> None:
    error = failure(exc)
    assert isinstance(error, TimedOutError)
    assert error.phase == phase
    assert words in str(error)
    assert WHERE in str(error)
    assert error.__cause__ is exc
    assert error.is_retryable


def test_a_read_that_timed_out_with_the_clock_is_the_clocks_error() -> None:
    error = failure(httpx.ReadTimeout("x"), started=-1e9)
    assert "`first_token_timeout`" in str(error)
    assert "4.5 s" in str(error)


@pytest.mark.parametrize(
    "exc",
    [httpx.ConnectTimeout("x"), httpx.WriteTimeout("x"), httpx.PoolTimeout("x")],
)
def test_a_part_that_the_clock_cut_short_is_the_clocks_error(exc: Exception) -> None:
    error = failure(exc, started=-1e9)
    assert isinstance(error, TimedOutError)
    assert error.phase == "first_token"
    assert "4.5 s" in str(error)


def test_https_that_nobody_answers_may_be_meant_as_http() -> None:
    assert "begin `base_url` with `http://`" in str(failure(httpx.ConnectTimeout("x")))
    clock = StreamClock(LIMITS, math.inf, url="http://h.example/v1")
    with pytest.raises(TimedOutError) as caught:
        fail(
            httpx.ConnectTimeout("x"),
            url="http://h.example/v1",
            timeouts=LIMITS,
            clock=clock,
        )
    assert "begin `base_url`" not in str(caught.value)


def test_a_limit_of_the_system_is_told_as_such() -> None:
    limits = Timeouts(connect=None, first_token=None)
    clock = StreamClock(limits, 0.0, url=WHERE)
    with pytest.raises(TimedOutError, match="before the system gave up"):
        fail(httpx.ConnectTimeout("x"), url=WHERE, timeouts=limits, clock=clock)


@pytest.mark.parametrize(
    ("exc", "words"),
    [
        (httpx.ConnectError("[Errno 111] refused"), "Could not connect to"),
        pytest.param(
            httpx.ProxyError("502 Bad Gateway"),
            "The proxy for",
            id="proxy without a server",
        ),
        pytest.param(
            httpx.ProxyError("429 Too Many Requests"),
            "The proxy for",
            id="proxy with too many requests",
        ),
        pytest.param(
            httpx.ProxyError("Malformed reply"),
            "The proxy for",
            id="proxy with a malformed reply",
        ),
        (httpx.RemoteProtocolError("peer closed"), "broke: peer closed."),
        (httpx.ReadError(""), "broke: ReadError."),
        (httpx.WriteError("x"), "broke"),
        (httpx.StreamClosed(), "broke"),
        (ssl.SSLError(1, "bad record"), "bad record"),
        (ConnectionResetError(104, "reset"), "reset"),
    ],
)
def test_what_breaks_a_connection_can_be_retried(exc: Exception, words: str) -> None:
    error = failure(exc)
    assert isinstance(error, ConnectionFailedError)
    assert words in str(error)
    assert WHERE in str(error)
    assert error.is_retryable
    assert error.__cause__ is exc


def test_a_certificate_that_is_not_accepted_names_the_setting() -> None:
    inner = ssl.SSLCertVerificationError(1, "self-signed certificate")
    exc = httpx.ConnectError("self-signed certificate")
    exc.__cause__ = OSError()
    exc.__cause__.__context__ = inner
    error = failure(exc)
    assert isinstance(error, ConnectionFailedError)
    assert "`verify=`" in str(error)
    assert not error.is_retryable


@pytest.mark.parametrize("kind", [httpx.ReadError, ssl.SSLError])
def test_a_server_that_wants_a_certificate_names_the_setting(
    kind: type[Exception],
) -> None:
    words = "[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required"
    error = failure(kind(words))
    assert isinstance(error, ConnectionFailedError)
    assert "`cert`" in str(error)
    assert not error.is_retryable


@pytest.mark.parametrize(
    ("exc", "words"),
    [
        pytest.param(httpx.InvalidURL("x"), "check `base_url`", id="invalid URL"),
        pytest.param(
            httpx.UnsupportedProtocol("x"), "check `base_url`", id="unsupported scheme"
        ),
        pytest.param(
            httpx.UnsupportedProtocol("x"),
            "httpx.HTTPTransport(uds=...)",
            id="unix socket",
        ),
        pytest.param(
            httpx.TooManyRedirects("x"), "redirects in a loop", id="redirects"
        ),
        pytest.param(
            RuntimeError("the client has been closed."),
            "has been closed",
            id="closed client",
        ),
        pytest.param(
            RuntimeError("Event loop is closed"),
            "another event loop",
            id="closed event loop",
        ),
        pytest.param(
            RuntimeError("is bound to a different event loop"),
            "another event loop",
            id="another event loop",
        ),
    ],
)
def test_mistakes_of_the_caller_say_what_to_change(exc: Exception, words: str) -> None:
    error = failure(exc)
    assert isinstance(error, ConfigurationError)
    assert words in str(error)


@pytest.mark.parametrize(
    "exc",
    [
        httpx.LocalProtocolError("Illegal header value b'hidden\\n'"),
        UnicodeEncodeError("ascii", "hidden", 0, 1, "ordinal not in range"),
    ],
)
def test_a_header_value_is_neither_shown_nor_chained(exc: Exception) -> None:
    error = failure(exc)
    assert isinstance(error, ConfigurationError)
    assert "hidden" not in str(error)
    assert error.__cause__ is None
    assert error.__suppress_context__


def test_an_answer_that_cannot_be_decompressed_is_a_protocol_error() -> None:
    assert isinstance(failure(httpx.DecodingError("bad block")), ProtocolError)


def test_another_runtime_error_is_raised_again() -> None:
    exc = RuntimeError("of an event hook")
    clock = StreamClock(LIMITS, 0.0)
    with pytest.raises(RuntimeError) as caught:
        fail(exc, url=WHERE, timeouts=LIMITS, clock=clock)
    assert caught.value is exc


def test_long_reasons_are_cut() -> None:
    assert len(str(failure(httpx.RemoteProtocolError("x" * 10_000)))) < 500


def test_errors_survive_pickling() -> None:
    error = pickle.loads(pickle.dumps(failure(httpx.PoolTimeout("x"))))  # noqa: S301
    assert isinstance(error, TimedOutError)
    assert error.phase == "pool"


def test_every_error_of_httpx_is_caught() -> None:
    exceptions = [
        value
        for name in httpx.__all__
        if isinstance(value := getattr(httpx, name), type)
        and issubclass(value, Exception)
        and value is not httpx.CookieConflict
    ]
    assert len(exceptions) > 20
    for kind in exceptions:
        assert issubclass(kind, READ_FAILURES)
        assert issubclass(kind, SEND_FAILURES)


def chained(*errors: Exception) -> Exception:
    """Return the first error, with each other as the cause of the one before it."""
    for error, cause in pairwise(errors):
        error.__cause__ = cause
    return errors[0]


def in_httpcore(words: str, context: Exception) -> Exception:
    """Return an error as httpcore raises it, which leaves its cause to the context."""
    error = httpcore.ConnectError(words)
    error.__context__ = context
    return error


REFUSED = ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 9)")
ALL_FAILED = "All connection attempts failed"


@pytest.mark.parametrize(
    ("exc", "reason"),
    [
        pytest.param(
            chained(
                httpx.ConnectError(ALL_FAILED),
                in_httpcore(ALL_FAILED, chained(OSError(ALL_FAILED), REFUSED)),
            ),
            "[Errno 111] Connection refused.",
            id="a refused connection under anyio",
        ),
        pytest.param(
            chained(
                httpx.ConnectError(ALL_FAILED),
                chained(OSError(ALL_FAILED), ExceptionGroup("two", [REFUSED, REFUSED])),
            ),
            "[Errno 111] Connection refused.",
            id="a name with several addresses",
        ),
        pytest.param(
            chained(
                httpx.ReadError(""),
                httpcore.ReadError(""),
                EOFError(),
                ConnectionResetError(104, "Connection reset by peer"),
            ),
            "[Errno 104] Connection reset by peer.",
            id="a reset below errors without text",
        ),
        pytest.param(
            chained(
                httpx.ConnectError("[Errno -2] x"),
                socket.gaierror(-2, "Name or service not known"),
            ),
            "[Errno -2] Name or service not known.",
            id="a name that is not known",
        ),
        pytest.param(
            chained(httpx.ReadError(""), ssl.SSLError(1, "[SSL: BAD] bad record")),
            "[SSL: BAD] bad record.",
            id="an error of TLS",
        ),
        pytest.param(httpx.ReadError(""), "ReadError.", id="nothing but the class"),
    ],
)
def test_a_failure_names_what_the_system_said(exc: Exception, reason: str) -> None:
    assert reason in str(failure(exc))


def test_an_error_that_the_caller_is_handling_is_no_reason() -> None:
    exc = httpx.ReadError("")
    exc.__context__ = FileNotFoundError(2, "config.yaml")

    assert "ReadError." in str(failure(exc))


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number", "http:// in `base_url`"),
        ("[SSL: RECORD_LAYER_FAILURE] record layer failure", "http:// in `base_url`"),
        ("[SSL: PACKET_LENGTH_TOO_LONG] too long", "http:// in `base_url`"),
        ("illegal request line", "https:// in `base_url`"),
        ("illegal status line: bytearray(b'x')", "only HTTP/2"),
    ],
)
def test_a_wrong_scheme_says_which_one_to_use(words: str, advice: str) -> None:
    error = failure(httpx.ConnectError(words))

    assert isinstance(error, ConnectionFailedError)
    assert advice in str(error)
    assert not error.is_retryable


@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "403 No"])
def test_a_proxy_that_refuses_is_not_asked_again(status: str) -> None:
    error = failure(httpx.ProxyError(status))
    assert isinstance(error, ConnectionFailedError)
    assert status in str(error)
    assert not error.is_retryable
