"""Run an application in one process with uvicorn, which ends gracefully."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import logging
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import uvicorn
from uvicorn.config import LOGGING_CONFIG

from langchain_sse_chat.cli.served_app import parts_that_serve

_LOG = logging.getLogger("langchain_sse_chat.serve")
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_THREADS = 500
"""Steps of sync models and functions at the same time, as many as there are answers. An
event loop has 32 at most, with one core 5."""
_LAST_SECONDS = 5
"""Time for connections after the answers have ended."""
_FORCED = 0.1
"""Seconds between two looks whether a second signal came."""
_LAST_FORCED_SECONDS = 1
"""Time for the error events of answers that a second signal has ended."""


class Server(uvicorn.Server):
    """A server that gives open answers time to end.

    On SIGTERM or SIGINT, the application begins no more answers and its open ones go
    on, for `drain_seconds` at most. A second SIGINT ends them immediately.

    Args:
        app: The application.
        log_level: The level of uvicorn and of the access log.
        drain_seconds: Time for open answers.
        started: Called when the server accepts connections.
    """

    def __init__(
        self,
        app: Any,
        *,
        log_level: str,
        drain_seconds: float,
        started: Callable[[], None] = lambda: None,
    ) -> None:
        config = uvicorn.Config(
            app,
            log_level=log_level,
            log_config=_logging(log_level),
            # The application logs each answer itself.
            access_log=False,
            server_header=False,
            ws="none",
            timeout_graceful_shutdown=_LAST_SECONDS,
        )
        super().__init__(config)
        self._parts = parts_that_serve(app)
        self._seconds = drain_seconds
        self._on_start = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept connections."""
        threads = ThreadPoolExecutor(_THREADS, "answer")
        asyncio.get_running_loop().set_default_executor(threads)
        await super().startup(sockets=sockets)
        if self.started:
            self._on_start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain the application, then close all connections."""
        if count := sum(part.open_answers for part in self._parts):
            _LOG.info(
                "Shutting down: waiting up to %g s for %d open answer%s. "
                "Ctrl-C ends the wait.",
                self._seconds,
                count,
                "" if count == 1 else "s",
            )
        drains = [asyncio.ensure_future(p.drain(self._seconds)) for p in self._parts]
        while drains and not self.force_exit:
            await asyncio.wait(drains, timeout=_FORCED)
            drains = [drain for drain in drains if not drain.done()]
        if drains:
            await self._end_now(drains)
        await super().shutdown(sockets=sockets)

    async def _end_now(self, drains: Sequence[asyncio.Future[None]]) -> None:
        """End the answers with an error, instead of the time that they have."""
        for drain in drains:
            drain.cancel()
        ends = [asyncio.ensure_future(part.drain(0)) for part in self._parts]
        await asyncio.wait(ends, timeout=_LAST_FORCED_SECONDS)
        for end in ends:
            end.cancel()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle the signals that end the server, whose exit status is then 0."""
        before = {
            number: signal.signal(number, self.handle_exit) for number in _SIGNALS
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def run(server: Server, sockets: Sequence[socket.socket]) -> int:
    """Run a server until a signal ends it; return the exit status."""
    server.run(sockets=list(sockets))
    return 0 if server.started else 1


def _logging(level: str) -> dict[str, Any]:
    """Return the configuration of uvicorn, with the access log of the application."""
    config = copy.deepcopy(LOGGING_CONFIG)
    config["loggers"]["langchain_sse_chat.serve"] = {
        "handlers": ["default"],
        "level": level.upper(),
        "propagate": False,
    }
    return config
