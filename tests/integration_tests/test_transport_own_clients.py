"""The caller's own clients, certificates, and processes that fork."""

from __future__ import annotations

import asyncio
import os
import ssl
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from langchain_sse_chat.errors import (
    ConfigurationError,
    ConnectionFailedError,
    TimedOutError,
)
from langchain_sse_chat.transport.clients import ClientSettings, HTTPClients
from tests.integration_tests.transport_wire import (
    CHUNKED,
    OUTPUTS,
    Behavior,
    Exchange,
    Run,
    Server,
    Wire,
    astream,
    chunk,
    head_without_end,
    only_keep_alives,
    run_async,
    run_sync,
    silent,
    whole,
)

PROGRAM = 100.0
"""Seconds of a program, which begins with imports. Only one that hangs needs them."""


@pytest.fixture(params=[run_sync, run_async], ids=["sync", "async"])
def run(request: pytest.FixtureRequest) -> Run:
    """Run exchanges one after the other and return the outputs of each."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def clients() -> HTTPClients:
    return HTTPClients()


def test_the_callers_client_is_used_and_left_open() -> None:
    with Server(whole) as server, httpx.Client(headers={"X-Mine": "1"}) as mine:
        clients = HTTPClients(http_client=mine)
        run_sync(clients, [Exchange(server.url)] * 2)
        assert not mine.is_closed
        assert server.connections == 1
        assert b"X-Mine: 1" in server.requests[0]


async def test_the_callers_async_client_is_used_and_left_open() -> None:
    with Server(whole) as server:
        async with httpx.AsyncClient(headers={"X-Mine": "1"}) as mine:
            clients = HTTPClients(http_async_client=mine)
            client = clients.async_client()
            outputs = [each async for each in astream(client, Exchange(server.url))]
            await clients.aclose()
            assert outputs == OUTPUTS
            assert not mine.is_closed
            assert b"X-Mine: 1" in server.requests[0]


def test_a_guarded_connection_keeps_the_timeouts_of_its_other_users() -> None:
    def stall(wire: Wire) -> None:
        wire.wait_for_close()

    with Server(whole, stall) as server, httpx.Client() as mine:
        run_sync(HTTPClients(http_client=mine), [Exchange(server.url)])
        with pytest.raises(httpx.ReadTimeout):
            mine.post(server.url, content=b"{}", timeout=0.1)
        assert server.connections == 1


def test_clocks_hold_on_a_connection_that_others_made() -> None:
    def silent_after_token(wire: Wire) -> None:
        wire.send(CHUNKED, chunk(b"a\n"))
        wire.wait_for_close()

    with Server(whole, silent_after_token) as server, httpx.Client() as mine:
        mine.post(server.url, content=b"{}")
        exchange = Exchange(server.url, first_token=None, gap=0.2)
        with pytest.raises(TimedOutError) as caught:
            run_sync(HTTPClients(http_client=mine), [exchange])
        assert caught.value.phase == "gap"
        assert server.connections == 1


def test_an_async_client_of_another_event_loop_is_refused() -> None:
    with Server(whole) as server:
        mine = httpx.AsyncClient()
        clients = HTTPClients(http_async_client=mine)

        async def one(*, close: bool) -> list[str]:
            client = clients.async_client()
            outputs = [each async for each in astream(client, Exchange(server.url))]
            if close:
                await mine.aclose()
            return outputs

        assert asyncio.run(one(close=True)) == OUTPUTS
        with pytest.raises(ConfigurationError, match="has been closed"):
            asyncio.run(one(close=False))


# TLS. The key pair was made for these tests and is trusted nowhere.

KEY_AND_CERTIFICATE = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgUqqrYkAw1LILRNq/
+OAo66cpcA+cLWQvKJDS6FqBWiahRANCAARYDp4PH1MVlBNOxCEcLaSqDuM47Rqm
lBpnnSbbThpdYXYordztWefcx9eQ5wmfNxtwvXnHjbPovawK1GNBvYRV
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUC1q9R/JWwYINOrNzyYhDn0ukliQwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMDA5Mjk0OVoYDzIxMjYxMDI3
MDkyOTQ5WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARYDp4PH1MVlBNOxCEcLaSqDuM47RqmlBpnnSbbThpdYXYordztWefc
x9eQ5wmfNxtwvXnHjbPovawK1GNBvYRVo28wbTAdBgNVHQ4EFgQUOv6JEuuoYQbj
QCYFiPOiwhRRn/kwHwYDVR0jBBgwFoAUOv6JEuuoYQbjQCYFiPOiwhRRn/kwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIgAL+2p6J+EEOxJjjzf8mJOBTYPS2JBzeCc+8M2Kg4DMICIQCI
eXzGXiTKnbQwhfu64KqyaM0rhExM8bs4DIsKxPtxlQ==
-----END CERTIFICATE-----
"""


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    path = tmp_path / "localhost.pem"
    path.write_text(KEY_AND_CERTIFICATE)
    return path


