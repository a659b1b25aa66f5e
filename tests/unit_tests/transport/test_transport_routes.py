"""Requests sent straight or through a proxy, over transports made when needed."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.transport.proxies import EXTENSION, Proxies, Proxy
from langchain_sse_chat.transport.routes import (
    AsyncRoutedTransport,
    RoutedTransport,
    Routes,
)


class Sender(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers with its name, and knows whether it was closed."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.closed = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=self.name)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=self.name)

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True


def routes(
    made: list[Sender], proxies: Proxies, *, tls_problem: str = ""
) -> Routes[Any]:
    def through(proxy: httpx.Proxy) -> Sender:
        made.append(Sender(str(proxy.url)))
        return made[-1]

    return Routes(Sender("direct"), proxies, through, tls_problem=tls_problem)


PROXY = Proxies({"http": Proxy("http://p.example:1", "`proxy`")})


def test_a_transport_for_a_proxy_is_made_once_when_it_is_first_needed() -> None:
    made: list[Sender] = []
    given = routes(made, PROXY)
    with httpx.Client(transport=RoutedTransport(given)) as client:
        assert client.get("https://h.example").text == "direct"
        assert made == []
        assert client.get("http://h.example").text == "http://p.example:1"
        assert client.get("http://h.example").text == "http://p.example:1"

    assert len(made) == 1
    assert all(sender.closed for sender in given.transports())


async def test_async_requests_take_the_same_routes() -> None:
    made: list[Sender] = []
    given = routes(made, PROXY)
    async with httpx.AsyncClient(transport=AsyncRoutedTransport(given)) as client:
        assert (await client.get("https://h.example")).text == "direct"
        assert (await client.get("http://h.example")).text == "http://p.example:1"

    assert all(sender.closed for sender in given.transports())


def test_a_request_names_the_proxy_that_it_goes_through() -> None:
    request = httpx.Request("GET", "http://h.example")
    routes([], PROXY).of(request)

    assert str(request.extensions[EXTENSION]) == "http://p.example:1 (`proxy`)"


def test_what_cannot_be_sent_under_tls_is_an_error_of_those_requests_only() -> None:
    given = routes([], Proxies({}), tls_problem="no such file")

    assert given.of(httpx.Request("GET", "http://h.example")).name == "direct"
    with pytest.raises(ConfigurationError, match="no such file"):
        given.of(httpx.Request("GET", "https://h.example"))
