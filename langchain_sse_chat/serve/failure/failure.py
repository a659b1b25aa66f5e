"""Turn exceptions into the failures that a client sees: status, sentence and headers.

An exception is recognized by LangChain's error classes, then by the attributes that the
SDKs of model servers share, and otherwise shows nothing of itself.
"""

from __future__ import annotations

import http
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import langchain_core.exceptions

from langchain_sse_chat.errors import RefusalError
from langchain_sse_chat.serve.failure.upstream_errors import (
    Fault,
    fault_of,
    http_exception,
    refusal_in,
)

# langchain-core has it since 1.7.5.
_REFUSALS = (
    RefusalError,
    getattr(langchain_core.exceptions, "ModelRefusalError", RefusalError),
)

_LONGEST_WAIT = 24 * 3600
"""Seconds of the longest `retry-after`."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure as a client sees it."""

    status: int
    """The HTTP status. 200 only for a refusal of the model, which is an answer."""

    message: str
    """A sentence without secrets."""

    type: str
    """The kind of failure, such as `invalid_request_error`."""

    code: str | None = None
    """The failure itself, such as `context_length_exceeded`."""

    param: str | None = None
    """The field of the request that is at fault, such as `messages[3]`."""

    retry: bool = False
    """Whether sending the same request again may succeed."""

    retry_after: float | None = None
    """Seconds to wait before that."""

    @property
    def is_refusal(self) -> bool:
        """Whether the model refused to answer.

        It is not an error: the answer is a refusal, which is the message, and its
        finish reason is `content_filter`.
        """
        return self.status == http.HTTPStatus.OK

    def body(self, request_id: str | None = None) -> dict[str, Any]:
        """Return the JSON body in OpenAI's form.

        Args:
            request_id: Added to the message, so that the user can name the request.
        """
        named = f" (request {request_id})" if request_id else ""
        return {
            "error": {
                "message": f"{self.message}{named}",
                "type": self.type,
                "param": self.param,
                "code": self.code,
            }
        }

    def headers(self) -> dict[str, str]:
        """Return the headers of the response.

        `x-should-retry` is obeyed by OpenAI's SDKs, which would otherwise retry every
        429 and 5xx twice (https://github.com/openai/openai-python#retries).
        """
        headers = {"x-should-retry": "true" if self.retry else "false"}
        if self.retry_after is not None:
            headers["retry-after"] = str(_whole_seconds(self.retry_after))
        if self.status == http.HTTPStatus.UNAUTHORIZED:
            headers["www-authenticate"] = "Bearer"
        return headers


def _whole_seconds(wait: float) -> int:
    # RFC 9110 has whole seconds. This order makes 0 of NaN.
    return math.ceil(min(max(0.0, wait), _LONGEST_WAIT))


class RequestRefused(Exception):  # noqa: N818  the name says what happened
    """The request is refused, and nothing was sent to a model."""

    def __init__(self, failure: Failure) -> None:
        """Store the failure."""
        super().__init__(failure.message)
        self.failure = failure

    def __reduce__(self) -> tuple[type[RequestRefused], tuple[Failure]]:
        return type(self), (self.failure,)


def refused(
    message: str, param: str | None = None, code: str | None = None
) -> RequestRefused:
    """Return the error for a request that is invalid, status 400.

    Args:
        message: What is wrong and what to send instead.
        param: The field at fault.
        code: OpenAI's word for the fault, such as `invalid_type`.
    """
    return RequestRefused(Failure(400, message, _INVALID, code, param))


_INVALID = "invalid_request_error"


def unauthorized() -> Failure:
    """Return the failure for a missing or wrong key of the client."""
    msg = "Missing or invalid API key. Send it as `Authorization: Bearer <key>`."
    return Failure(401, msg, _INVALID, "invalid_api_key")


def unknown_model(name: str) -> Failure:
    """Return the failure for a model that is not served."""
    msg = f"There is no model {name[:100]!r}. `GET /v1/models` lists them all."
    return Failure(404, msg, _INVALID, "model_not_found", "model")


def body_too_large(limit: int) -> Failure:
    """Return the failure for a body of more bytes than the limit."""
    msg = f"The body is larger than {limit} bytes. Send a smaller request."
    return Failure(413, msg, _INVALID, "request_too_large")


def unsupported_content_type(expected: str) -> Failure:
    """Return the failure for a body that is not of an expected type."""
    msg = f"Unsupported content type. Send `Content-Type: {expected}`."
    return Failure(415, msg, _INVALID, "unsupported_content_type")


def not_found(message: str) -> Failure:
    """Return the failure for something that does not exist."""
    return Failure(404, message, _INVALID, "not_found")


def wrong_method(methods: Iterable[str]) -> Failure:
    """Return the failure for a method that the path does not have."""
    msg = f"The path takes {' and '.join(methods)} only."
    return Failure(405, msg, _INVALID, "method_not_allowed")


