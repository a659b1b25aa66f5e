"""A request as the server recorded it."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.testing.journal import Journal
from langchain_sse_chat.testing.request import Request


def received(body: bytes) -> Request:
    return Journal().received("POST", "/", {"authorization": "Bearer hidden"}, body, 1)


@pytest.mark.parametrize(
    ("body", "settings"),
    [
        pytest.param(b'{"model": "m"}', {"model": "m"}, id="an object"),
        pytest.param(b"[1]", {}, id="a list"),
        pytest.param(b"model=m", {}, id="not JSON"),
        pytest.param(b"", {}, id="empty"),
    ],
)
def test_settings_are_the_fields_of_an_object(body: bytes, settings: Any) -> None:
    assert received(body).settings() == settings


def test_a_body_that_is_not_json_is_an_error_when_asked_for_as_json() -> None:
    with pytest.raises(ValueError, match="Expecting value"):
        received(b"model=m").json()


def test_headers_which_may_hold_a_key_are_not_shown() -> None:
    assert "hidden" not in repr(received(b""))
