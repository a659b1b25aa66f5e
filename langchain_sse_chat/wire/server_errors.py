"""Turn errors that servers report into typed errors."""

from __future__ import annotations

import http
import json
import re
from collections.abc import Mapping
from typing import Any

from langchain_sse_chat.errors import (
    AuthenticationError,
    ContextLengthError,
    ErrorResponse,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    StatusError,
    StreamError,
)
from langchain_sse_chat.lazy_pattern import lazy_pattern
from langchain_sse_chat.wire.context_length import is_overflow
from langchain_sse_chat.wire.error_details import (
    ErrorDetails,
    Report,
    code_in,
    nested_details,
    read_details,
    report_of,
    word_in,
)
from langchain_sse_chat.wire.jsontext import loads
from langchain_sse_chat.wire.redirects import redirect_target, without_targets
from langchain_sse_chat.wire.retry_after import parse_retry_after, wait_in
from langchain_sse_chat.wire.retryable import PASSING_STATUSES, is_spent, may_pass

_SHOWN = 2000
"""Characters of a server's message that an error shows, at most."""

_REQUEST_ID_HEADERS = (
    "x-request-id",
    "request-id",
    "apim-request-id",
    "x-generation-id",
    "mistral-correlation-id",
    "cf-ray",
)

_HINTS = {
    401: "Check the API key.",
    402: "Check the account balance.",
    403: "Check the permissions of the API key.",
    404: (
        "Check {subject}, and that `base_url` is the part of the address "
        "before `{path}`, often ending in `/v1`."
    ),
    407: "Pass the user and password of the proxy in `proxy`.",
    413: "Send a smaller request.",
}

_SPENT_HINT = (
    "The account has no credit left or is closed, so there is no retry. Check the "
    "billing page of the provider."
)

_WANTS_TLS = lazy_pattern(
    r"plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server",
    re.IGNORECASE,
)
"""Messages of nginx and Go servers for http:// when they expect https://."""

_WANTS_RESPONSES = lazy_pattern(r"\bv1/responses\b")
"""Messages of OpenAI for models, or tools, that need another API."""

_RESPONSES_HINT = (
    "This package uses chat completions, not the Responses API. Pass another model, or "
    "`reasoning=False` if the message is about tools."
)

_REDIRECT_HINT = (
    "Redirects are not followed, so that the key is not sent elsewhere. If you trust "
    "this target, pass it as `base_url`."
)


_OTHER_WORDS = ("text", "title", "reason", "description", "errorMessage", "errMsg")
"""Keys of a message, used only in an object that is known to be an error."""


def stream_error(
    body: object, url: str, chunk: Mapping[str, Any] | None = None
) -> StreamError | ContextLengthError:
    """Return the error that a server reported in an answer with status 200.

    Args:
        body: The error as sent: an object or a text.
        url: The URL without query.
        chunk: The chunk with the error, which may have the code.
    """
    words = read_details(body if isinstance(body, dict) else {"error": body})
    if words is None:
        fields = body if isinstance(body, dict) else {}
        kind = word_in(fields, "type", "error_type")
        said = word_in(fields, *_OTHER_WORDS) or _as_text(body)
        words = ErrorDetails(said, code_in(fields), kind)
    if words.code is None and chunk is not None:
        words = words._replace(code=code_in(chunk))
    report = report_of(words, body if chunk is None else [body, chunk])
    code = words.code if words.code is not None else words.type
    label = f" ({code})" if code is not None else ""
    msg = f"{url} reported an error in its answer{label}: {_short(report.message)}"
    failed = body.get("failed_generation") if isinstance(body, dict) else None
    if failed:
        msg += f" The rejected output was: {_short(str(failed))}"
    spent = is_spent(report)
    # Relays of this package say it in the error, instead of a header.
    told = body.get("should_retry") if isinstance(body, dict) else None
    passes = told if isinstance(told, bool) else may_pass(words.code, words.type)
    if not spent and is_overflow(report.texts, report.codes, _as_status(words.code)):
        sent = json.dumps(body, ensure_ascii=False, default=str)
        response = ErrorResponse(http.HTTPStatus.OK, text=sent)
        return ContextLengthError(msg, response=response, code=code)
    return StreamError(
        f"{_sentence(msg)} {_SPENT_HINT}" if spent else msg,
        code=code,
        body=body,
        is_retryable=passes and not spent,
        retry_after=wait_in(report),
    )


def finish_error(reason: str, url: str) -> StreamError:
    """Return the error for an answer whose finish reason reports a failure.

    Args:
        reason: The finish reason.
        url: The URL without query.
    """
    msg = (
        f"{url} ended its answer with the finish reason {reason!r} and no further "
        "explanation. The answer is not complete; `partial` holds what was received."
    )
    return StreamError(
        msg, code=reason, body={"finish_reason": reason}, is_retryable=True
    )


