"""The server that all benchmarks read from, in a process of its own.

What it sends stands in the path: `/<kind>/<count>/<group>/chat/completions` is an
answer of `count` deltas with `group` events in each write, or of as many deltas as the
prompt says when that is a number. It uses the standard library only, and refuses a
request that does not ask for usage: all clients get the same bytes.

The kinds differ in what real servers differ in:

- `openai`: as OpenAI sends text, in compact JSON with padding of another length in
  each event (`obfuscation`) and a `created` that moves every second.
- `text`: the same event each time, except for the text.
- `escapes`: text with a line break, a quotation mark and an escaped letter in each.
- `russian`, `chinese`: text in raw UTF-8.
- `reasoning`, `tool`: reasoning, and the arguments of a tool call.
- `big`: one event of `count` characters.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

TOKENS_A_SECOND = 50
"""The pace of a stream of the kind `paced`."""
_HEAD: dict[str, Any] = {
    "id": "chatcmpl-BxyzAbCdEfGhIjKlMnOpQrStUvW1",
    "object": "chat.completion.chunk",
    "created": 1750000000,
    "model": "bench-model-2024-08-06",
    "service_tier": "default",
    "system_fingerprint": "fp_1",
}
_PADDING = "aB3cD4eF5gH6iJ7k"
_RAW = frozenset({"openai", "russian", "chinese"})
"""Kinds whose text is not escaped."""
_DONE = b"data: [DONE]\n\n"
_ANSWER = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)


_PIECES = {
    "escapes": '\n "word{}" \u0442',
    "russian": " слово{}",
    "chinese": "词语{}",
}


def piece(kind: str, i: int) -> str:
    """Return the text of a delta."""
    if kind == "tool" and i == 0:
        return '{"words": "'
    return _PIECES.get(kind, " word{}").format(i % 100)


def text(kind: str, count: int) -> str:
    """Return the whole text of an answer."""
    if kind == "big":
        return "x" * count
    end = '"}' if kind == "tool" else ""
    return "".join(piece(kind, i) for i in range(count)) + end


def _event(
    delta: dict[str, Any], reason: str | None = None, kind: str = "text", i: int = 0
) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
    chunk = {**_HEAD, "choices": [choice]}
    if kind == "openai":
        chunk["created"] = _HEAD["created"] + i // TOKENS_A_SECOND
        chunk |= {"usage": None, "obfuscation": _PADDING[: i % len(_PADDING)]}
    data = json.dumps(
        chunk,
        ensure_ascii=kind not in _RAW,
        separators=(",", ":") if kind == "openai" else None,
    )
    return f"data: {data}\n\n".encode()


def _delta(kind: str, text: str) -> dict[str, Any]:
    if kind == "reasoning":
        return {"reasoning_content": text}
    if kind == "tool":
        return {"tool_calls": [{"index": 0, "function": {"arguments": text}}]}
    return {"content": text}


def _tool_start() -> bytes:
    call = {"name": "write", "arguments": ""}
    start = {"index": 0, "id": "call_1", "type": "function", "function": call}
    return _event({"tool_calls": [start]})


def _last(kind: str, count: int) -> list[bytes]:
    reason = "tool_calls" if kind == "tool" else "stop"
    usage = {"prompt_tokens": 9, "completion_tokens": count, "total_tokens": 9 + count}
    used = json.dumps({**_HEAD, "choices": [], "usage": usage}).encode()
    return [_event({}, reason), b"data: " + used + b"\n\n", _DONE]


@functools.lru_cache(maxsize=16)
def writes(kind: str, count: int, group: int) -> tuple[bytes, ...]:
    """Return an answer as the bytes of each write, a chunk of HTTP each."""
    events = [_event({"role": "assistant", "content": ""}, kind=kind)]
    if kind == "big":
        events.append(_event(_delta(kind, "x" * count)))
    else:
        if kind == "tool":
            events.append(_tool_start())
        events += [
            _event(_delta(kind, piece(kind, i)), kind=kind, i=i) for i in range(count)
        ]
        if kind == "tool":
            events.append(_event(_delta(kind, '"}')))
    events += _last(kind, count)
    return tuple(
        _chunk(b"".join(events[i : i + group])) for i in range(0, len(events), group)
    )


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


async def _paced(count: int) -> AsyncIterator[bytes]:
    """Give an answer at the pace of a model; each delta tells when it was written."""
    # Streams that were requested together do not send in step.
    due = time.monotonic() + random.random() / TOKENS_A_SECOND  # noqa: S311
    # Not built again for each token: the server must not be the bottleneck.
    before, after = _event({"content": " @"}).split(b"@")
    yield _chunk(_event({"role": "assistant", "content": ""}))
    for _ in range(count):
        await asyncio.sleep(due - time.monotonic())
        due += 1 / TOKENS_A_SECOND
        yield _chunk(b"%b%d%b" % (before, time.monotonic_ns(), after))
    yield _chunk(b"".join(_last("paced", count)))


async def _parts(kind: str, count: int, group: int) -> AsyncIterator[bytes]:
    """Give an answer's writes when their time has come."""
    if kind == "paced":
        async for data in _paced(count):
            yield data
        return
    if kind == "cpu":
        # What the server itself has taken, and when.
        yield _chunk(json.dumps([time.process_time(), time.monotonic()]).encode())
        return
    if kind == "held":
        yield _chunk(_event({"content": "word"}))
        await asyncio.sleep(3600)
    for data in writes(kind, count, group):
        yield data
        # Lets the client read each write by itself.
        await asyncio.sleep(0)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            lines = head.split("\r\n")
            size = next(int(x[15:]) for x in lines if x.startswith("content-length:"))
            request = json.loads(await reader.readexactly(size))
            if not (request.get("stream_options") or {}).get("include_usage"):
                writer.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
                continue
            _, kind, count, group, *_ = lines[0].split(" ")[1].split("/")
            prompt = str(request["messages"][-1]["content"])
            count = prompt if prompt.isdecimal() else count
            writer.write(_ANSWER)
            async for data in _parts(kind, int(count), int(group)):
                writer.write(data)
                await writer.drain()
            writer.write(b"0\r\n\r\n")
            await writer.drain()
    writer.close()


async def serve() -> None:
    """Serve until standard input ends; print the port first."""
    server = await asyncio.start_server(_answer, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


@contextmanager
def running() -> Iterator[str]:
    """Run the server in another process; give its URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield f"http://127.0.0.1:{(process.stdout or sys.stdin).readline().strip()}"
    finally:
        process.kill()
        process.communicate()


if __name__ == "__main__":
    asyncio.run(serve())
