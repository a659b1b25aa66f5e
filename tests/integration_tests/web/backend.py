"""The back end of `examples/web`, with the pages that `make web` built."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.testing import ScriptedServer
from tests.integration_tests.serve_clients.served import running

EXAMPLES = Path(sys.prefix) / "examples"
"""The copy of `examples` whose pages are built."""


def application(upstream: ScriptedServer, **settings: Any) -> Any:
    """Return the application of `examples/web/app.py`, with a server for its model."""
    spec = importlib.util.spec_from_file_location("app", EXAMPLES / "web" / "app.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    chat = ChatSSE(
        model="m", base_url=upstream.base_url, api_key="sk-test", max_retries=0
    )
    return module.application(chat, **settings)


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """Serve the pages; give their address."""
    # An answer that a failed test left open ends too.
    with running(app, timeout_graceful_shutdown=5) as url:
        yield url


class CutInCharacters:
    """Cuts the bytes of all responses in the middle of characters.

    What follows the cut is sent with the next piece, so that a reader gets the
    halves of a character apart.
    """

    def __init__(self, app: Any) -> None:
        self.app = app
        self.cuts = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        held = b""

        async def send_cut(message: Any) -> None:
            nonlocal held
            if message["type"] == "http.response.body":
                data = held + message.get("body", b"")
                at = len(data)
                if message.get("more_body"):
                    at = last_cut(data)
                    self.cuts += at < len(data)
                held = data[at:]
                message = {**message, "body": data[:at]}
            await send(message)

        await self.app(scope, receive, send_cut)


def last_cut(data: bytes) -> int:
    """Return the last place inside a character, or the end if there is none."""
    inside = [at for at, byte in enumerate(data) if 0x80 <= byte < 0xC0]
    return inside[-1] if inside else len(data)


class BreaksConnection:
    """Closes the connection of a response at the next piece that it sends."""

    def __init__(self, app: Any, path: str) -> None:
        self.app = app
        self.path = path
        self.breaks = False
        """Set it to break one response."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def send_or_break(message: Any) -> None:
            is_piece = message["type"] == "http.response.body" and message.get("body")
            if self.breaks and is_piece and scope["path"] == self.path:
                self.breaks = False
                msg = "The connection is closed."
                raise OSError(msg)
            await send(message)

        await self.app(scope, receive, send_or_break)


class CountsPieces:
    """Counts the pieces of all responses."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.pieces = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def send_counted(message: Any) -> None:
            await send(message)
            self.pieces += message["type"] == "http.response.body"

        await self.app(scope, receive, send_counted)
