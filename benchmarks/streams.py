"""What a token costs when many streams run at once, as they do in real time.

    python benchmarks/streams.py --streams 100 --seconds 5

The server runs in a process of its own. Each stream has 50 tokens a second.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import multiprocessing
import time
from typing import Any

from langchain_sse_chat import ChatSSE

TOKENS_A_SECOND = 50
HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)


def framed(event: str) -> bytes:
    """Return an event as a chunk of the body."""
    data = f"data: {event}\n\n".encode()
    return b"%x\r\n%s\r\n" % (len(data), data)


TOKEN = framed('{"id":"c","choices":[{"index":0,"delta":{"content":" word"}}]}')
LAST = framed('{"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}')
END = LAST + framed("[DONE]") + b"0\r\n\r\n"


def serve(seconds: float, port: Any) -> None:
    """Answer each request with tokens at an even pace."""

    async def answer(reader: asyncio.StreamReader, writer: Any) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
        await reader.readexactly(int(length))
        writer.write(HEAD)
        for _ in range(int(seconds * TOKENS_A_SECOND)):
            writer.write(TOKEN)
            await asyncio.sleep(1 / TOKENS_A_SECOND)
        writer.write(END)
        await writer.drain()
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=4096)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


async def read(port: int, streams: int, transport: Any) -> tuple[float, int]:
    """Return the seconds of processor time for all streams, and their tokens."""
    chat = ChatSSE(
        model="m", base_url=f"http://127.0.0.1:{port}/v1", async_transport=transport
    )

    async def one() -> int:
        return sum([1 async for chunk in chat.astream("Hello") if chunk.content])

    begun = time.process_time()
    tokens = await asyncio.gather(*(one() for _ in range(streams)))
    return time.process_time() - begun, sum(tokens)


def main() -> None:
    """Measure both transports, or one where the other is not installed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(
        target=serve, args=(options.seconds, theirs), daemon=True
    )
    server.start()
    port = ours.recv()
    with_aiohttp = importlib.util.find_spec("httpx_aiohttp") is not None
    for transport in ("httpx", "aiohttp") if with_aiohttp else ("httpx",):
        seconds, tokens = asyncio.run(read(port, options.streams, transport))
        cost = seconds / tokens * 1e6
        print(f"{transport:8} {tokens:8} tokens {cost:7.1f} µs of processor time each")
    server.terminate()


if __name__ == "__main__":
    main()
