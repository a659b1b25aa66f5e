"""Errors in the form of the SDKs that are not installed here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

REQUEST = httpx.Request(
    "POST",
    "https://user:long-password@example.com/v1/chat/completions?key=query-secret",
    headers={"Authorization": "Bearer abcdefgh-12345678"},
)


def error_class(name: str, *bases: type[Exception], module: str) -> type[Exception]:
    """Return an error class of a package."""
    return type(name, bases or (Exception,), {"__module__": module})


def openai_error(
    status: int,
    error: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    *bases: type[Exception],
) -> Exception:
    """Return an error as the SDK of OpenAI raises it."""
    cls = error_class("APIStatusError", *bases, module="openai")
    raised: Any = cls(f"Error code: {status} - {error}")
    raised.status_code = status
    raised.body = error
    raised.request = REQUEST
    raised.response = httpx.Response(status, headers=headers, request=REQUEST)
    return raised  # type: ignore[no-any-return]


def http_error(status: int, headers: Mapping[str, str] | None = None) -> Exception:
    """Return the error of `httpx.Response.raise_for_status`."""
    body = {"error": {"message": "Words of the server."}}
    response = httpx.Response(status, json=body, headers=headers, request=REQUEST)
    return httpx.HTTPStatusError(
        f"Client error '{status}' for url '{REQUEST.url}'",
        request=REQUEST,
        response=response,
    )


def boto_error(status: int) -> Exception:
    """Return an error as botocore raises it."""
    raised: Any = error_class("ClientError", module="botocore.exceptions")("x")
    raised.response = {"ResponseMetadata": {"HTTPStatusCode": status}}
    return raised  # type: ignore[no-any-return]


def google_error(code: object) -> Exception:
    """Return an error as Google's SDK raises it."""
    raised: Any = error_class("ClientError", module="google.genai.errors")("x")
    raised.code = code
    return raised  # type: ignore[no-any-return]
