"""Run a scripted server for tests."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Self

from langchain_sse_chat.testing.connection import Connection
from langchain_sse_chat.testing.journal import Journal
from langchain_sse_chat.testing.replies import Scripted
from langchain_sse_chat.testing.request import Request
from langchain_sse_chat.testing.routing import Router, checked

_HOST = "127.0.0.1"
_BACKLOG = 1024  # connections waiting to be accepted


class ScriptedServer:
    """A chat-completions server on the loopback interface, for tests and demos.

    It runs in a thread of its own during its `with` block, so that both sync and
    async clients can use it. It speaks HTTP/1.1 with persistent connections.
    Each request to `/v1/chat/completions` uses up one reply of the script; a request
    after the last one gets `default`, or else an answer of the echo model, which needs
    no script at all. Requests to `/v1/embeddings` get vectors that depend on their
    texts alone.

    Args:
        script: The replies, in their order.
        default: The reply after the script is used up; `None` for the echo model.
        routes: Replies for other paths, such as a token endpoint. They answer every
            request to their path, with any method, and are never used up. A path that
            ends in `/` is for all paths below it.
        api_key: The key that a client must send as a bearer token to avoid status 401;
            `None` to accept any. Routes do not ask for it.
        port: The port; 0 for a free one.
    """

    def __init__(
        self,
        script: Iterable[Scripted] = (),
        *,
        default: Scripted | None = None,
        routes: Mapping[str, Scripted] | None = None,
        api_key: str | None = None,
        port: int = 0,
    ) -> None:
        self._router = Router(
            script,
            default=default,
            routes=routes or {},
            api_key=api_key,
        )
        self._journal = Journal()
        self._port = port
        self._address: tuple[str, int] | None = None

    def __enter__(self) -> Self:
        self._listener = socket.create_server((_HOST, self._port), backlog=_BACKLOG)
        self._address = self._listener.getsockname()
        self._stopped = asyncio.Event()
        self._loop = asyncio.SelectorEventLoop()
        self._thread = threading.Thread(
            target=self._run, name=type(self).__name__, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()

    @property
    def url(self) -> str:
        """The address without a path: `http://127.0.0.1:<port>`.

        Raises:
            RuntimeError: The `with` block has not been entered.
        """
        if self._address is None:
            msg = "the server has no address before its `with` block"
            raise RuntimeError(msg)
        host, port = self._address
        return f"http://{host}:{port}"

    @property
    def base_url(self) -> str:
        """The address for `ChatSSE(base_url=…)`; it ends in `/v1`.

        Raises:
            RuntimeError: The `with` block has not been entered.
        """
        return f"{self.url}/v1"

    @property
    def requests(self) -> list[Request]:
        """All requests so far, in order of arrival."""
        return self._journal.requests

    @property
    def connections(self) -> int:
        """Number of TCP connections accepted so far."""
        return self._journal.connections

    @property
    def disconnects(self) -> int:
        """Number of requests that the client left before the answer's end."""
        return self._journal.disconnects

    def script(self, *replies: Scripted) -> None:
        """Append replies to the script.

        Raises:
            TypeError: One is neither a reply nor a function.
        """
        self._router.script.extend(checked(replies))

    def wait_for_requests(self, count: int = 1, timeout: float = 30.0) -> bool:
        """Wait until `count` requests have arrived since the start.

        Returns:
            Whether they arrived within `timeout` seconds. In async code, call it with
            `asyncio.to_thread`.
        """
        journal = self._journal
        return journal.wait_until(lambda: len(journal.requests) >= count, timeout)

    def wait_for_disconnect(self, timeout: float = 30.0, count: int = 1) -> bool:
        """Wait until clients have closed `count` connections during an answer.

        Returns:
            Whether they did within `timeout` seconds. In async code, call it with
            `asyncio.to_thread`.
        """
        journal = self._journal
        return journal.wait_until(lambda: journal.disconnects >= count, timeout)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        server = await self._loop.create_server(
            lambda: Connection(self._journal, self._router.answer),
            sock=self._listener,
            backlog=_BACKLOG,
        )
        await self._stopped.wait()
        server.close()
        serving = asyncio.all_tasks() - {asyncio.current_task()}
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        await asyncio.sleep(0)  # lets the closed transports release their sockets
