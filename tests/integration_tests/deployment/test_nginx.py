"""Clients of the caller's own that speak HTTP/2 with nginx, in front of the server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import trustme

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.errors import InvalidRequestError, TimedOutError
from langchain_sse_chat.testing import Reply, ScriptedServer

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
LONG = 20.0

pytestmark = pytest.mark.skipif(
    NGINX is None and not os.environ.get("CI"), reason="nginx is not installed"
)

CONFIGURATION = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 1;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} ssl http2;
        ssl_certificate {folder}/server.pem;
        ssl_certificate_key {folder}/server.pem;
        client_max_body_size 1m;
        location / {{
            proxy_pass {server};
            proxy_http_version 1.1;
            proxy_buffering off;
        }}
    }}
}}
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def nginx(server: ScriptedServer, tmp_path: Path) -> Iterator[str]:
    """Run nginx before the server; return its address."""
    assert NGINX, "nginx is not installed, and CI is set: these tests must run there"
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    port = free_port()
    upstream = str(httpx.URL(server.base_url).copy_with(path=""))
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(
        CONFIGURATION.format(folder=tmp_path, port=port, server=upstream)
    )
    command = [NGINX, "-p", str(tmp_path), "-e", "error.log"]
    command += ["-c", str(configuration)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - our own configuration
        try:
            while process.poll() is None:
                with contextlib.suppress(OSError):
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
            assert process.poll() is None, (tmp_path / "error.log").read_text()
            yield f"https://127.0.0.1:{port}/v1"
        finally:
            process.terminate()


@pytest.fixture
def verify(nginx: str, tmp_path: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=tmp_path / "ca.pem")


def model(nginx: str, **settings: object) -> ChatSSE:
    return ChatSSE(model="m", base_url=nginx, api_key="key", max_retries=0, **settings)


def slow() -> Reply:
    return Reply.text(list("abcdefgh"), delay=0.05)


def test_leaving_a_stream_leaves_the_others(
    nginx: str, verify: ssl.SSLContext, server: ScriptedServer
) -> None:
    server.script(Reply.text(["a", "b"], stall_after=1), slow(), slow())
    with httpx.Client(http2=True, verify=verify) as client:
        chat = model(nginx, http_client=client)
        left = chat.stream("left")
        assert next(left).text == "a"
        read = chat.stream("read")
        text = next(read).text
        left.close()
        assert server.wait_for_disconnect(LONG)
        assert text + "".join(chunk.text for chunk in read) == "abcdefgh"
        assert chat.invoke("another").text == "abcdefgh"


@pytest.mark.parametrize("how", ["aclose", "cancel", "cancel twice", "gap"])
async def test_leaving_an_async_stream_leaves_the_others(
    nginx: str, verify: ssl.SSLContext, server: ScriptedServer, how: str
) -> None:
    server.script(Reply.text(["a", "b"], stall_after=1), slow(), slow())
    async with httpx.AsyncClient(http2=True, verify=verify) as client:
        chat = model(nginx, http_async_client=client)
        gap = 0.1 if how == "gap" else None
        left = model(nginx, http_async_client=client, stream_chunk_timeout=gap).astream(
            "left"
        )
        assert (await anext(left)).text == "a"
        read = chat.astream("read")
        text = (await anext(read)).text
        if how == "aclose":
            await left.aclose()
        elif how == "gap":
            with pytest.raises(TimedOutError):
                await anext(left)
        else:
            waiting = asyncio.ensure_future(anext(left))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            waiting.cancel()
            if how == "cancel twice":
                asyncio.get_running_loop().call_soon(waiting.cancel)
            with pytest.raises(asyncio.CancelledError):
                await waiting
        assert await asyncio.to_thread(server.wait_for_disconnect, LONG)
        assert text + "".join([c.text async for c in read]) == "abcdefgh"
        assert (await chat.ainvoke("another")).text == "abcdefgh"


def test_a_request_that_nginx_finds_too_large_is_sent_once(
    nginx: str, verify: ssl.SSLContext, server: ScriptedServer
) -> None:
    with httpx.Client(verify=verify) as client:
        chat = ChatSSE(model="m", base_url=nginx, api_key="key", http_client=client)
        with pytest.raises(InvalidRequestError, match="413"):
            chat.invoke("x" * 5_000_000)
        assert chat.invoke("hi").text
        assert len(server.requests) == 1


def test_a_request_over_http2_that_nginx_finds_too_large_is_sent_once(
    nginx: str, verify: ssl.SSLContext, server: ScriptedServer
) -> None:
    with httpx.Client(http2=True, verify=verify) as client:
        chat = ChatSSE(model="m", base_url=nginx, api_key="key", http_client=client)
        with pytest.raises(InvalidRequestError, match="413"):
            chat.invoke("x" * 5_000_000)
        assert chat.invoke("hi").text
        assert len(server.requests) == 1


async def test_an_async_request_over_http2_that_is_too_large_is_sent_once(
    nginx: str, verify: ssl.SSLContext, server: ScriptedServer
) -> None:
    async with httpx.AsyncClient(http2=True, verify=verify) as client:
        chat = ChatSSE(
            model="m", base_url=nginx, api_key="key", http_async_client=client
        )
        with pytest.raises(InvalidRequestError, match="413"):
            await chat.ainvoke("x" * 5_000_000)
        assert (await chat.ainvoke("hi")).text
        assert len(server.requests) == 1
