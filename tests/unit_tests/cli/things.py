"""Objects that a command line may name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount, Route

from langchain_sse_chat.serve.asgi.create_app import create_app


async def agent(messages: Any, request: Any) -> AsyncIterator[str]:
    yield "hel"
    yield "lo"


async def asgi(scope: Any, receive: Any, send: Any) -> None:
    raise NotImplementedError


agents = {"a": agent, "b": agent}
many = dict.fromkeys("abcdefg", agent)
app = create_app(agent)
keyed = create_app(agent, api_keys=["key-1"])
site = Starlette(routes=[Mount("/ai", app), Route("/", asgi)])
wrapped = GZipMiddleware(Starlette(routes=[Mount("/site", site), Mount("/v", site)]))
number = 1
