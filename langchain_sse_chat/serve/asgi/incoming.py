"""Read the request of a call to the application, in the form of its route."""

from __future__ import annotations

from langchain_sse_chat.serve.asgi.body import read_body
from langchain_sse_chat.serve.asgi.call import Call
from langchain_sse_chat.serve.asgi.routes import Route
from langchain_sse_chat.serve.asgi.settings import Settings
from langchain_sse_chat.serve.failure.failure import RequestRefused, compressed_body
from langchain_sse_chat.serve.request.chat_request import (
    ChatRequest,
    read_chat_request,
    read_plain_request,
    read_ui_request,
)
from langchain_sse_chat.serve.request.limits import RequestLimits


async def read_request(call: Call, route: Route, settings: Settings) -> ChatRequest:
    """Return the request of a call for an answer.

    Raises:
        RequestRefused: The request is not valid, or it is too large or too slow.
        ClientLeft: The client left before its request was complete.
    """
    limits = RequestLimits(body=settings.max_body)
    query = call.scope["query_string"].decode("latin-1")
    content_type = call.header("content-type")
    if route.name == "events" and call.scope["method"] == "GET":
        return read_plain_request(b"", None, limits, query=query)
    body = await read_whole_body(call, settings, settings.max_body)
    if route.name == "events":
        return read_plain_request(body, content_type, limits, query=query)
    if route.name == "chat":
        system = settings.ui_system_messages
        return read_ui_request(body, content_type, limits, system=system)
    return read_chat_request(body, content_type, limits)


async def read_whole_body(call: Call, settings: Settings, limit: int) -> bytes:
    """Return the body of a call.

    Args:
        call: The call.
        settings: Have the longest time for a body.
        limit: The largest size, in bytes.

    Raises:
        RequestRefused: The body is compressed, or it is too large or too slow.
        ClientLeft: The client left before its request was complete.
    """
    if call.header("content-encoding") not in (None, "", "identity"):
        raise RequestRefused(compressed_body())
    return await read_body(
        call.receive,
        call.header("content-length"),
        limit=limit,
        seconds=settings.body_seconds,
    )
