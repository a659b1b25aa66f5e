"""Clients that read, leave, reset, read slowly, or do not read at all."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from typing import Any

from scripts.serve_soak.far import READER_SECONDS
from scripts.serve_soak.plan import Stream

_PATIENCE = 90.0
"""The longest time for one stream, in seconds."""
_WAIT = 0.7
"""Seconds that a client waits for a model that has fallen silent."""
_SMALL = 4096
"""Bytes of the receive buffer of a client that does not read."""
_PLAIN_END = "event: end\n"


async def outcome(port: int, stream: Stream) -> str | None:
    """Read a stream as its plan says; return what is wrong, `None` if nothing is."""
    try:
        async with asyncio.timeout(_PATIENCE):
            return await _read(port, stream)
    except TimeoutError:
        return f"no end within {_PATIENCE:.0f} seconds"


async def _read(port: int, stream: Stream) -> str | None:
    connection = socket.socket()
    connection.setblocking(False)  # noqa: FBT003  that is its only parameter
    if stream.reader == "deaf":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL)
    await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
    reader, writer = await asyncio.open_connection(sock=connection, limit=_SMALL)
    try:
        return await _ask(reader, writer, stream)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, stream: Stream
) -> str | None:
    request = _request(stream)
    if stream.reader == "half":
        writer.write(request[: stream.after % len(request)])
        return None
    writer.write(request)
    match stream.reader:
        case "leave" | "abort":
            with contextlib.suppress(asyncio.IncompleteReadError, OSError):
                await reader.readexactly(stream.after)
            if stream.reader == "abort":
                _reset_at_close(writer)
            return None
        case "deaf":
            await asyncio.sleep(READER_SECONDS + 1)
            return None
        case "wait":
            await asyncio.sleep(_WAIT)
            return None
        case "slow":
            received = b""
            for _ in range(20):
                received += await reader.read(100)
                await asyncio.sleep(0.01)
            received += await reader.read()
        case _:
            received = await reader.read()
    return _fault_in(received, stream)


def _reset_at_close(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    linger = struct.pack("ii", 1, 0)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


def _request(stream: Stream) -> bytes:
    fields: dict[str, Any] = {"model": stream.target}
    if stream.wire == "plain":
        path, fields["message"] = "/events", stream.question
    else:
        path = "/v1/chat/completions"
        fields["messages"] = [{"role": "user", "content": stream.question}]
        fields["stream"] = stream.wire == "stream"
    body = json.dumps(fields).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _fault_in(received: bytes, stream: Stream) -> str | None:
    head, _, body = received.partition(b"\r\n\r\n")
    if not head:
        return "the connection was closed without a response"
    status = int(head.split(b" ", 2)[1])
    if b"transfer-encoding: chunked" in head.lower():
        whole = _dechunked(body)
        if whole is None:
            return "the body is truncated"
        body = whole
    text = body.decode()
    fails = stream.fault not in {None, "slow"}
    if status != 200:  # noqa: PLR2004
        expected = 429 if stream.fault == "limit" else 502
        return None if fails and status == expected else f"{status}: {text[:200]}"
    got, is_complete, has_failed = _content_of(text, stream.wire)
    answer = "".join(stream.tokens)
    if stream.wire == "plain":
        answer = answer.replace("\r\n", "\n").replace("\r", "\n")
    if fails:
        if is_complete or not has_failed:
            return "an answer that failed looks complete"
        return None if answer.startswith(got) else f"{got!r} does not begin {answer!r}"
    if has_failed or not is_complete:
        return f"a complete answer failed: {text[-300:]}"
    return None if got == answer else f"{got!r} is not {answer!r}"


def _dechunked(body: bytes) -> bytes | None:
    pieces: list[bytes] = []
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size, 16)
        if not length:
            return b"".join(pieces)
        pieces.append(body[:length])
        body = body[length + 2 :]
    return None


def _content_of(text: str, wire: str) -> tuple[str, bool, bool]:
    """Return the text of an answer, and whether it is complete, and has failed."""
    if wire == "whole":
        return json.loads(text)["choices"][0]["message"]["content"], True, False
    events = text.split("\n\n")
    if wire == "plain":
        pieces = [_data(event) for event in events if event.startswith("data:")]
        whole = [_data(event) for event in events if event.startswith(_PLAIN_END)]
        has_failed = any(event.startswith("event: failure") for event in events)
        return "".join(pieces), whole == ["".join(pieces)], has_failed
    data = [event.removeprefix("data: ") for event in events if event]
    is_complete = data[-1] == "[DONE]"
    chunks = [json.loads(each) for each in data if each != "[DONE]"]
    choices = [chunk["choices"][0] for chunk in chunks if chunk.get("choices")]
    got = "".join(choice["delta"].get("content") or "" for choice in choices)
    has_failed = any("error" in chunk for chunk in chunks)
    return got, is_complete and bool(choices[-1]["finish_reason"]), has_failed


def _data(event: str) -> str:
    lines = [line for line in event.split("\n") if line.startswith("data:")]
    return "\n".join(line[5:].removeprefix(" ") for line in lines)
