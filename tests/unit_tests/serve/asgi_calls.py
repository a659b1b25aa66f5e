"""A client that speaks ASGI with an application, without a server or a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

Application = Callable[[Any, Any, Any], Awaitable[None]]
MESSAGES = [{"role": "user", "content": "Hello"}]


@dataclass
class Reply:
    """The response of an application."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    pieces: list[bytes] = field(default_factory=list)
    is_complete: bool = False

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        found: dict[str, Any] = self.json()["error"]
        return found

    def events(self) -> list[Any]:
        """Return the data of the events, as JSON except the last word."""
        found = [
            line.removeprefix("data: ")
            for line in self.text.splitlines()
            if line.startswith("data: ")
        ]
        return [data if data == "[DONE]" else json.loads(data) for data in found]

    def contents(self) -> str:
        """Return the text of a stream of chunks."""
        return "".join(
            event["choices"][0]["delta"].get("content") or ""
            for event in self.events()
            if event != "[DONE]" and event.get("choices")
        )


class Client:
    """One request. The client reads all that comes, until it is told not to."""

    def __init__(
        self,
        application: Application,
        method: str,
        path: str,
        *,
        body: bytes | Iterable[bytes] = b"",
        headers: dict[str, str] | None = None,
        query: str = "",
        server: tuple[str, int | None] | None = ("10.0.0.1", 80),
        root_path: str = "",
    ) -> None:
        sent = {"host": "test", **(headers or {})}
        self.scope: MutableMapping[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": root_path,
            "query_string": query.encode(),
            "headers": [(k.lower().encode(), v.encode()) for k, v in sent.items()],
            "server": server,
            "client": ("10.0.0.2", 5),
            "state": {},
        }
        self.reply = Reply()
        self._application = application
        pieces = [body] if isinstance(body, bytes) else list(body)
        self._body = [
            {"type": "http.request", "body": piece, "more_body": i < len(pieces)}
            for i, piece in enumerate(pieces, 1)
        ]
        self._left = asyncio.Event()
        self._reads = asyncio.Event()
        self._reads.set()
        self._news = asyncio.Event()

    def start(self) -> asyncio.Task[None]:
        """Send the request, and read in the background."""
        self.task = asyncio.ensure_future(
            self._application(self.scope, self.receive, self.send)
        )
        return self.task

    async def whole(self) -> Reply:
        """Send the request, and return all that comes."""
        await self.start()
        return self.reply

    def leave(self) -> None:
        self._left.set()

    def stop_reading(self) -> None:
        self._reads.clear()

    def read_on(self) -> None:
        self._reads.set()

    async def until(self, text: str) -> None:
        """Wait until the application has sent a text."""
        while text not in self.reply.text:
            self._news.clear()
            await self._news.wait()

    async def receive(self) -> dict[str, Any]:
        if self._body:
            return self._body.pop(0)
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        await self._reads.wait()
        reply = self.reply
        if message["type"] == "http.response.start":
            assert not reply.status
            reply.status = message["status"]
            for name, value in message["headers"]:
                assert name == name.lower()
                assert b"\n" not in value
                assert b"\r" not in value
                reply.headers[name.decode()] = value.decode("latin-1")
        else:
            assert reply.status
            assert not reply.is_complete
            reply.pieces.append(message.get("body", b""))
            reply.is_complete = not message.get("more_body", False)
        self._news.set()


def chat(
    application: Application,
    model: str | None = None,
    *,
    stream: bool = True,
    headers: dict[str, str] | None = None,
    path: str = "/v1/chat/completions",
    **fields: Any,
) -> Client:
    """Return a client that asks for a chat completion."""
    sent = {"messages": MESSAGES, "stream": stream, "model": model, **fields}
    head = {"content-type": "application/json", **(headers or {})}
    body = json.dumps(sent).encode()
    return Client(application, "POST", path, body=body, headers=head)


async def get(
    application: Application, path: str, query: str = "", **options: Any
) -> Reply:
    """Return the response to a GET."""
    return await Client(application, "GET", path, query=query, **options).whole()
