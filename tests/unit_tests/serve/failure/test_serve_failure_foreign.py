from __future__ import annotations

import httpx

from langchain_sse_chat.serve.failure.foreign import attribute, text_items


def test_an_attribute_that_cannot_be_read_is_missing() -> None:
    assert attribute(httpx.ConnectError("x"), "request") is None
    assert attribute(None, "request") is None
    assert attribute(1, "real") == 1


def test_headers_have_names_in_lower_case() -> None:
    assert text_items(httpx.Headers({"Retry-After": "1"})) == {"retry-after": "1"}
    assert text_items({"A": 1}) == {"a": "1"}
    assert text_items(None) == {}
