from __future__ import annotations

import pytest

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.transport.url import endpoint, safe_url, secrets_in_url


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("https://a.example/v1", "https://a.example/v1/chat/completions"),
        ("https://a.example/v1/", "https://a.example/v1/chat/completions"),
        (" https://a.example ", "https://a.example/chat/completions"),
        (
            "https://a.example/v1/chat/completions",
            "https://a.example/v1/chat/completions",
        ),
        (
            "https://a.example/v1/chat/completions/",
            "https://a.example/v1/chat/completions",
        ),
        (
            "https://a.example/x?api-version=2#top",
            "https://a.example/x/chat/completions?api-version=2",
        ),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1/chat/completions"),
        ("http://u:p@h/v1", "http://u:p@h/v1/chat/completions"),
    ],
)
def test_endpoint_is_chat_completions_under_the_base_url(
    base_url: str, url: str
) -> None:
    assert endpoint(base_url) == url


def test_default_query_replaces_and_removes_by_name() -> None:
    url = endpoint(
        "https://a.example/v1?a=1&b=&c=3", {"c": 4, "d": True, "a": None, "e": "ü"}
    )
    assert url == "https://a.example/v1/chat/completions?b=&c=4&d=true&e=%C3%BC"


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "api.example.com/v1",
        "localhost:8000/v1",
        "ftp://a.example",
        "http+unix://%2Ftmp%2Fsock/v1",
        "https://",
        "https:///v1",
        "https://a.example:port/v1",
        "https://a.example:0/v1",
        "https://a.example:99999/v1",
        "https://[::1/v1",
        "https://a b.example/v1",
        "https://a.example/v1\x7f",
    ],
)
def test_what_no_request_can_be_sent_to_is_refused(base_url: str) -> None:
    with pytest.raises(ConfigurationError, match="pass one like 'https://"):
        endpoint(base_url)


def test_refusal_shows_no_password_and_no_query() -> None:
    with pytest.raises(ConfigurationError) as caught:
        endpoint("ftp://user:hidden@a.example/v1?key=hidden")
    assert "'ftp://a.example/v1'" in str(caught.value)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://a.example/v1?key=s#f", "https://a.example/v1"),
        ("https://a.example/v1#f?x", "https://a.example/v1"),
        ("https://u:p@a.example:1/v1", "https://a.example:1/v1"),
        ("https://u:p@x@a.example/@me", "https://a.example/@me"),
        ("not a url", "not a url"),
    ],
)
def test_safe_url_leaves_out_what_may_be_secret(url: str, safe: str) -> None:
    assert safe_url(url) == safe


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("https://me:p%40ss@h/v1?key=k&api-version=1", ["k", "p@ss"]),
        ("https://me@h/v1", []),
        ("https://h/v1?a=1&b=&c=3", ["1", "3"]),
        ("http://[", []),
    ],
)
def test_knows_what_of_a_url_is_secret(url: str, secrets: list[str]) -> None:
    assert secrets_in_url(url, {"api-version"}) == secrets
