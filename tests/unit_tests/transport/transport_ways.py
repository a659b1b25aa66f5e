"""One way to run an exchange for each of the three transports."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from langchain_sse_chat.transport.clients import ClientSettings, HTTPClients
from tests.integration_tests.transport_wire import LONG, Exchange, astream, stream


class Way:
    """Runs exchanges in threads (`sync`), or as tasks of one loop in a thread."""

    def __init__(self, name: str) -> None:
        self.kind: Any = "httpx" if name == "sync" else name
        self.is_async = name != "sync"
        self.set_clients()
        self._threads = ThreadPoolExecutor(8)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def set_clients(self, **settings: Any) -> None:
        settings = {"async_transport": self.kind, **settings}
        self.clients = HTTPClients(ClientSettings(**settings))

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(LONG)

    def begin(
        self, exchange: Exchange, seen: threading.Event | None = None
    ) -> Future[Any]:
        """Start an exchange; `seen` is set at its first output."""

        async def read() -> list[str]:
            outputs = []
            async for each in astream(self.clients.async_client(), exchange):
                outputs.append(each)
                if seen is not None:
                    seen.set()
            return outputs

        def read_sync() -> list[str]:
            outputs = []
            for each in stream(self.clients.sync_client(), exchange):
                outputs.append(each)
                if seen is not None:
                    seen.set()
            return outputs

        if self.is_async:
            return asyncio.run_coroutine_threadsafe(read(), self._loop)
        return self._threads.submit(read_sync)

    def outputs(self, exchange: Exchange) -> list[str]:
        return self.begin(exchange).result(LONG)  # type: ignore[no-any-return]

    def close_model(self) -> None:
        """Close the clients as `close` and `aclose` of a model do."""
        if self.is_async:
            self.run(self.clients.aclose())
        else:
            self.clients.close()

    def end(self) -> None:
        self.run(self.clients.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LONG)
        self._loop.close()
        self._threads.shutdown()
