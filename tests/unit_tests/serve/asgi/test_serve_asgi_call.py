"""A request before it is known what it asks for."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.serve.asgi.call import Call


async def receive() -> Any:
    """Give nothing: no test reads a body."""


def call(server: Any = ("127.0.0.1", 80), **headers: str) -> Call:
    pairs = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    return Call.of({"type": "http", "headers": pairs, "server": server}, receive)


def test_the_id_of_the_client_is_kept() -> None:
    assert call(x_request_id="mine").request_id == "mine"
    assert call(x_request_id="mine").own_headers == [(b"x-request-id", b"mine")]


@pytest.mark.parametrize("sent", ["", "a b", "x" * 1000])
def test_another_id_is_made(sent: str) -> None:
    first, second = call(x_request_id=sent), call(x_request_id=sent)
    assert first.request_id not in ("", sent, second.request_id)


def test_a_header_is_found_by_its_name() -> None:
    assert call(content_type="a/b").header("content-type") == "a/b"
    assert call().header("content-type") is None


def test_the_names_by_which_the_server_was_asked() -> None:
    asked = call(host="h", origin="o", sec_fetch_site="same-origin").asked
    assert (asked.server, asked.host) == ("127.0.0.1", "h")
    assert (asked.origin, asked.fetch_site) == ("o", "same-origin")


@pytest.mark.parametrize("server", [("/run/app.sock", None), None])
def test_a_unix_socket_has_no_address(server: Any) -> None:
    assert call(server).asked.server is None
