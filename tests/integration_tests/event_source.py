"""A client that behaves as a browser's `EventSource` does.

It follows https://html.spec.whatwg.org/multipage/server-sent-events.html, section by
section, but does not wait before it connects again.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

MOST_CONNECTIONS = 5
"""A browser would continue forever."""


@dataclass(frozen=True)
class Message:
    """An event as a page gets it."""

    type: str
    data: str = ""
    last_event_id: str = ""


class EventSource:
    """Reads a URL, and connects again whenever the connection ends."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.ready_state = "connecting"
        self.statuses: list[int | None] = []
        """Of each connection; `None` for one that could not be made."""
        self._listeners: defaultdict[str, list[Callable[[Message], None]]]
        self._listeners = defaultdict(list)
        self._last_event_id = ""
        self._writer: asyncio.StreamWriter | None = None

    def add_event_listener(
        self, name: str, listener: Callable[[Message], None]
    ) -> None:
        """Call `listener` with each event of the name; `error` is the client's own."""
        self._listeners[name].append(listener)

    def close(self) -> None:
        """Close the connection, and make no other."""
        self.ready_state = "closed"
        self.break_connection()

    def break_connection(self) -> None:
        """Lose the connection, as a phone does between two networks."""
        if self._writer is not None:
            self._writer.close()

    async def run(self) -> None:
        """Read until somebody closes it, or a response says not to come again."""
        while self.ready_state != "closed":
            assert len(self.statuses) < MOST_CONNECTIONS, "it asks again and again"
            self.statuses.append(None)
            try:
                await self._connect()
            except OSError:
                pass
            finally:
                self.break_connection()
            # "Reestablish the connection"; after "fail the connection" the state is
            # "closed" by now.
            if self.ready_state != "closed":
                self.ready_state = "connecting"
                self._dispatch(Message("error"))

    async def _connect(self) -> None:
        parts = urlsplit(self._url)
        reader, self._writer = await asyncio.open_connection(parts.hostname, parts.port)
        head = (
            f"GET {parts.path}?{parts.query} HTTP/1.1\r\n"
            f"Host: {parts.netloc}\r\n"
            "Accept: text/event-stream\r\n"
            "Cache-Control: no-store\r\n"
            "Sec-Fetch-Site: same-origin\r\n"
        )
        if self._last_event_id:
            head += f"Last-Event-ID: {self._last_event_id}\r\n"
        self._writer.write(f"{head}\r\n".encode())
        status, *lines = [line async for line in _head(reader)]
        self.statuses[-1] = int(status.split()[1])
        headers = dict(line.lower().split(": ", 1) for line in lines)
        is_stream = headers.get("content-type", "").startswith("text/event-stream")
        if self.statuses[-1] != 200 or not is_stream:
            self.ready_state = "closed"
            self._dispatch(Message("error"))
            return
        self.ready_state = "open"
        self._dispatch(Message("open"))
        await self._read(reader)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        name, data, last_id = "", "", self._last_event_id
        async for line in _lines(reader):
            if self.ready_state == "closed":
                return
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if not line:
                self._last_event_id = last_id
                if data:
                    message = Message(name or "message", data[:-1], last_id)
                    self._dispatch(message)
                name, data = "", ""
            elif field == "event":
                name = value
            elif field == "data":
                data += f"{value}\n"
            elif field == "id" and "\0" not in value:
                last_id = value

    def _dispatch(self, message: Message) -> None:
        for listener in self._listeners[message.type]:
            listener(message)


async def _head(reader: asyncio.StreamReader) -> AsyncIterator[str]:
    async for line in reader:
        if not line.strip():
            return
        yield line.decode().strip()


async def _lines(reader: asyncio.StreamReader) -> AsyncIterator[str]:
    """Give the lines that have an end; what follows the last one is dropped."""
    async for line in reader:
        if line.endswith(b"\n"):
            yield line.decode().removesuffix("\n").removesuffix("\r")
