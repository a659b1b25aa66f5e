"""nginx with its default settings, which buffer, in front of the server."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from langchain_sse_chat import ChatSSE
from tests.integration_tests.serve.servers import (
    RawClient,
    Running,
    ask,
    free_port,
    running,
)

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

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
    gzip on;
    gzip_types *;
    server {{
        listen 127.0.0.1:{port};
        client_max_body_size 32m;
        client_body_buffer_size 16m;
        location / {{ proxy_pass {server}; }}
    }}
}}
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running("uvicorn-httptools") as found:
        yield found


@pytest.fixture(scope="module")
def nginx(server: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Run nginx before the server; return its port."""
    folder = tmp_path_factory.mktemp("nginx")
    port = free_port()
    configuration = Path(folder / "nginx.conf")
    configuration.write_text(
        CONFIGURATION.format(folder=folder, port=port, server=server.url)
    )
    assert NGINX, "nginx is not installed, and CI is set: these tests must run there"
    command = [NGINX, "-p", str(folder), "-e", "error.log"]
    command += ["-c", str(configuration)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:  # noqa: S603  our own configuration
        try:
            while process.poll() is None:
                with contextlib.suppress(OSError):
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
            assert process.poll() is None, (folder / "error.log").read_text()
            yield port
        finally:
            process.terminate()


def test_a_token_arrives_while_the_model_is_silent(nginx: int, server: Running) -> None:
    with RawClient(nginx) as client:
        client.ask("begins")
        client.read_until(b"Well")
        assert server.state()["open"] == 1
    server.wait_until(open=0)


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
def test_leaving_in_silence_stops_the_model(
    nginx: int, server: Running, stream: bool
) -> None:
    with RawClient(nginx) as client:
        client.ask("silent", stream=stream)
        server.wait_for_open()
    server.wait_until(open=0)


def test_an_answer_is_the_same(nginx: int) -> None:
    model = ChatSSE(model="words", base_url=f"http://127.0.0.1:{nginx}/v1")
    text = " ".join(map(str, range(500)))
    assert "".join(chunk.text for chunk in model.stream(text)) == f"{text} "
    assert model.invoke("a b").text == "a b "


def test_a_browser_that_accepts_compression_is_not_made_to_wait(
    nginx: int, server: Running
) -> None:
    url = f"http://127.0.0.1:{nginx}/events?message=a&model=begins"
    headers = {"accept-encoding": "gzip"}
    with httpx.stream("GET", url, headers=headers, timeout=60) as reply:
        assert reply.headers["content-type"].startswith("text/event-stream")
        lines = reply.iter_lines()
        assert "data: Well" in lines
    server.wait_until(open=0)


def test_failures_keep_their_status(nginx: int, server: Running) -> None:
    front = Running(nginx, server.process)
    assert ask(front, "none").status_code == httpx.codes.NOT_FOUND
    large = ask(front, "words", "x" * 10 * 2**20)
    assert large.json()["error"]["code"] == "request_too_large"
