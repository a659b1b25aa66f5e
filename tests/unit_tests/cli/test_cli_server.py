from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import uvicorn

from langchain_sse_chat.cli.listen import listening
from langchain_sse_chat.cli.server import Server, run
from langchain_sse_chat.serve.asgi.create_app import create_app

pytestmark = pytest.mark.enable_socket


class Gate:
    """A function to serve, which waits after its first text."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()

    async def __call__(self, messages: Any, request: Any) -> AsyncIterator[str]:
        yield "hel"
        await self.opened.wait()
        yield "lo"


def server_of(app: Any, seconds: float = 30, **options: Any) -> Server:
    return Server(app, log_level="critical", drain_seconds=seconds, **options)


@contextlib.asynccontextmanager
async def asked(
    server: Server,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.Task[None]]]:
    """Run a server and ask it; yield the answer after its first text."""
    with listening("127.0.0.1", 0, None) as sock:
        port = sock.getsockname()[1]
        task = asyncio.create_task(server.serve(sockets=[sock]))
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /events?message=hi HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        await reader.readuntil(b"data: hel\n\n")
        try:
            yield reader, task
        finally:
            writer.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_an_open_answer_is_completed_before_the_end(number: int) -> None:
    gate = Gate()
    server = server_of(create_app(gate))
    async with asked(server) as (reader, task):
        server.handle_exit(number, None)
        gate.opened.set()
        rest = await reader.readuntil(b"event: end\ndata: hello\n\n")
        await task
    assert b"event: failure" not in rest


async def test_an_answer_that_takes_longer_ends_with_an_error(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = server_of(create_app(Gate()), seconds=0.01)
    log = logging.getLogger("langchain_sse_chat.serve")
    monkeypatch.setattr(log, "propagate", True)
    caplog.set_level(logging.INFO, log.name)
    async with asked(server) as (reader, task):
        server.handle_exit(signal.SIGTERM, None)
        rest = await reader.readuntil(b"server_shutting_down")
        await task
    assert b"event: failure" in rest
    assert caplog.messages[0] == (
        "Shutting down: waiting up to 0.01 s for 1 open answer. Ctrl-C ends the wait."
    )


async def test_a_second_signal_ends_answers_with_an_error() -> None:
    server = server_of(create_app(Gate()))
    async with asked(server) as (reader, task):
        server.handle_exit(signal.SIGINT, None)
        server.handle_exit(signal.SIGINT, None)
        rest = await reader.readuntil(b"server_shutting_down")
        await task
    assert b"event: failure" in rest
    assert server.force_exit


async def test_many_plain_functions_run_at_the_same_time() -> None:
    # More than the 32 threads that an event loop has at most.
    everybody = threading.Barrier(40)

    def wait(messages: Any, request: Any) -> str:
        everybody.wait(timeout=30)
        return "hello"

    async def ask(port: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /events?message=hi HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
        answer = await reader.read()
        writer.close()
        return answer

    server = server_of(create_app(wait))
    with listening("127.0.0.1", 0, None) as sock:
        port = sock.getsockname()[1]
        task = asyncio.create_task(server.serve(sockets=[sock]))
        answers = await asyncio.gather(*(ask(port) for _ in range(40)))
        server.should_exit = True
        await task
    assert all(b"event: end\ndata: hello" in answer for answer in answers)


async def test_an_application_of_another_kind_is_closed() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()

    server = server_of(app)
    server.should_exit = True
    with listening("127.0.0.1", 0, None) as sock:
        await server.serve(sockets=[sock])
    assert server.started


def ended_by(number: int) -> Callable[[], None]:
    return lambda: signal.raise_signal(number)


def test_a_signal_ends_it_with_status_0_and_its_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    server = server_of(create_app(Gate()), started=ended_by(signal.SIGTERM))
    with listening("127.0.0.1", 0, None) as sock:
        assert run(server, [sock]) == 0
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_server_that_does_not_start_has_another_status(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def startup(self: Any, sockets: Any = None) -> None:
        self.should_exit = True

    monkeypatch.setattr(uvicorn.Server, "startup", startup)
    told: list[bool] = []
    server = server_of(create_app(Gate()), started=lambda: told.append(True))
    assert run(server, []) == 1
    assert told == []
