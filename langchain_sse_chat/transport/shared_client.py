"""Clients of httpx that several models share.

They do less than httpx's own for each request, because they need less. A call of one
token takes a millisecond, and of that httpx spends a tenth on cookies and headers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

import httpx

from langchain_sse_chat._version import __version__

ClientT = TypeVar("ClientT", httpx.Client, httpx.AsyncClient)

USER_AGENT = f"langchain-sse-chat/{__version__}"


class _NoCookies(httpx.Cookies):
    """Cookies that are never kept: those of one model must not be sent by another.

    A policy of the cookie jar would do, but httpx has the jar look at every response.
    """

    def extract_cookies(self, response: httpx.Response) -> None:
        """Keep no cookie of a response."""

    def set_cookie_header(self, request: httpx.Request) -> None:
        """Add no cookie to a request."""


def _lean(
    client: httpx.Client | httpx.AsyncClient,
    method: str,
    url: httpx.URL | str,
    headers: Mapping[str, str] | None,
    **given: Any,
) -> httpx.Request:
    """Return a request with the client's headers below those that are given.

    httpx also merges addresses, cookies, query parameters and timeouts.
    """
    own = headers or {}
    names = set(map(str.lower, own))
    # Read from the client, so that instrumentation which adds a header works.
    raw = client.headers.raw
    base = [(k, v) for k, v in raw if k.decode("ascii").lower() not in names]
    # The values stay what they are: those with a secret are masked in tracebacks.
    pairs: list[Any] = [*base, *own.items()]
    return httpx.Request(method, url, headers=pairs, **given)


_LEAN = {"headers", "content", "extensions"}
"""The arguments of the requests of this package."""


class _Client(httpx.Client):
    cookies: Any = _NoCookies()

    def build_request(self, method: str, url: Any, **given: Any) -> httpx.Request:
        if given.keys() == _LEAN:
            return _lean(self, method, url, **given)
        return super().build_request(method, url, **given)


class _AsyncClient(httpx.AsyncClient):
    cookies: Any = _NoCookies()

    def build_request(self, method: str, url: Any, **given: Any) -> httpx.Request:
        if given.keys() == _LEAN:
            return _lean(self, method, url, **given)
        return super().build_request(method, url, **given)


def shared_kind(kind: type[ClientT]) -> type[ClientT]:
    """Return the class of shared clients of a kind."""
    found = _Client if kind is httpx.Client else _AsyncClient
    return cast("type[ClientT]", found)
