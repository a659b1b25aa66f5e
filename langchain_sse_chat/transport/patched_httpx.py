"""Whether somebody has put something in the place of httpx's own sending.

Tests (respx, pytest-httpx, vcrpy) and instrumentation (OpenTelemetry) replace methods
of httpx or httpcore. What is sent by another library goes past them, to the network.
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
    """Return whether somebody else sends the async requests that httpx would send."""
    return not all(_is_own(owner, name) for owner, name in _METHODS)


def _is_own(owner: type, name: str) -> bool:
    method = vars(owner).get(name)
    if type(method) is not FunctionType:
        return False
    # Not `__module__`, which decorators copy.
    home = str(method.__globals__["__name__"])
    return home.split(".", maxsplit=1)[0] in {"httpx", "httpcore"}
