"""A FastAPI application with a route that streams, and OpenAI's API below `/ai`.

`python examples/serve_fastapi.py` asks itself once and ends; with a port,
`python examples/serve_fastapi.py 8000`, it serves until it is stopped. Without
`OPENAI_API_KEY` the embedded server answers.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from contextlib import nullcontext
from typing import Annotated

import httpx
import uvicorn
from fastapi import FastAPI, Header, Response

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.serve import EventStreamResponse, create_app
from langchain_sse_chat.testing import ScriptedServer


def application(chat: ChatSSE) -> FastAPI:
    """Return the application; `chat` may be any model, chain or agent."""
    app = FastAPI()

    @app.get("/events", response_class=Response)
    async def events(
        message: str, last_event_id: Annotated[str | None, Header()] = None
    ) -> Response:
        if last_event_id:
            # An `EventSource` connects again at the end unless the page closes it.
            return Response(status_code=204)
        return EventStreamResponse(chat, message, wire="plain")

    app.mount("/ai", create_app({"gpt": chat}))
    return app


async def show(url: str) -> None:
    """Ask both: the route, and the mounted application as a server of OpenAI's API."""
    async with (
        httpx.AsyncClient() as client,
        client.stream("GET", f"{url}/events?message=Hello") as response,
    ):
        async for line in response.aiter_lines():
            print(line)
    async with ChatSSE(model="gpt", base_url=f"{url}/ai/v1", api_key="-") as served:
        async for chunk in served.astream("Hello again"):
            print(chunk.text, end="")
    print()


async def serve(app: FastAPI, port: int) -> None:
    """Serve until stopped; on port 0 a free one, to ask itself."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    with socket.create_server(("127.0.0.1", port)) as sock:
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        print(url, flush=True)
        serving = asyncio.create_task(server.serve(sockets=[sock]))
        if not port:
            await show(url)
            server.should_exit = True
        await serving


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
