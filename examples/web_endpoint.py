"""A web page that streams an answer to the browser, as server-sent events.

`python examples/web_endpoint.py` asks itself once and ends; with a port,
`python examples/web_endpoint.py 8000`, it serves a page at `http://127.0.0.1:8000/`
until it is stopped. The page reads `/?q=Hello` by an `EventSource`. Without
`OPENAI_API_KEY` the embedded server answers.

Each answer costs money, and an `EventSource` asks again whenever its connection ends,
even after a complete answer. So the page closes it at the event `end`, and the server
tells a browser that comes back not to try again. When a reader leaves, the model is
stopped too, even while it is silent.
"""

from __future__ import annotations

import asyncio
import functools
import json
import os
import sys
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from urllib.parse import parse_qs, urlsplit

from langchain_sse_chat import ChatSSE, SSEChatError
from langchain_sse_chat.testing import ScriptedServer

PAGE = """<!doctype html>
<meta charset="utf-8">
<title>Ask</title>
<form><input name="question" required> <button>Ask</button></form>
<p id="answer" style="white-space: pre-wrap"></p>
<p id="problem"></p>
<script>
let source = null;
document.forms[0].onsubmit = (submitted) => {
  submitted.preventDefault();
  source?.close();  // stops the answer before this one
  answer.textContent = problem.textContent = "";
  const question = new FormData(submitted.target).get("question");
  source = new EventSource("/?q=" + encodeURIComponent(question));
  source.addEventListener("token", (event) => {
    answer.textContent += JSON.parse(event.data);
  });
  source.addEventListener("failed", (event) => {
    problem.textContent = JSON.parse(event.data);
  });
  source.addEventListener("end", (event) => event.target.close());
  source.addEventListener("error", (event) => {  // the browser's own, not the server's
    event.target.close();
    problem.textContent = "The connection broke; the answer is not complete.";
  });
};
</script>
"""

EVENTS = (
    b"HTTP/1.1 200 OK\r\n"
    b"Content-Type: text/event-stream\r\n"
    b"Cache-Control: no-store\r\n"
    b"X-Accel-Buffering: no\r\n"  # nginx would hold the events back
    b"Connection: close\r\n\r\n"
    # A browser that comes back sends this ID, and is then known to have asked before.
    b"id: asked\n\n"
)
KEEP_ALIVE = b": the model is silent\n\n"
KEEP_ALIVE_SECONDS = 15.0


def response(status: str, body: str = "") -> bytes:
    """Return a whole response; the body is HTML."""
    content = body.encode()
    head = (
        f"HTTP/1.1 {status}\r\n"
        "Content-Type: text/html; charset=utf-8\r\n"
        f"Content-Length: {len(content)}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + content


def event(name: str, value: object) -> bytes:
    """Return one server-sent event; JSON keeps line breaks out of its data."""
    return f"event: {name}\ndata: {json.dumps(value)}\n\n".encode()


def reply_to(method: str, target: str, headers: Mapping[str, str]) -> bytes | str:
    """Return the response to a request, or the question that it puts to the model."""
    parts = urlsplit(target)
    if parts.path != "/":
        return response("404 Not Found")  # browsers ask for /favicon.ico
    if method != "GET":
        return response("405 Method Not Allowed")
    question = parse_qs(parts.query).get("q")
    if question is None:
        return response("200 OK", PAGE)
    if headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        return response("403 Forbidden")  # another site's page would spend your money
    if "last-event-id" in headers:
        return response("204 No Content")  # an `EventSource` gives up at this status
    return question[0]


async def stream(chat: ChatSSE, question: str, writer: asyncio.StreamWriter) -> None:
    """Write an answer as events; `end` is the last one in any case."""
    try:
        async for chunk in chat.astream(question):
            if chunk.text:
                writer.write(event("token", chunk.text))
                await writer.drain()
    except SSEChatError as error:
        # Not `error`: that is the name of the browser's own event.
        writer.write(event("failed", type(error).__name__))
    writer.write(event("end", None))


async def leaving(reader: asyncio.StreamReader) -> None:
    """Return when the browser has closed its side of the connection."""
    while await reader.read(1024):
        pass


async def stream_to_reader(
    chat: ChatSSE,
    question: str,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    """Stream an answer for as long as its reader is there."""
    writer.write(EVENTS)
    await writer.drain()
    left = asyncio.ensure_future(leaving(reader))
    streaming = asyncio.ensure_future(stream(chat, question, writer))
    try:
        while not (streaming.done() or left.done()):
            done, _ = await asyncio.wait(
                (streaming, left),
                timeout=KEEP_ALIVE_SECONDS,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if not done:
                writer.write(KEEP_ALIVE)  # proxies close what is silent for long
    finally:
        left.cancel()
        streaming.cancel()  # stops the model, unless the answer is complete
        await asyncio.gather(streaming, left, return_exceptions=True)
    if not streaming.cancelled():
        streaming.result()  # raises what nobody expected


async def handle(
    chat: ChatSSE, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Serve one request and close the connection."""
    # Browsers also open connections that they never use.
    broken = (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError)
    with suppress(ConnectionError, *broken):
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        method, target, _ = first.split()
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        reply = reply_to(method, target, headers)
        if isinstance(reply, str):
            await stream_to_reader(chat, reply, reader, writer)
        else:
            writer.write(reply)
        await writer.drain()
    writer.close()


async def serve(chat: ChatSSE, port: int) -> None:
    """Serve until stopped; on port 0 a free one, for one request of its own."""
    handler = functools.partial(handle, chat)
    async with await asyncio.start_server(handler, "127.0.0.1", port) as server:
        if port:
            print(f"http://127.0.0.1:{port}/", flush=True)
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
