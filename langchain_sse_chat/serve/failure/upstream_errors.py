"""Recognize the errors of models: of LangChain's classes and of the common SDKs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from langchain_core.exceptions import (
    ContextOverflowError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelError,
    ModelInvalidRequestError,
    ModelNotFoundError,
    ModelPermissionDeniedError,
    ModelRateLimitError,
    ModelTimeoutError,
)

from langchain_sse_chat.errors import ConfigurationError, SSEChatError, StreamError
from langchain_sse_chat.serve.failure.foreign import attribute, text_items
from langchain_sse_chat.serve.failure.shown_text import shown
from langchain_sse_chat.wire.context_length import is_overflow
from langchain_sse_chat.wire.error_details import (
    ErrorDetails,
    Report,
    read_details,
    report_of,
)
from langchain_sse_chat.wire.retry_after import parse_retry_after, wait_in
from langchain_sse_chat.wire.retryable import PASSING_STATUSES, is_spent

Kind = Literal[
    "request", "context", "limit", "refused", "timeout", "broken", "internal"
]
"""The failing part: the request, its length, a rate limit, the access of this server
to the model, the time, the model's server or the connection to it, this server."""

_REFUSED = (
    ModelAuthenticationError,
    ModelPermissionDeniedError,
    ModelNotFoundError,
)

_KINDS: tuple[tuple[type[Exception], Kind], ...] = (
    (ModelRateLimitError, "limit"),
    (ModelTimeoutError, "timeout"),
    (ModelInvalidRequestError, "request"),
    (ModelError, "broken"),
)
"""LangChain's classes; the first that fits counts."""

_STATUS_KINDS: dict[int, Kind] = {
    **dict.fromkeys((401, 402, 403, 404, 405, 407, 410, 451), "refused"),
    **dict.fromkeys((408, 504, 524), "timeout"),
    **dict.fromkeys((409, 425), "broken"),
    429: "limit",
}
"""Statuses that mean something else than their class of hundreds."""

_SDKS = frozenset(
    {
        "aiohttp",
        "anthropic",
        "azure",
        "botocore",
        "cohere",
        "google",
        "groq",
        "httpcore",
        "httpx",
        "httpx2",
        "huggingface_hub",
        "mistralai",
        "ollama",
        "openai",
        "requests",
        "together",
        "urllib3",
    }
)
"""Packages that talk to servers of models. Errors of others, such as a database's, are
errors of this server."""

_TIME = re.compile(r"Time?d?-?Out|DeadlineExceeded", re.IGNORECASE)
_CONNECTION = re.compile(
    r"Connect|Transport|Network|Protocol|Disconnected|Payload|Read|Write|Proxy|SSL"
    r"|ServiceUnavailable|APIError|Endpoint",
    re.IGNORECASE,
)
"""Names of error classes."""

_ABOUT_A_KEY = re.compile(
    r"api[ _-]?key|credentials?\b|unauthori[sz]ed|authenticat|access token",
    re.IGNORECASE,
)
"""A 400 about the key of this server, as Gemini sends it."""

_RATE_CODE = re.compile(r"rate_?limit|too_?many_?requests|resource_?exhausted|^429$")
"""Codes of a rate limit in an answer that began with status 200."""

_PATH = re.compile(
    r"messages\[\d+\](?:\.content\[\d+\])?|tools\[\d+\]"
    r"|\b(?:tool_choice|tools|response_format|logit_bias|top_logprobs|logprobs"
    r"|temperature|top_p|max_tokens|stop|seed|presence_penalty|frequency_penalty"
    r"|reasoning_effort|parallel_tool_calls|n)(?=['`]| names )"
)
"""A field of the request in the message of a `ConfigurationError`."""

_WORD = re.compile(r"[\w.\[\]-]{1,64}")

_SENTENCE = re.compile(r".*?[.:](?=\s|$)", re.DOTALL)


