"""Requests sent by the stand-in of aiohttp."""

from __future__ import annotations

import ssl
import sys
from typing import Any

import httpx
import pytest

from langchain_sse_chat.transport.aiohttp_transport import aiohttp_transport
from tests.unit_tests.transport.aiohttp_stand_in import Answer, Script, Wire, libraries

LIMITS = httpx.Limits(max_connections=7, keepalive_expiry=3.0)


def install(monkeypatch: pytest.MonkeyPatch, script: Script | None = None) -> None:
    """Have imports of aiohttp find the stand-in."""
    for name, library in libraries(script).items():
        monkeypatch.setitem(sys.modules, name, library)


def transport(wanted: Any = "auto", **changed: Any) -> Any:
    """Return the transport that a client would use."""
    given = {"limits": LIMITS, "context": ssl.create_default_context(), **changed}
    return aiohttp_transport(wanted, **given)


def request(
    content: bytes = b"{}", timeout: dict[str, float] | None = None
) -> httpx.Request:
    """Return a request whose URL and headers hold a secret."""
    return httpx.Request(
        "POST",
        "https://h.example/v1?key=hidden",
        headers={"Authorization": "Bearer hidden"},
        content=content,
        extensions={"timeout": timeout or {}},
    )


async def answered(
    monkeypatch: pytest.MonkeyPatch, script: Script, asked: httpx.Request | None = None
) -> httpx.Response:
    """Send a request to a script."""
    install(monkeypatch, script)
    response: httpx.Response = await transport().handle_async_request(
        asked or request()
    )
    return response


async def read(
    monkeypatch: pytest.MonkeyPatch, answer: Answer
) -> tuple[list[bytes], Exception | None]:
    """Return the bytes of an answer, and the error that ended it."""

    async def script(wire: Wire) -> Answer:
        return answer

    response = await answered(monkeypatch, script)
    parts: list[bytes] = []
    assert isinstance(response.stream, httpx.AsyncByteStream)
    try:
        async for data in response.stream:
            parts.append(data)  # noqa: PERF401 - those before an error are kept
    except httpx.TransportError as exc:
        return parts, exc
    finally:
        await response.aclose()
    return parts, None
