"""A Sanic route that relays an answer to a browser as plain events.

`python examples/serve_sanic.py` asks itself once and ends; with a port,
`python examples/serve_sanic.py 8000`, it serves until it is stopped. Without
`OPENAI_API_KEY` the embedded server answers. At `/` is the page of
`web/event-source`, which reads it by `new EventSource("/api/events?message=…")` and the
events `message` and `end`; with `npm ci` there, it shows Markdown.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from contextlib import aclosing, nullcontext
from pathlib import Path
from typing import Any

import httpx
from sanic import HTTPResponse, Request, Sanic
from sanic.response import empty

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.serve import PlainEncoder
from langchain_sse_chat.testing import ScriptedServer

PAGE = Path(__file__).parent / "web" / "event-source"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def application(chat: ChatSSE) -> Sanic[Any, Any]:
    """Return the application; `chat` may be any model or chain that streams."""
    app = Sanic("serve_sanic", configure_logging=False)
    app.static("/", PAGE, index="index.html")

    @app.get("/api/events")
    async def events(request: Request) -> HTTPResponse | None:
        if "last-event-id" in request.headers:
            # An `EventSource` connects again at the end unless the page closes it.
            return empty()
        encoder = PlainEncoder()
        response = await request.respond(
            content_type=encoder.media_type, headers=HEADERS
        )
        await response.send(encoder.open())
        try:
            # Closed when the browser leaves, which stops the model.
            async with aclosing(chat.astream(request.args["message"][0])) as chunks:
                async for chunk in chunks:
                    if data := encoder.feed(chunk):
                        await response.send(data)
            end = encoder.close()
        except Exception as error:  # noqa: BLE001  the page is told, without details
            end = encoder.fail(error)
        await response.send(end)
        await response.eof()
        return None

    return app


async def serve(app: Sanic[Any, Any], port: int) -> None:
    """Serve until stopped; on port 0 a free one, to ask itself."""
    with socket.create_server(("127.0.0.1", port)) as sock:
        server: Any = await app.create_server(sock=sock, return_asyncio_server=True)
        await server.startup()
        await server.start_serving()
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        if port:
            print(url, flush=True)
            await asyncio.Event().wait()
        async with (
            httpx.AsyncClient() as client,
            client.stream("GET", f"{url}/api/events?message=Hello") as response,
        ):
            async for line in response.aiter_lines():
                print(line)
        server.close()
        await server.wait_closed()


def main() -> None:
    """Serve on the port that the command line names."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    embedded = not os.environ.get("OPENAI_API_KEY")
    with ScriptedServer() if embedded else nullcontext() as model:
        address = model.base_url if model else None
        chat = ChatSSE(model="gpt-4o-mini", base_url=address)
        asyncio.run(serve(application(chat), port))


if __name__ == "__main__":
    main()
