"""Read the body of a request as JSON."""

from __future__ import annotations

import json
from typing import Any

from langchain_sse_chat.serve.failure.failure import (
    RequestRefused,
    body_too_large,
    refused,
    unsupported_content_type,
)
from langchain_sse_chat.serve.request.limits import RequestLimits
from langchain_sse_chat.wire.jsontext import strict_loads
from langchain_sse_chat.wire.surrogates import whole_characters

JSON = "application/json"


def media_type(content_type: str | None) -> str:
    """Return the media type of a `Content-Type` in lower case, without parameters."""
    return (content_type or "").partition(";")[0].strip().lower()


def read_object(
    body: bytes, content_type: str | None, limits: RequestLimits
) -> dict[str, Any]:
    """Return the JSON object in a body.

    Half of a character, which clients send that cut an emoji in two, becomes U+FFFD.

    Raises:
        RequestRefused: The content type is not JSON (415), the body is too large (413),
            or it is not an object in strict JSON of at most 200 levels (400).
    """
    if media_type(content_type) != JSON:
        raise RequestRefused(unsupported_content_type(JSON))
    value = _value(read_text(body, limits))
    if not isinstance(value, dict):
        msg = "The body is not a JSON object."
        raise refused(msg, code="invalid_type")
    return value


def read_text(body: bytes, limits: RequestLimits) -> str:
    """Return the text of a body.

    Raises:
        RequestRefused: The body is too large (413) or not UTF-8 (400).
    """
    if len(body) > limits.body:
        raise RequestRefused(body_too_large(limits.body))
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        msg = "The body is not UTF-8."
        raise refused(msg, code="invalid_body") from None


def _value(text: str) -> Any:
    try:
        value = strict_loads(text)
    except json.JSONDecodeError as error:
        msg = f"The body is not JSON: {error.msg} at character {error.pos + 1}."
        raise refused(msg, code="invalid_body") from None
    except ValueError as error:
        msg = f"The JSON of the body was rejected: {str(error)[:100]}."
        raise refused(msg, code="invalid_body") from None
    return _joined(value) if "\\ud" in text.lower() else value


def _joined(value: Any) -> Any:
    """Return a value whose strings have whole characters."""
    if isinstance(value, str):
        return whole_characters(value)
    if isinstance(value, list):
        return [_joined(one) for one in value]
    if isinstance(value, dict):
        return {whole_characters(key): _joined(one) for key, one in value.items()}
    return value
