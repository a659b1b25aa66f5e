"""Exchanges and bodies that are scripted, and the two ways to run them."""

from __future__ import annotations

import asyncio
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Generator,
    Iterable,
    Iterator,
)
from dataclasses import dataclass, field, replace
from itertools import chain, repeat
from typing import Any

import httpx

from langchain_sse_chat.errors import SSEChatError, StatusError, StreamTruncatedError
from langchain_sse_chat.transport import async_client, sync_client
from langchain_sse_chat.transport.clients import HTTPClients
from langchain_sse_chat.transport.protocols import (
    NextAttempt,
    RequestSpec,
    ResponseHead,
    Timeouts,
)

CLIENTS = HTTPClients()
URL = "https://chat.example.com/v1/chat/completions"


class LineReceiver:
    """Gives each line as output; `done` completes, `whole` ends, `!` fails.

    `:` is a keep-alive.
    """

    def __init__(self) -> None:
        self.heads: list[ResponseHead] = []
        self.refusals: list[tuple[ResponseHead, bytes]] = []
        self.wants_more = True
        self.is_complete = False
        self.progress = 0
        self._rest = b""

    def open(self, head: ResponseHead) -> None:
        self.heads.append(head)

    def feed(self, data: bytes) -> list[str]:
        *lines, self._rest = (self._rest + data).split(b"\n")
        outputs = []
        for line in lines:
            if line.startswith(b"!"):
                msg = line[1:].decode()
                raise StreamTruncatedError(msg)
            if line == b"bug":
                msg = "a bug of the receiver"
                raise ZeroDivisionError(msg)
            if line == b"done":
                self.wants_more = False
                self.is_complete = True
            elif line == b"whole":
                self.is_complete = True
            elif not line.startswith(b":"):
                self.progress += 1
                outputs.append(line.decode())
        return outputs

    def close(self) -> Iterator[str]:
        if self._rest == b"rest":
            yield "rest"
        if not self.is_complete:
            msg = "truncated"
            raise StreamTruncatedError(msg)
        yield "end"

    def error_response(self, head: ResponseHead, body: bytes) -> SSEChatError:
        self.refusals.append((head, body))
        return StatusError(f"status {head.status_code}", is_retryable=True)


@dataclass
class ScriptedExchange:
    """Retries a given number of times, immediately."""

    retries: int = 0
    pause: float = 0.0
    is_told: bool = True
    spec: RequestSpec = field(
        default_factory=lambda: RequestSpec(URL, {}, b"{}", CLIENTS)
    )
    receivers: list[LineReceiver] = field(default_factory=list)
    errors: list[SSEChatError] = field(default_factory=list)

    def begin(self) -> tuple[RequestSpec, LineReceiver]:
        self.receivers.append(LineReceiver())
        return self.spec, self.receivers[-1]

    def finished(self) -> bool:
        return True

    def close(self) -> None:
        pass

    def failed(self, error: SSEChatError) -> NextAttempt | None:
        self.errors.append(error)
        retry = {"attempt": len(self.errors)} if self.is_told else None
        again = NextAttempt(self.pause, retry)
        return again if len(self.errors) <= self.retries else None


class SentBy:
    """An exchange whose requests are sent by clients of the test's own."""

    def __init__(self, exchange: Any, clients: HTTPClients) -> None:
        self._clients = clients
        self._exchange = exchange
        self.finished = exchange.finished
        self.failed = exchange.failed
        self.close = exchange.close

    def begin(self) -> Any:
        begun = self._exchange.begin()
        if isinstance(begun, float):
            return begun
        spec, receiver = begun
        return replace(spec, clients=self._clients), receiver


def stream(client: httpx.Client, exchange: Any, tell: Any = None) -> Generator[str]:
    """Run an exchange over a client of the test's own."""
    clients = HTTPClients(http_client=client)
    return sync_client.stream(SentBy(exchange, clients), tell)


def astream(
    client: httpx.AsyncClient, exchange: Any, tell: Any = None
) -> AsyncGenerator[str]:
    """Run an exchange over an async client of the test's own."""
    clients = HTTPClients(http_async_client=client)
    return async_client.astream(SentBy(exchange, clients), tell)


class Script(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in given parts; a part that is an exception is raised."""

    def __init__(self, parts: Iterable[bytes | Exception]) -> None:
        self.parts = parts
        self.given = 0
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        for part in self.parts:
            self.given += 1
            if isinstance(part, Exception):
                raise part
            yield part

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self:
            yield part

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True


class Reply(httpx.Response):
    """An answer with a scripted body."""

    def __init__(
        self, *parts: bytes | Exception, status: int = 200, **headers: str
    ) -> None:
        self.script = Script(parts)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        super().__init__(status, headers=named, stream=self.script)


def endless(*parts: bytes) -> Reply:
    """Return an answer that gives the last part for ever."""
    reply = Reply()
    reply.script.parts = chain(parts, repeat(parts[-1]))
    return reply


def spec(**timeouts: Any) -> RequestSpec:
    return RequestSpec(URL, {}, b"{}", CLIENTS, timeouts=Timeouts(**timeouts))


Handler = Callable[[httpx.Request], httpx.Response]
Drive = Callable[..., list[str]]


def drive_sync(
    handler: Handler,
    exchange: ScriptedExchange,
    *,
    take: int | None = None,
    told: list[Any] | None = None,
) -> list[str]:
    with httpx.Client(transport=httpx.MockTransport(handler)) as client:
        outputs = stream(client, exchange, None if told is None else told.append)
        if take is None:
            return list(outputs)
        taken = [next(outputs) for _ in range(take)]
        outputs.close()
        return taken


def drive_async(
    handler: Handler,
    exchange: ScriptedExchange,
    *,
    take: int | None = None,
    told: list[Any] | None = None,
) -> list[str]:
    async def tell(retry: Any) -> None:
        if told is not None:
            told.append(retry)

    async def run() -> list[str]:
        transport = httpx.MockTransport(handler)
        async with httpx.AsyncClient(transport=transport) as client:
            outputs = astream(client, exchange, None if told is None else tell)
            if take is None:
                return [output async for output in outputs]
            taken = [await anext(outputs) for _ in range(take)]
            await outputs.aclose()
            return taken

    return asyncio.run(run())


def answers(*responses: httpx.Response | Exception) -> Handler:
    """Return a handler that gives these one after the other."""
    left = list(responses)

    def handler(request: httpx.Request) -> httpx.Response:
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return handler