class Fault(NamedTuple):
    """A failure of a model, and who is at fault."""

    kind: Kind
    text: str = ""
    """A sentence for the client."""
    code: str | None = None
    param: str | None = None
    retry: bool = False
    retry_after: float | None = None


def fault_of(exception: BaseException, now: float | None) -> Fault:
    """Return the fault of an exception.

    Args:
        exception: The exception.
        now: Seconds since the epoch; without it, delays that are dates are ignored.
    """
    if isinstance(exception, ConfigurationError):
        return _configured(exception)
    status = _status(exception)
    details = _details(exception)
    report = None if details is None else report_of(*details)
    kind = _kind(exception, status, report)
    if kind == "internal":
        return Fault(kind)
    retry, wait = _retry(exception, kind, status, report, now)
    if kind in {"request", "context"}:
        words = shown(report.message if report else _own_text(exception), exception)
        fields = report.objects if report else ()
        return Fault(kind, words, _word(fields, "code"), _word(fields, "param"))
    text = _broken_text(exception, status) if kind == "broken" else ""
    return Fault(kind, text, retry=retry, retry_after=wait)


def refusal_in(exception: BaseException) -> str:
    """Return the refusal of the model in an error."""
    message = attribute(exception, "raw_message")
    further = attribute(message, "additional_kwargs")
    said = further.get("refusal") if isinstance(further, Mapping) else None
    content = attribute(message, "content")
    for block in content if isinstance(content, list) else []:
        if not said and isinstance(block, Mapping) and block.get("type") == "refusal":
            said = block.get("refusal")
    return said if said and isinstance(said, str) else "The model refused to answer."


def http_exception(exception: BaseException) -> tuple[int, str] | None:
    """Return status and text of an `HTTPException` of Starlette or FastAPI.

    A served function raises it to choose the response itself.
    """
    for cls in type(exception).__mro__:
        if (cls.__module__, cls.__name__) == ("starlette.exceptions", "HTTPException"):
            status = _as_status(attribute(exception, "status_code"))
            text = attribute(exception, "detail")
            if status and isinstance(text, str) and status >= 400:  # noqa: PLR2004
                return status, text
    return None


def _configured(exception: ConfigurationError) -> Fault:
    """Return the fault of an error that was found before anything was sent.

    It is the client's if it names a field of the request, otherwise the operator's.
    """
    text = str(exception)
    found = _PATH.search(text)
    if found is None:
        return Fault("internal")
    # Further sentences advise the programmer.
    sentence = _SENTENCE.match(text)
    words = sentence[0] if sentence else text
    return Fault("request", shown(words, exception), param=found[0])


def _kind(exception: BaseException, status: int | None, report: Report | None) -> Kind:
    if isinstance(exception, ContextOverflowError):
        return "context"
    if isinstance(exception, _REFUSED):
        return "refused"
    kind = _kind_by_status(status)
    if kind is None:
        kind = next((k for cls, k in _KINDS if isinstance(exception, cls)), None)
    if kind is None:
        kind = _kind_by_name(exception)
    if report is not None:
        return _kind_by_words(kind, status, report)
    return kind


def _kind_by_status(status: int | None) -> Kind | None:
    if status is None:
        return None
    if 400 <= status < 500:  # noqa: PLR2004  the class of client errors
        return _STATUS_KINDS.get(status, "request")
    return _STATUS_KINDS.get(status, "broken")


def _kind_by_words(kind: Kind, status: int | None, report: Report) -> Kind:
    """Correct a kind by what the server says."""
    if kind in {"request", "limit"} and is_spent(report):
        return "refused"
    if kind == "broken" and any(map(_RATE_CODE.search, report.codes)):
        return "limit"
    if kind != "request":
        return kind
    if is_overflow(report.texts, report.codes, status or 400):
        return "context"
    said = (*report.texts, *report.codes)
    return "refused" if any(map(_ABOUT_A_KEY.search, said)) else kind


