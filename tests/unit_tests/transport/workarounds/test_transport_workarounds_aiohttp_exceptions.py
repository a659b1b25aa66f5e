"""Exceptions of aiohttp become those of httpx."""

from __future__ import annotations

import ssl

import httpx
import pytest

from tests.unit_tests.transport import aiohttp_stand_in as stand_in
from tests.unit_tests.transport.aiohttp_requests import (
    answered,
    read,
)
from tests.unit_tests.transport.aiohttp_stand_in import Answer, Connection, Wire


def mapped(by: Exception, cause: Exception) -> Exception:
    """Return an exception as httpx-aiohttp raises it for another."""
    by.__cause__ = cause
    return by


TRUST = ssl.SSLCertVerificationError("self-signed")


@pytest.mark.parametrize(
    ("raised", "error", "words"),
    [
        pytest.param(
            mapped(
                httpx.ConnectError("c"),
                stand_in.ClientConnectorError(OSError("no route")),
            ),
            httpx.ConnectError,
            "no route",
            id="no route",
        ),
        pytest.param(
            stand_in.ClientConnectorCertificateError(TRUST),
            httpx.ConnectError,
            "self-signed",
            id="certificate",
        ),
        pytest.param(
            mapped(
                httpx.ConnectTimeout("t"),
                stand_in.ServerDisconnectedError("Server disconnected"),
            ),
            httpx.RemoteProtocolError,
            "Server disconnected without sending a response",
            id="disconnected",
        ),
        pytest.param(
            mapped(httpx.ConnectTimeout("t"), stand_in.ClientOSError(104, "reset")),
            httpx.ReadError,
            "reset",
            id="reset",
        ),
        pytest.param(
            stand_in.ClientResponseError("400, url=hidden"),
            httpx.RemoteProtocolError,
            "not HTTP",
            id="not HTTP",
        ),
        pytest.param(
            stand_in.ClientResponseError("Bad status line: hidden"),
            httpx.RemoteProtocolError,
            "illegal status line",
            id="status line",
        ),
        pytest.param(
            stand_in.ClientPayloadError("hidden"),
            httpx.RemoteProtocolError,
            "incomplete",
            id="incomplete body",
        ),
        pytest.param(
            stand_in.InvalidURL("hidden"),
            httpx.UnsupportedProtocol,
            "not HTTP",
            id="invalid URL",
        ),
        pytest.param(
            stand_in.NonHttpUrlClientError("u"),
            httpx.UnsupportedProtocol,
            "u",
            id="not a URL of HTTP",
        ),
        pytest.param(
            ValueError("hidden"),
            httpx.LocalProtocolError,
            "not HTTP",
            id="foreign error",
        ),
        pytest.param(
            httpx.ReadError("by itself"),
            httpx.ReadError,
            "by itself",
            id="error of httpx",
        ),
    ],
)
async def test_failures_are_those_of_httpx_and_hold_no_secret(
    monkeypatch: pytest.MonkeyPatch,
    raised: Exception,
    error: type[Exception],
    words: str,
) -> None:
    async def script(wire: Wire) -> Answer:
        raise raised

    with pytest.raises(httpx.TransportError, match=words) as caught:
        await answered(monkeypatch, script)
    assert type(caught.value) is error
    cause: BaseException | None = caught.value
    while cause is not None:
        assert "hidden" not in repr(cause)
        assert not isinstance(cause, stand_in.ClientError)
        cause = cause.__cause__ or cause.__context__


async def test_a_refused_certificate_is_the_cause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def script(wire: Wire) -> Answer:
        raise stand_in.ClientConnectorError(TRUST)

    with pytest.raises(httpx.ConnectError) as caught:
        await answered(monkeypatch, script)
    assert caught.value.__cause__ is TRUST


async def test_what_came_before_a_connection_was_lost_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cut = stand_in.ClientPayloadError("hidden")
    answer = Answer(b"a", cut, left=[b"b", b"c"], connection=Connection())
    parts, error = await read(monkeypatch, answer)
    assert parts == [b"a", b"b", b"c"]
    assert type(error) is httpx.RemoteProtocolError
    assert "hidden" not in str(error)


async def test_a_body_ends_with_what_its_connection_was_lost_by(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lost = Connection(stand_in.ClientOSError(104, "reset by peer"))
    cut = stand_in.ClientPayloadError("incomplete")
    _, error = await read(monkeypatch, Answer(cut, connection=lost))
    assert type(error) is httpx.ReadError
    assert "reset by peer" in str(error)


async def test_a_body_without_a_length_ends_with_what_its_connection_was_lost_by(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lost = Connection(stand_in.ClientOSError(104, "reset by peer"))
    parts, error = await read(monkeypatch, Answer(b"a", left=[b"b"], connection=lost))
    assert parts == [b"a", b"b"]
    assert type(error) is httpx.ReadError
    assert "reset by peer" in str(error)


@pytest.mark.parametrize(
    "lost", [None, stand_in.ServerDisconnectedError("hidden")], ids=["open", "closed"]
)
async def test_a_body_without_a_length_may_end_with_its_connection(
    monkeypatch: pytest.MonkeyPatch, lost: Exception | None
) -> None:
    answer = Answer(b"a", connection=Connection(lost))
    assert await read(monkeypatch, answer) == ([b"a"], None)


async def test_a_body_that_is_whole_is_not_lost_with_its_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lost = Connection(stand_in.ClientOSError(104, "reset by peer"))
    answer = Answer(b"a", connection=lost, length=1)
    assert await read(monkeypatch, answer) == ([b"a"], None)


async def test_a_body_without_a_connection_tells_its_own_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, error = await read(monkeypatch, Answer(stand_in.ClientPayloadError("cut")))
    assert type(error) is httpx.RemoteProtocolError
