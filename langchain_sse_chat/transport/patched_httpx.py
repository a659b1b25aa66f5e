"""Detect whether another library has replaced httpx's own sending.

Test libraries (respx, pytest-httpx, vcrpy) and instrumentation (OpenTelemetry) replace
methods of httpx or httpcore. Requests sent with aiohttp would bypass them and reach the
network.
"""

from __future__ import annotations

from types import FunctionType

import httpx

from langchain_sse_chat.transport import late_httpcore as httpcore


def is_httpx_patched() -> bool:
    """Return whether another library intercepts httpx's async requests."""
    owners = (
        httpx.AsyncHTTPTransport,
        httpcore.AsyncConnectionPool,
        httpcore.AsyncHTTPConnection,
    )
    return not all(map(_sends_itself, owners))


def _sends_itself(owner: type) -> bool:
    method = vars(owner).get("handle_async_request")
    if type(method) is not FunctionType:
        return False
    # Not `__module__`, which decorators copy from the original.
    home = str(method.__globals__["__name__"])
    return home.split(".", maxsplit=1)[0] in {"httpx", "httpcore"}