def _as_text(body: object) -> str:
    return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)


def _as_status(code: str | int | None) -> int:
    text = str(code)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0  # noqa: PLR2004


def status_error(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    url: str,
    now: float,
    key_hint: str = "",
    address: str = "base_url",
    path: str = "/chat/completions",
    subject: str = "the model name",
) -> StatusError:
    """Return the error for an HTTP status that is not a success.

    Args:
        status: The HTTP status.
        headers: The response headers, with names in lower case.
        body: The response body, or its beginning.
        url: The URL without query.
        now: Seconds since the epoch, for a server that names the moment of a retry.
        key_hint: A sentence for 401 and 403 when the request had no key.
        address: The setting with the URL.
        path: The path after the root of the API.
        subject: The value to check if the status is 404.
    """
    text = body.decode("utf-8", "replace")
    words, parsed = _body_words(text)
    report = report_of(words, parsed)
    spent = is_spent(report)
    named = request_id(headers)
    target = redirect_target(status, headers, url)
    msg = f"{url} answered {status}"
    if target:
        msg = f"{msg} and redirects to {target}. {_REDIRECT_HINT}"
    else:
        said = (
            f": {_short(report.message)}" if report.message else " with an empty body"
        )
        hint = _SPENT_HINT if spent else _hint(status, report, key_hint, address)
        hint = hint.replace("{path}", path).replace("{subject}", subject)
        msg = f"{_sentence(msg + said)} {hint}".rstrip()
    if named:
        msg += f" (request {named})"
    retry_after = parse_retry_after(headers, now)
    kind = _status_class(status, report, spent=spent)
    passes = status in PASSING_STATUSES
    if kind is ContextLengthError or spent:
        passes = False
    else:
        should_retry = headers.get("x-should-retry", "").strip().lower()
        passes = {"true": True, "false": False}.get(should_retry, passes)
    return kind(
        msg,
        response=ErrorResponse(status, without_targets(without_cookies(headers)), text),
        request_id=named,
        code=words.code if words.code is not None else words.type,
        retry_after=wait_in(report, now) if retry_after is None else retry_after,
        is_retryable=passes,
    )


def _hint(status: int, report: Report, key_hint: str, address: str) -> str:
    """Return advice for an error status, by the status or the message."""
    if key_hint and status in {401, 403}:
        return key_hint
    if _WANTS_TLS.search(report.message):
        return f"Use https:// in `{address}`."
    if _WANTS_RESPONSES.search(report.message):
        return _RESPONSES_HINT
    if status == http.HTTPStatus.NOT_FOUND and address != "base_url":
        return f"Check `{address}`."
    return _HINTS.get(status, "")


def _sentence(text: str) -> str:
    text = text.rstrip()
    return text if text.endswith((".", "!", "?", "。", "！", "？")) else f"{text}."  # noqa: RUF001  Chinese


def request_id(headers: Mapping[str, str]) -> str | None:
    """Return the server's ID of a request, from the response headers."""
    return next((headers[h] for h in _REQUEST_ID_HEADERS if headers.get(h)), None)


def without_cookies(headers: Mapping[str, str]) -> dict[str, str]:
    """Return response headers without cookies, which are secrets."""
    return {k: v for k, v in headers.items() if k not in {"set-cookie", "set-cookie2"}}


_TITLE = lazy_pattern(r"<title[^<>]*>([^<]*)</title>", re.IGNORECASE)


def _body_words(text: str) -> tuple[ErrorDetails, object]:
    """Return the details in a body, and the parsed body, `None` if it is not JSON."""
    try:
        parsed: object = loads(text)
        words = read_details(parsed)
        if words is None and isinstance(parsed, dict):
            words = nested_details(parsed)
    except ValueError:
        words = parsed = None
    if words is not None:
        return words, parsed
    title = _TITLE.search(text[:_SHOWN])
    if title:
        return ErrorDetails(f"an HTML page, {title.group(1).strip()!r}"), None
    return ErrorDetails(" ".join(text.split())[:200]), None


_NO_OVERFLOW = frozenset({401, 402, 403, 404})


def _status_class(status: int, report: Report, *, spent: bool) -> type[StatusError]:
    is_error = status >= 400 and status not in _NO_OVERFLOW  # noqa: PLR2004
    if is_error and not spent and is_overflow(report.texts, report.codes, status):
        return ContextLengthError
    known: dict[int, type[StatusError]] = {
        401: AuthenticationError,
        402: PermissionDeniedError,
        403: PermissionDeniedError,
        404: NotFoundError,
        429: RateLimitError,
    }
    if status in known:
        return known[status]
    if 400 <= status < 500:  # noqa: PLR2004  the class of client errors
        return InvalidRequestError
    return ServerError if status >= 500 else StatusError  # noqa: PLR2004


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} …"
