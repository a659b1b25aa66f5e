from __future__ import annotations

import pytest

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.request.headers import request_headers


def test_a_stream_is_asked_for_uncompressed_and_uncached() -> None:
    assert request_headers(True, {"Authorization": "Bearer k"}) == {
        "Accept": "text/event-stream",
        "Accept-Encoding": "identity",
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "Authorization": "Bearer k",
    }


def test_an_answer_in_one_piece_is_asked_for_as_json() -> None:
    assert request_headers(False, {}) == {
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Content-Type": "application/json",
    }


def test_extra_headers_win_whatever_their_case() -> None:
    headers = request_headers(
        True,
        {"Authorization": "Bearer k"},
        {"ACCEPT": "*/*", "authorization": "Basic x", "X-N": 1},
    )
    assert headers["ACCEPT"] == "*/*"
    assert headers["authorization"] == "Basic x"
    assert headers["X-N"] == "1"
    assert "Accept" not in headers
    assert "Authorization" not in headers


def test_none_removes_a_header() -> None:
    headers = request_headers(
        True, {"Authorization": "Bearer k"}, {"AUTHORIZATION": None, "x": None}
    )
    assert {name.lower() for name in headers} == {
        "accept",
        "accept-encoding",
        "content-type",
        "cache-control",
    }


@pytest.mark.parametrize(
    "value",
    [
        "Bearer key\n",
        "Bearer k\r\nX-Evil: 1",
        " Bearer key",
        "Bearer key ",
        "Bearer \x00",
        "Bearer ключ",
        "\x7f",
    ],
)
def test_a_value_that_cannot_be_sent_is_refused_without_showing_it(value: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        request_headers(True, {"Authorization": value})
    assert "'Authorization'" in str(caught.value)
    assert value.strip() not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("value", ["", "a", "a b\tc", "~"])
def test_a_value_of_visible_ascii_is_sent_as_it_is(value: str) -> None:
    assert request_headers(True, {}, {"x": value})["x"] == value


@pytest.mark.parametrize("name", ["", "a b", "a:", "ключ", "a\n"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be the name of a header"):
        request_headers(True, {}, {name: "x"})
