"""Detect whether another library has replaced httpx's own sending.

Test libraries (respx, pytest-httpx, vcrpy) and instrumentation (OpenTelemetry) replace
methods of httpx or httpcore. Requests sent with aiohttp would bypass them and reach the
network.
"""

from __future__ import annotations

from types import FunctionType

import httpcore
import httpx

_METHODS = (
    (httpx.AsyncHTTPTransport, "handle_async_request"),
    (httpcore.AsyncConnectionPool, "handle_async_request"),
    (httpcore.AsyncHTTPConnection, "handle_async_request"),
)


def is_httpx_patched() -> bool:
    """Return whether another library intercepts httpx's async requests."""
    return not all(_is_own(owner, name) for owner, name in _METHODS)


def _is_own(owner: type, name: str) -> bool:
    method = vars(owner).get(name)
    if type(method) is not FunctionType:
        return False
    # Not `__module__`, which decorators copy from the original.
    home = str(method.__globals__["__name__"])
    return home.split(".", maxsplit=1)[0] in {"httpx", "httpcore"}