def _kind_by_name(exception: BaseException) -> Kind:
    if isinstance(exception, TimeoutError):
        return "timeout"
    for cls in type(exception).__mro__:
        if cls.__module__.partition(".")[0] in _SDKS:
            if _TIME.search(cls.__name__):
                return "timeout"
            if _CONNECTION.search(cls.__name__):
                return "broken"
    return "internal"


def _retry(
    exception: BaseException,
    kind: Kind,
    status: int | None,
    report: Report | None,
    now: float | None,
) -> tuple[bool, float | None]:
    """Return whether a retry may help, and the seconds to wait before it."""
    headers = _headers(exception)
    wait = attribute(exception, "retry_after")
    if isinstance(wait, bool) or not isinstance(wait, int | float):
        known = headers if now is not None else _without_dates(headers)
        wait = parse_retry_after(known, now or 0.0)
    if wait is None and report is not None:
        wait = wait_in(report, now)
    asked = headers.get("x-should-retry", "").strip().lower()
    if asked in {"true", "false"}:
        return asked == "true", wait
    own = attribute(exception, "is_retryable")
    if isinstance(own, bool):
        return own, wait
    if status is not None:
        return status in PASSING_STATUSES, wait
    # The time limit of this server is a bare `TimeoutError`: the answer that took too
    # long would take too long again.
    return kind != "timeout" or type(exception) is not TimeoutError, wait


def _broken_text(exception: BaseException, status: int | None) -> str:
    if status is not None:
        return f"The model's server failed with status {status}."
    if isinstance(exception, ModelConnectionError):
        return "The connection to the model's server failed."
    return "The model's server failed, or its answer was not complete."


def _status(exception: BaseException) -> int | None:
    """Return the HTTP status of an error, under the names that SDKs have for it."""
    response = attribute(exception, "response")
    meta = response.get("ResponseMetadata") if isinstance(response, Mapping) else None
    candidates = [
        attribute(exception, "status_code"),
        attribute(response, "status_code"),
        attribute(exception, "http_status"),
        meta.get("HTTPStatusCode") if isinstance(meta, Mapping) else None,
    ]
    if isinstance(exception, StreamError) or _is_of_an_sdk(exception):
        candidates += [attribute(exception, "code"), attribute(exception, "status")]
    return next(filter(None, map(_as_status, candidates)), None)


def _as_status(value: object) -> int | None:
    if isinstance(value, str) and re.fullmatch("[45][0-9]{2}", value):
        value = int(value)
    is_one = isinstance(value, int) and 300 <= value < 600  # noqa: PLR2004
    return int(value) if isinstance(value, int) and is_one else None


def _is_of_an_sdk(exception: BaseException) -> bool:
    return any(
        cls.__module__.partition(".")[0] in _SDKS for cls in type(exception).__mro__
    )


def _details(exception: BaseException) -> tuple[ErrorDetails, object] | None:
    """Return the details in the body of an error response, if the error has it."""
    body = attribute(exception, "body")
    if not isinstance(body, Mapping | list):
        return None
    words = read_details(body)
    return None if words is None else (words, body)


def _own_text(exception: BaseException) -> str:
    """Return the text of an error if it was raised with a sentence for users.

    HTTP clients and this package name the address of the model's server.
    """
    is_ours = isinstance(exception, SSEChatError)
    return str(exception) if isinstance(exception, ModelError) and not is_ours else ""


def _headers(exception: BaseException) -> dict[str, str]:
    """Return the response headers of an error, with names in lower case."""
    for owner in (exception, attribute(exception, "response")):
        if headers := text_items(attribute(owner, "headers")):
            return headers
    return {}


def _without_dates(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in headers.items()
        if not value.strip()[:1].isalpha() or name == "x-should-retry"
    }


def _word(objects: Iterable[Mapping[str, Any]], key: str) -> str | None:
    """Return a field of an error body, if it is a short text."""
    values = (one.get(key) for one in objects)
    words = (v for v in values if isinstance(v, str) and _WORD.fullmatch(v))
    return next(words, None)
