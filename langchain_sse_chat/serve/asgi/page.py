"""Answer the requests of the chat page: its files, and Markdown as elements."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.serve.asgi.call import Call
from langchain_sse_chat.serve.asgi.delivery import JSON, Receive, Send, send_body
from langchain_sse_chat.serve.asgi.heads import encoded
from langchain_sse_chat.serve.asgi.incoming import read_whole_body
from langchain_sse_chat.serve.asgi.routes import Route
from langchain_sse_chat.serve.asgi.settings import Settings
from langchain_sse_chat.serve.failure.failure import (
    RequestRefused,
    busy,
    not_found,
)
from langchain_sse_chat.serve.page.files import INDEX, PageFile, page_files
from langchain_sse_chat.serve.request.body_json import read_object
from langchain_sse_chat.serve.request.json_checks import listing, text
from langchain_sse_chat.serve.request.limits import RequestLimits
from langchain_sse_chat.serve.wires.openai import encode, to_json

Respond = Callable[[Receive, Send], Awaitable[None]]

_MOST_MARKDOWN = 256 * 1024
"""Bytes of a request. It takes a processor several seconds at worst."""
_MOST_TEXTS = 1_000
_MOST_WAITING = 100
"""Requests for Markdown at the same time, which bounds the memory that they take."""


class ChatPage:
    """The chat page of an application.

    Args:
        settings: The settings of the application.

    Raises:
        ConfigurationError: The library that reads Markdown is not installed.
    """

    def __init__(self, settings: Settings) -> None:
        try:
            markdown = importlib.import_module("langchain_sse_chat.serve.page.markdown")
        except ImportError as error:
            if (error.name or "").partition(".")[0] != "markdown_it":
                raise
            msg = (
                "`page=True` needs markdown-it-py: "
                "pip install 'langchain-sse-chat[serve]'"
            )
            raise ConfigurationError(msg) from error
        self._tree = markdown.markdown_tree
        self._settings = settings
        self._files = page_files()
        # One text after the other, so that streams get their share of the processor.
        self._thread = ThreadPoolExecutor(1, "langchain-sse-chat-markdown")
        self._waiting = 0

    def file(self, call: Call, route: Route) -> Respond:
        """Return a function that sends a file of the page.

        Raises:
            RequestRefused: There is no such file.
        """
        if route.name == "page":
            path = call.scope["path"] or call.scope.get("root_path", "")
            if not path.endswith("/"):
                # The addresses in the page are relative to it.
                folder = quote(path.rpartition("/")[2])
                return _send_head(call, 307, {"location": f"./{folder}/"})
            return _send_file(call, self._files[INDEX])
        file = self._files.get(route.argument)
        if file is None or route.argument == INDEX:
            raise RequestRefused(not_found("There is no such file."))
        return _send_file(call, file)

    async def markdown(self, call: Call) -> Respond:
        """Read texts, and return a function that sends their elements.

        Raises:
            RequestRefused: The request is not valid, it is too large or too slow, or
                there are too many.
            ClientLeft: The client left before its request was complete.
        """
        if self._waiting >= _MOST_WAITING:
            raise RequestRefused(busy())
        self._waiting += 1
        try:
            texts = await self._texts(call)
            documents = await asyncio.get_running_loop().run_in_executor(
                self._thread, lambda: [*map(self._tree, texts)]
            )
        finally:
            self._waiting -= 1
        return _send(call, encode(to_json({"documents": documents})), JSON, {})

    async def _texts(self, call: Call) -> list[str]:
        limit = min(_MOST_MARKDOWN, self._settings.max_body)
        body = await read_whole_body(call, self._settings, limit)
        limits = RequestLimits(body=limit)
        sent = read_object(body, call.header("content-type"), limits)
        texts = listing(sent.get("texts"), "texts", _MOST_TEXTS)
        return [text(each, f"texts[{place}]") for place, each in enumerate(texts)]


def _send_file(call: Call, file: PageFile) -> Respond:
    if file.is_known(call.header("if-none-match")):
        return _send_head(call, 304, file.headers)
    return _send(call, file.body, file.media_type, file.headers)


def _send_head(call: Call, status: int, headers: dict[str, str]) -> Respond:
    async def respond(receive: Receive, send: Send) -> None:
        del receive
        head = [*call.own_headers, *encoded(headers)]
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": b""})

    return respond


def _send(call: Call, body: bytes, media_type: str, headers: dict[str, str]) -> Respond:
    shown = b"" if call.scope["method"] == "HEAD" else body

    async def respond(receive: Receive, send: Send) -> None:
        del receive
        more = [*call.own_headers, *encoded(headers)]
        await send_body(send, 200, shown, more, media_type=media_type)

    return respond
