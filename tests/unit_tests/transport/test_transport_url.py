from __future__ import annotations

from base64 import b64encode

import pytest

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.transport.url import (
    endpoint,
    safe_url,
    socket_path,
    socket_url,
    without_user,
)

PATH = "/chat/completions"


@pytest.mark.parametrize(
    "base_url",
    [
        "https://a.example/v1/chat/completions",
        "https://a.example/v1/chat/completions/",
        "https://a.example/v1/models",
    ],
)
def test_the_whole_url_for_chats_is_the_root_of_other_requests(base_url: str) -> None:
    assert endpoint(base_url, "/models") == "https://a.example/v1/models"


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        pytest.param(
            "https://a.example/v1", "https://a.example/v1/chat/completions", id="path"
        ),
        pytest.param(
            "https://a.example/v1/",
            "https://a.example/v1/chat/completions",
            id="path and slash",
        ),
        pytest.param(
            " https://a.example ", "https://a.example/chat/completions", id="blanks"
        ),
        pytest.param(
            "https://a.example/v1/chat/completions",
            "https://a.example/v1/chat/completions",
            id="endpoint",
        ),
        pytest.param(
            "https://a.example/v1/chat/completions/",
            "https://a.example/v1/chat/completions",
            id="endpoint and slash",
        ),
        pytest.param(
            "https://a.example/x?api-version=2#top",
            "https://a.example/x/chat/completions?api-version=2",
            id="query and fragment",
        ),
        pytest.param(
            "http://[::1]:8000/v1", "http://[::1]:8000/v1/chat/completions", id="IPv6"
        ),
        pytest.param(
            "http://u:p@h/v1",
            "http://u:p@h/v1/chat/completions",
            id="user and password",
        ),
        pytest.param(
            "http+unix://%2Frun%2FLlama.sock/v1",
            "http+unix://%2Frun%2FLlama.sock/v1/chat/completions",
            id="socket",
        ),
        pytest.param(
            " HTTP+UNIX://%2frun%2f%61:@%C3%BC.sock?x=1",
            "http+unix://%2Frun%2Fa%3A%40%C3%BC.sock/chat/completions?x=1",
            id="socket in capitals",
        ),
    ],
)
def test_the_endpoint_is_the_path_under_the_base_url(base_url: str, url: str) -> None:
    assert endpoint(base_url, PATH) == url


def test_the_endpoint_may_be_another_path() -> None:
    url = endpoint("https://a.example/v1/", "/responses")

    assert url == "https://a.example/v1/responses"


def test_default_query_replaces_and_removes_by_name() -> None:
    url = endpoint(
        "https://a.example/v1?a=1&b=&c=3",
        PATH,
        {"c": 4, "d": True, "a": None, "e": "ü"},
    )
    assert url == "https://a.example/v1/chat/completions?b=&c=4&d=true&e=%C3%BC"


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "api.example.com/v1",
        "localhost:8000/v1",
        "ftp://a.example",
        "http+unix:///run/llama.sock/v1",
        "http+unix://run/llama.sock/v1",
        "http+unix://llama.sock/v1",
        "http+unix://%00abstract/v1",
        "http+unix://%2Frun%2Fa%0Ab.sock/v1",
        "http+unix://user:pass@%2Frun%2Fa.sock/v1",
        "http+unix://[%2Frun/v1",
        "http+unix://%2Frun%2Fa b.sock/v1",
        "https+unix://%2Frun%2Fa.sock/v1",
        "unix:///run/llama.sock",
        "unix:/run/llama.sock",
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
    with pytest.raises(ConfigurationError, match="Pass a URL like 'https://"):
        endpoint(base_url, PATH)


def test_refusal_shows_no_password_and_no_query() -> None:
    with pytest.raises(ConfigurationError) as caught:
        endpoint("ftp://user:hidden@a.example/v1?key=hidden", PATH)
    assert "'ftp://a.example/v1'" in str(caught.value)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        pytest.param(
            "https://a.example/v1?key=s#f", "https://a.example/v1", id="query"
        ),
        pytest.param("https://a.example/v1#f?x", "https://a.example/v1", id="fragment"),
        pytest.param(
            "https://u:p@a.example:1/v1",
            "https://a.example:1/v1",
            id="user and password",
        ),
        pytest.param(
            "https://u:p@x@a.example/@me", "https://a.example/@me", id="at signs"
        ),
        pytest.param("not a url", "not a url", id="not a URL"),
        pytest.param(
            "http+unix://%2Frun%2FLlama%40.sock/v1?key=s",
            "http://unix:/run/Llama@.sock:/v1",
            id="socket",
        ),
        pytest.param(
            "http+unix://u:p@%2Frun/v1",
            "http+unix://%2Frun/v1",
            id="socket with a user",
        ),
    ],
)
def test_safe_url_leaves_out_what_may_be_secret(url: str, safe: str) -> None:
    assert safe_url(url) == safe


def test_a_refusal_shows_how_a_unix_socket_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"http\+unix://%2Frun%2Fllama.sock"):
        endpoint("unix:///run/llama.sock", PATH)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("http+unix://%2Frun%2FLlama.sock/v1", "/run/Llama.sock"),
        ("http+unix://%2Frun%2Fa%20b.sock", "/run/a b.sock"),
        ("http+unix:///run/llama.sock/v1", None),
        ("https://a.example/v1", None),
        (None, None),
    ],
)
def test_a_url_names_a_unix_socket_or_none(url: str | None, path: str | None) -> None:
    assert socket_path(url) == path


def test_a_path_comes_back_from_the_url_of_its_socket() -> None:
    path = "/run/My models/ü:1@%2F.sock"
    assert socket_path(f"{socket_url(path)}/v1") == path


@pytest.mark.parametrize(
    ("url", "bare", "pair"),
    [
        ("https://h:1/v1?a=b", "https://h:1/v1?a=b", None),
        ("https://h/v1/@me", "https://h/v1/@me", None),
        ("https://@h/v1", "https://h/v1", None),
        ("https://:@h/v1", "https://h/v1", None),
        ("https://me:words@h:1/v1?a=b", "https://h:1/v1?a=b", b"me:words"),
        ("https://me@[::1]:1/v1", "https://[::1]:1/v1", b"me:"),
        ("https://:words@h/v1", "https://h/v1", b":words"),
        ("https://m%40e:a%3Ab%2Fc@h/v1", "https://h/v1", b"m@e:a:b/c"),
        ("https://me:w@rds@h/v1", "https://h/v1", b"me:w@rds"),
        ("https://%C3%BC:%E2%82%AC@h", "https://h", "ü:€".encode()),
        ("http+unix://%2Frun%2Fa%40b/v1", "http+unix://%2Frun%2Fa%40b/v1", None),
    ],
)
def test_user_and_password_are_for_the_header(
    url: str, bare: str, pair: bytes | None
) -> None:
    header = None if pair is None else f"Basic {b64encode(pair).decode()}"
    assert without_user(url) == (bare, header)