@pytest.fixture
def tls(pem: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def test_a_certificate_nobody_trusts_is_refused(
    run: Run, clients: HTTPClients, tls: ssl.SSLContext
) -> None:
    with Server(whole, tls=tls) as server:
        with pytest.raises(ConnectionFailedError, match="`verify=`") as caught:
            run(clients, [Exchange(server.url)])
        assert not caught.value.is_retryable
        assert server.requests == []


@pytest.mark.parametrize("how", ["file", "context", "off"])
def test_verify_says_whom_to_trust(
    run: Run, pem: Path, tls: ssl.SSLContext, how: str
) -> None:
    context = ssl.create_default_context(cafile=str(pem))
    verify = {"file": str(pem), "context": context, "off": False}[how]
    with Server(whole, tls=tls) as server:
        clients = HTTPClients(ClientSettings(verify=verify))  # type: ignore[arg-type]
        assert run(clients, [Exchange(server.url)] * 2) == [OUTPUTS] * 2
        assert server.connections == 1


@pytest.mark.parametrize("behavior", [silent, head_without_end, only_keep_alives])
def test_clocks_hold_under_tls(
    run: Run, pem: Path, tls: ssl.SSLContext, behavior: Behavior
) -> None:
    with Server(behavior, tls=tls) as server:
        clients = HTTPClients(ClientSettings(verify=str(pem)))
        with pytest.raises(TimedOutError) as caught:
            run(clients, [Exchange(server.url, first_token=0.3)])
        assert caught.value.phase == "first_token"
        assert server.saw_close()


def test_a_client_certificate_is_shown(
    run: Run, pem: Path, tls: ssl.SSLContext
) -> None:
    tls.verify_mode = ssl.CERT_REQUIRED
    tls.load_verify_locations(pem)
    with Server(whole, tls=tls) as server:
        clients = HTTPClients(ClientSettings(verify=str(pem), cert=str(pem)))
        assert run(clients, [Exchange(server.url)]) == [OUTPUTS]


FORKED = """\
import asyncio, os, sys
sys.path.insert(0, sys.argv[2])
from transport_wire import Exchange, HTTPClients, OUTPUTS, run_async, stream
from langchain_sse_chat.transport.clients import shared

clients = HTTPClients()
url = sys.argv[1]

def once():
    return list(stream(clients.sync_client(), Exchange(url))) == OUTPUTS

assert once() and once()
shared.lock.acquire()  # as another thread may at that moment
child = os.fork()
if child:
    shared.lock.release()
else:
    os._exit(0 if once() and run_async(clients, [Exchange(url)]) == [OUTPUTS] else 1)
_, status = os.waitpid(child, 0)
assert status == 0, status
assert once()
clients.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_forked_process_has_connections_of_its_own() -> None:
    folder = str(Path(__file__).parent)
    with Server(whole) as server:
        command = [sys.executable, "-W", "error", "-c", FORKED, server.url, folder]
        done = subprocess.run(  # noqa: S603 - our own program
            command, capture_output=True, text=True, check=False, timeout=PROGRAM
        )
        assert (done.returncode, done.stderr) == (0, "")
        # Parent, child sync, child async.
        assert server.connections == 3
