"""Record what happens on a server, for other threads to read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from langchain_sse_chat.testing.request import Outcome, Request


class Journal:
    """The connections and requests of one server."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._requests: list[Request] = []
        self._connections = 0

    @property
    def connections(self) -> int:
        """How many connections have been accepted."""
        return self._connections

    @property
    def requests(self) -> list[Request]:
        """All requests, in order of arrival."""
        return list(self._requests)

    @property
    def disconnects(self) -> int:
        """How many requests have the outcome `client closed`."""
        return sum(request.outcome == "client closed" for request in self._requests)

    def connected(self) -> int:
        """Record a new connection; return its number."""
        self._connections += 1
        return self._connections

    def received(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes,
        connection: int,
    ) -> Request:
        """Record a request; return it."""
        path, _, query = target.partition("?")
        request = Request(
            number=len(self._requests) + 1,
            connection=connection,
            method=method,
            path=path,
            query=query,
            headers=headers,
            body=body,
            time=time.monotonic(),
        )
        with self._changed:
            self._requests.append(request)
            self._changed.notify_all()
        return request

    def answered(self, request: Request, outcome: Outcome) -> None:
        """Record the end of an answer, unless it already has an outcome."""
        with self._changed:
            if request.outcome == "answering":
                request.outcome = outcome
            self._changed.notify_all()

    def wait_until(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Wait for a condition; return whether it was met within `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(condition, timeout)