def compressed_body() -> Failure:
    """Return the failure for a body with a `Content-Encoding`."""
    msg = "The body is compressed. Send it without a `Content-Encoding`."
    return Failure(415, msg, _INVALID, "unsupported_content_encoding")


def busy(retry_after: float = 1.0) -> Failure:
    """Return the failure for a server that has as many streams as it may have."""
    msg = "The server is busy. Send the request again later."
    kind, code = "rate_limit_error", "server_busy"
    return Failure(429, msg, kind, code, retry=True, retry_after=retry_after)


def draining(retry_after: float = 1.0) -> Failure:
    """Return the failure for a server that is shutting down."""
    msg = "The server is shutting down. Send the request again."
    code = "server_shutting_down"
    kind = "server_error"
    return Failure(503, msg, kind, code, retry=True, retry_after=retry_after)


def out_of_time(seconds: float) -> Failure:
    """Return the failure for an answer that took longer than the server allows."""
    msg = f"The answer was not complete within {seconds:g} seconds."
    return Failure(504, msg, "upstream_timeout", "upstream_timeout")


def abandoned(seconds: float) -> Failure:
    """Return the failure for an answer that nobody read."""
    msg = (
        f"The answer was stopped because nobody had been reading it for {seconds:g} "
        "seconds. Send the request again."
    )
    return Failure(410, msg, _INVALID, "answer_abandoned")


def events_dropped() -> Failure:
    """Return the failure for a reader whose next events are no longer kept."""
    msg = (
        "The answer is too long to be read again from there: its first events are no "
        "longer kept. Send the request again."
    )
    return Failure(410, msg, _INVALID, "answer_too_long")


def not_kept() -> Failure:
    """Return the failure for a reader whose answer is no longer kept."""
    msg = "The answer is no longer kept. Send the request again."
    return Failure(404, msg, _INVALID, "answer_not_kept")


def worker_ended() -> Failure:
    """Return the failure for a reader of an answer whose process has ended."""
    msg = "The worker that gave the answer has ended. Send the request again."
    return Failure(503, msg, "server_error", "worker_ended", retry=True)


def store_unreachable(retry_after: float = 1.0) -> Failure:
    """Return the failure for a reader of answers that cannot be looked up."""
    msg = "The store of kept answers does not work. Send the request again later."
    kind, code = "server_error", "store_unreachable"
    return Failure(503, msg, kind, code, retry=True, retry_after=retry_after)


def named(failure: Failure, request_id: str) -> Failure:
    """Return the failure with the request ID in its text, if it is the server's."""
    if failure.status < _INTERNAL.status or not request_id:
        return failure
    return replace(failure, message=f"{failure.message} (request {request_id})")


def failure_of(exception: BaseException, *, now: float | None = None) -> Failure:
    """Return the failure for any exception of a model, a chain or an agent.

    Args:
        exception: The exception. Only the sentence of a server that rejects the request
            itself is passed on; all other texts are this package's own.
        now: Seconds since the epoch, as from `time.time()`, to read a delay that a
            server gives as a date; without it, dates are ignored.
    """
    if isinstance(exception, RequestRefused):
        return exception.failure
    if isinstance(exception, BaseExceptionGroup):
        found = [failure_of(one, now=now) for one in exception.exceptions]
        return next((one for one in found if one.status == _INTERNAL.status), found[0])
    if answer := http_exception(exception):
        status, words = answer
        kind = _INVALID if status < _INTERNAL.status else "server_error"
        return Failure(status, words, kind)
    if isinstance(exception, _REFUSALS):
        return Failure(200, refusal_in(exception), "refusal", "content_filter")
    return _failure(fault_of(exception, now))


_INTERNAL = Failure(
    500,
    "An internal error occurred. Its details are in the server's log.",
    "internal_error",
    "internal_error",
)


def _failure(fault: Fault) -> Failure:
    match fault.kind:
        case "request":
            words = fault.text or "The model's server does not accept the request."
            return Failure(400, words, _INVALID, fault.code, fault.param)
        case "context":
            words = fault.text or "The messages are too long for the model."
            code = "context_length_exceeded"
            return Failure(400, words, _INVALID, code, "messages")
        case "limit":
            msg = "The model's server has a rate limit. Send the request again later."
            kind, code = "rate_limit_error", "rate_limit_exceeded"
            return Failure(429, msg, kind, code, None, fault.retry, fault.retry_after)
        case "refused":
            msg = (
                "The model's server rejected the request of this server, for example "
                "its API key. The client cannot change that; the reason is in the log "
                "of this server."
            )
            return Failure(502, msg, "upstream_refused", "upstream_refused")
        case "timeout":
            msg = "The model did not answer in time."
            kind = "upstream_timeout"
            wait = fault.retry_after
            return Failure(504, msg, kind, kind, None, fault.retry, wait)
        case "broken":
            kind, wait = "upstream_error", fault.retry_after
            return Failure(502, fault.text, kind, kind, None, fault.retry, wait)
        case _:
            return _INTERNAL
