"""The back end of the pages in this folder: it serves them, and a model below `/api`.

`python examples/web/app.py` serves them at http://127.0.0.1:8000/ until it is stopped;
`python examples/web/app.py 8080` does it at another port. Without `OPENAI_API_KEY` the
embedded server answers, at the pace of a model: it repeats the question, and calls the
tool if it is asked for the weather. It needs
`pip install 'langchain-sse-chat[serve]' langchain`.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn
from langchain.agents import create_agent
from langchain_core.tools import tool
from starlette.applications import Starlette
from starlette.responses import FileResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.serve import create_app
from langchain_sse_chat.testing import Reply, Request, ScriptedServer
from langchain_sse_chat.testing.echo import answer

FOLDER = Path(__file__).parent
PAGES = {
    "use-chat": "dist",
    "react-openai": "dist",
    "event-source": "",
    "fetch-reader": "",
}
"""Of each page, the folder that is served; those with a build have it in `dist`."""
PACE = 0.03
"""Seconds between the tokens of the embedded server."""


@tool
def weather(city: str) -> str:
    """Return the weather in a city."""
    return f"It is sunny in {city}."


def application(chat: ChatSSE, **settings: Any) -> Starlette:
    """Return the application.

    Args:
        chat: The model; it may be any model with tools.
        **settings: More settings of `create_app`.
    """
    targets = {"chat": chat, "agent": create_agent(chat, [weather])}
    # A page that is reloaded, or loses its connection, resumes its answer.
    served = create_app(targets, keep="memory://", **settings)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await served.drain()  # a mounted application is not told of the end

    pages = [
        Mount(f"/{name}", StaticFiles(directory=FOLDER / name / built, html=True))
        for name, built in PAGES.items()
        if (FOLDER / name / built).is_dir()
    ]
    index = FileResponse(FOLDER / "index.html")
    routes = [Route("/", index), Mount("/api", served), *pages]
    return Starlette(routes=routes, lifespan=lifespan)


def paced(request: Request) -> Reply:
    """Return the answer of the embedded server, slow enough to be stopped."""
    return replace(answer(request), delay=PACE)


def main() -> None:
    """Serve on the port that the command line names."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    embedded = not os.environ.get("OPENAI_API_KEY")
    with ScriptedServer(default=paced) if embedded else nullcontext() as model:
        address = model.base_url if model else None
        app = application(ChatSSE(model="gpt-4o-mini", base_url=address))
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=5)
        with socket.create_server(("127.0.0.1", port)) as sock:
            print(f"http://127.0.0.1:{sock.getsockname()[1]}/", flush=True)
            uvicorn.Server(config).run(sockets=[sock])


if __name__ == "__main__":
    main()
