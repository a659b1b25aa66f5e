"""Clients that models share: they keep no cookies, and send what httpx's own send."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from langchain_sse_chat.transport.shared_client import shared_kind


@pytest.mark.parametrize("kind", [httpx.Client, httpx.AsyncClient])
def test_no_cookies_are_kept_or_sent(kind: type[httpx.Client]) -> None:
    client = shared_kind(kind)()
    response = httpx.Response(200, headers={"Set-Cookie": "a=b; Domain=h.example"})
    response.request = httpx.Request("POST", "https://h.example/")
    client.cookies.extract_cookies(response)
    assert len(client.cookies.jar) == 0
    request = client.build_request("POST", "https://h.example/")
    client.cookies.set_cookie_header(request)
    assert "cookie" not in request.headers


@pytest.mark.parametrize("kind", [httpx.Client, httpx.AsyncClient])
def test_a_request_has_what_httpx_gives_it(kind: type[httpx.Client]) -> None:
    made = shared_kind(kind)(headers={"User-Agent": "ours"})
    theirs = kind(headers={"User-Agent": "ours"})
    given: dict[str, Any] = {
        "headers": {"ACCEPT": "text/event-stream", "X-Key": "k", "user-agent": "mine"},
        "content": b"{}",
        "extensions": {"timeout": {"read": 3.0}},
    }
    request, wanted = (
        client.build_request("POST", "https://h.example/v1?a=b", **given)
        for client in (made, theirs)
    )
    assert request.url == wanted.url
    assert request.content == wanted.content
    assert request.extensions == wanted.extensions
    assert sorted(request.headers.raw) == sorted(wanted.headers.raw)


def test_headers_of_the_client_are_sent() -> None:
    client = shared_kind(httpx.Client)()
    client.headers["traceparent"] = "00-1"
    request = client.build_request("GET", "https://h.example/")
    assert request.headers["traceparent"] == "00-1"
