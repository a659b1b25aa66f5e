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
    ],
)
def test_a_setting_that_is_not_valid_is_named(name: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"`{name}`"):
        create_app(answer, **{name: value})
