"""A web endpoint that streams answers on to browsers, as server-sent events.

`python examples/web_endpoint.py` asks itself once and ends; with a port,
`python examples/web_endpoint.py 8000`, it serves `http://127.0.0.1:8000/?q=Hello` until
it is stopped. A page reads it with `new EventSource("/?q=Hello")`. Without
`OPENAI_API_KEY` the embedded server answers.
"""

from __future__ import annotations

import asyncio
import functools
import json
import os
import sys
from contextlib import nullcontext, suppress
from urllib.parse import parse_qs, urlsplit

from langchain_sse_chat import ChatSSE, SSEChatError
from langchain_sse_chat.testing import ScriptedServer

HEAD = (
    b"HTTP/1.1 200 OK\r\n"
    b"Content-Type: text/event-stream\r\n"
    b"Cache-Control: no-store\r\n"
    b"X-Accel-Buffering: no\r\n"  # nginx would hold the events back
    b"Connection: close\r\n\r\n"
)


def event(name: str, value: object) -> bytes:
    """Return one server-sent event; JSON keeps line breaks out of its data."""
    return f"event: {name}\ndata: {json.dumps(value)}\n\n".encode()


async def answer(
    chat: ChatSSE, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Serve one request; a browser that leaves ends the model's answer too."""
    target = (await reader.readline()).split()[1].decode()
    while (await reader.readline()).strip():
        pass  # headers
    question = parse_qs(urlsplit(target).query).get("q", ["Hello"])[0]
    with suppress(ConnectionError):
        writer.write(HEAD)
        try:
            async for chunk in chat.astream(question):
                if chunk.text:
                    writer.write(event("token", chunk.text))
                    await writer.drain()
            writer.write(event("end", None))
        except SSEChatError as error:
            writer.write(event("error", type(error).__name__))
        await writer.drain()
    writer.close()


async def serve(chat: ChatSSE, port: int) -> None:
    """Serve until stopped; on port 0 a free one, for one request of its own."""
    handler = functools.partial(answer, chat)
    async with await asyncio.start_server(handler, "127.0.0.1", port) as server:
        if port:
            await server.serve_forever()
        host, port = server.sockets[0].getsockname()
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(b"GET /?q=Hello+from+the+browser HTTP/1.1\r\nHost: me\r\n\r\n")
        async for line in reader:
            print(line.decode(), end="")
        writer.close()


def main() -> None:
    """Serve on the port that the command line names."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    embedded = not os.environ.get("OPENAI_API_KEY")
    with ScriptedServer() if embedded else nullcontext() as server:
        address = server.base_url if server else None
        asyncio.run(serve(ChatSSE(model="gpt-4o-mini", base_url=address), port))


if __name__ == "__main__":
    main()
