"""Scripted answers for a chat model, without a socket."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import httpx

Answer = httpx.Response | Callable[[httpx.Request], httpx.Response]


def chunk(delta: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """Return a chunk of a stream."""
    choice = {"index": 0, "delta": delta or {}, "finish_reason": None}
    choice["finish_reason"] = fields.pop("finish_reason", None)
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "served-model",
        "choices": [choice],
        **fields,
    }


def sse(*chunks: dict[str, Any], done: bool = True) -> bytes:
    """Return chunks as an event stream."""
    lines = [json.dumps(c, ensure_ascii=False) for c in chunks]
    return "".join(
        f"data: {line}\n\n" for line in [*lines, *(["[DONE]"] * done)]
    ).encode()


def text_stream(*tokens: str, usage: dict[str, int] | None = None) -> bytes:
    """Return the stream of an answer in tokens."""
    chunks = [chunk({"role": "assistant", "content": ""})]
    chunks += [chunk({"content": token}) for token in tokens]
    chunks.append(chunk(finish_reason="stop"))
    if usage:
        chunks.append(chunk(choices=[], usage=usage))
    return sse(*chunks)


def completion(message: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a whole answer as one object."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", **message},
        "finish_reason": fields.pop("finish_reason", "stop"),
    }
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "served-model",
        "choices": [choice],
        **fields,
    }


class ByteStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in given reads, sync and async."""

    def __init__(self, reads: Sequence[bytes]) -> None:
        self.reads = reads
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield from self.reads

    async def __aiter__(self) -> Any:
        for read in self.reads:
            yield read

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True


def streamed(body: bytes, size: int | None = None) -> httpx.Response:
    """Return an event stream as an answer, in reads of `size` bytes."""
    size = size or max(len(body), 1)
    reads = [body[i : i + size] for i in range(0, len(body), size)]
    return httpx.Response(
        200, headers={"content-type": "text/event-stream"}, stream=ByteStream(reads)
    )


class Scripted:
    """Gives one answer after the other and keeps the requests."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, httpx.Response):
            return answer
        return answer(request)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(request.content) for request in self.requests]

    @property
    def body(self) -> dict[str, Any]:
        return self.bodies[-1]

    @property
    def headers(self) -> httpx.Headers:
        return self.requests[-1].headers
