"""Serve a model and read its answer back, the last two lines of the demo."""

from __future__ import annotations

import asyncio

from langchain_sse_chat.chat_models import ChatSSE
from langchain_sse_chat.cli.listen import address_of, listening
from langchain_sse_chat.cli.server import Server
from langchain_sse_chat.serve.asgi.create_app import create_app
from langchain_sse_chat.testing import ScriptedServer

_QUESTION = "Is anybody there?"


def served_lines() -> str:
    """Return where a model was served, and the tokens that came from there."""
    with ScriptedServer() as upstream:
        return asyncio.run(_read_back(upstream.base_url))


async def _read_back(base_url: str) -> str:
    with listening("127.0.0.1", 0, None) as sock:
        url = f"{address_of(sock)}/v1"
        async with (
            ChatSSE(model="echo", base_url=base_url, api_key="-") as chat,
            ChatSSE(model="echo", base_url=url, api_key="-") as served,
        ):
            server = Server(
                create_app({"echo": chat}), log_level="critical", drain_seconds=1
            )
            serving = asyncio.create_task(server.serve(sockets=[sock]))
            try:
                texts = [chunk.text async for chunk in served.astream(_QUESTION)]
            finally:
                server.should_exit = True
                await serving
    read = "|".join(text for text in texts if text)
    return f"create_app() served it at {url}, and ChatSSE read:\n{read}\n"
