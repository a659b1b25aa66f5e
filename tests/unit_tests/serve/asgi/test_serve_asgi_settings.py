"""Settings that cannot be meant are refused."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.serve import create_app


async def answer(messages: Any, request: Any) -> str:
    return "Hello"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("keep_alive", 0),
        ("commit_after", -1.0),
        ("max_body", "8M"),
        ("max_streams", 0),
        ("max_seconds", None),
        ("body_seconds", float("nan")),
        ("reader_seconds", 0),
        ("drain_seconds", -5),
        ("cors_origins", "https://example.com"),
        ("allowed_hosts", "example.com"),
        ("api_keys", []),
        ("ui_system_messages", 1),
        ("page", "yes"),
        ("keep", "memory"),
        ("keep", True),
        ("keep_prefix", None),
        ("linger", 0),
        ("kept_seconds", -1),
        ("kept_bytes", "1M"),
    ],
)
def test_a_setting_that_is_not_valid_is_named(name: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"`{name}`"):
        create_app(answer, **{name: value})


@pytest.mark.parametrize(
    "origin",
    [
        "example.com",
        "https://example.com/",
        "https://Example.com",
        "https://example.com:443",
        "http://example.com:80",
        "https://*.example.com",
        "https://a.example, https://b.example",
        "",
        None,
    ],
    ids=repr,
)
def test_an_origin_that_no_browser_sends_is_refused(origin: Any) -> None:
    with pytest.raises(ConfigurationError, match="`cors_origins`"):
        create_app(answer, cors_origins=["https://example.com", origin])


@pytest.mark.parametrize(
    "host",
    [
        "https://example.com",
        "example.com:8000",
        "example.com/",
        "example.com.",
        "*example.com",
        "[::1]",
        "a.example, b.example",
        "",
        None,
    ],
    ids=repr,
)
def test_a_host_that_no_request_names_is_refused(host: Any) -> None:
    with pytest.raises(ConfigurationError, match="`allowed_hosts`"):
        create_app(answer, allowed_hosts=["example.com", host])


def test_every_form_of_origins_and_hosts_is_accepted() -> None:
    create_app(
        answer,
        cors_origins=[
            "*",
            "null",
            "https://example.com",
            "http://localhost:3000",
            "http://[::1]:8443",
            "https://example.com:80",
            "chrome-extension://abcdef",
        ],
        allowed_hosts=[
            "*",
            "*.example.com",
            "Example.com",
            "my_host",
            "10.0.0.1",
            "::1",
        ],
    )
