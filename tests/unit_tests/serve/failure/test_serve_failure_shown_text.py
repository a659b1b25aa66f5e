from __future__ import annotations

import httpx
import pytest

from langchain_sse_chat.serve.failure.shown_text import shown

KEY = "abcdefgh-12345678"
REQUEST = httpx.Request(
    "POST",
    "https://user:long-password@example.com/v1?token=query-secret",
    headers={"Authorization": f"Bearer {KEY}", "X-Tenant": "tenant-secret"},
)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("temperature must be < 2", "temperature must be < 2"),
        ("  two\n lines ", "two lines"),
        (f"bad {KEY}!", "bad ***!"),
        ("of tenant-secret", "of ***"),
        ("long-password and query-secret", "*** and ***"),
        ("see https://a:b@c.d:8/e?f=g#h, now", "see https://c.d:8/e now"),
        ("see http://[broken/", "see ***"),
        ("use sk-proj-abcdef12345", "use ***"),
        ("use sk-abc***************xyz", "use ***"),
        ("bearer 0123456789", "bearer ***"),
        ("skepticism of ghostwriters", "skepticism of ghostwriters"),
        ("use AIzaSyA1234567890", "use ***"),
        ("use eyJhbGciOiJI.eyJzdWIiOi.abc", "use ***"),
        ("Authorization: Bearer 0123456789", "Authorization: Bearer ***"),
        ("sent Basic dXNlcjpwYXNz", "sent Basic ***"),
        ("api_key=abc0123456789, x", "api_key=***, x"),
        ('{"password": "hunter22"}', '{"password": "***"}'),
        ("API key provided: abc0123456789.", "API key provided: ***"),
        ("max_tokens: 128000 > 8192", "max_tokens: 128000 > 8192"),
        ("limit per token: 1000000", "limit per token: 1000000"),
    ],
)
def test_a_sentence_is_shown_without_secrets(said: str, expected: str) -> None:
    error = httpx.HTTPStatusError(
        "x", request=REQUEST, response=httpx.Response(400, request=REQUEST)
    )
    assert shown(said, error) == expected


def test_an_error_without_a_request_has_no_known_secrets() -> None:
    assert shown(KEY, ValueError()) == KEY


def test_a_request_without_headers_has_no_secrets() -> None:
    class OddError(Exception):
        request = object()

    assert shown(KEY, OddError()) == KEY


def test_a_long_sentence_is_cut() -> None:
    assert shown("a " * 1000, ValueError()) == "a " * 500 + " …"
