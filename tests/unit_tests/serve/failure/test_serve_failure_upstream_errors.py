from __future__ import annotations

from typing import Any

import httpx
import pytest
from langchain_core.exceptions import (
    ContextOverflowError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelError,
    ModelInvalidRequestError,
    ModelNotFoundError,
    ModelPermissionDeniedError,
    ModelRateLimitError,
    ModelTimeoutError,
    OutputParserException,
)
from langchain_core.messages import AIMessage

from langchain_sse_chat import errors
from langchain_sse_chat.serve.failure.upstream_errors import (
    fault_of,
    http_exception,
    refusal_in,
)
from langchain_sse_chat.wire.server_errors import status_error, stream_error
from tests.unit_tests.serve.foreign_errors import (
    boto_error,
    error_class,
    google_error,
    http_error,
    openai_error,
)

URL = "https://internal.example.com/v1/chat/completions"


def of_status(
    status: int, body: bytes = b"", headers: dict[str, str] | None = None
) -> errors.StatusError:
    return status_error(status, headers or {}, body, url=URL, now=0.0)


KINDS: dict[str, tuple[BaseException, str, bool]] = {
    # LangChain's classes
    "request": (ModelInvalidRequestError("x"), "request", False),
    "context": (ContextOverflowError("x"), "context", False),
    "limit": (ModelRateLimitError("x"), "limit", True),
    "key": (ModelAuthenticationError("x"), "refused", False),
    "permission": (ModelPermissionDeniedError("x"), "refused", False),
    "model": (ModelNotFoundError("x"), "refused", False),
    "timeout": (ModelTimeoutError("x"), "timeout", True),
    "connection": (ModelConnectionError("x"), "broken", True),
    "server": (ModelAPIError("x"), "broken", True),
    "other": (ModelError("x"), "broken", False),
    # this package's
    "our 400": (of_status(400), "request", False),
    "our 401": (of_status(401), "refused", False),
    "our 402": (of_status(402), "refused", False),
    "our 404": (of_status(404), "refused", False),
    "our 407": (of_status(407), "refused", False),
    "our 408": (of_status(408), "timeout", True),
    "our 409": (of_status(409), "broken", True),
    "our 429": (of_status(429), "limit", True),
    "our 500": (of_status(500), "broken", True),
    "our 504": (of_status(504), "timeout", True),
    "our redirect": (of_status(302), "broken", False),
    "our 503, not again": (
        of_status(503, headers={"x-should-retry": "false"}),
        "broken",
        False,
    ),
    "no credit": (
        of_status(429, b'{"error": {"code": "insufficient_quota", "message": "x"}}'),
        "refused",
        False,
    ),
    "key as a 400": (
        of_status(400, b'{"error": {"message": "API key not valid."}}'),
        "refused",
        False,
    ),
    "truncated": (errors.StreamTruncatedError("x"), "broken", True),
    "protocol": (errors.MalformedChunkError("x"), "broken", False),
    "closed": (errors.ModelClosedError("x"), "broken", False),
    "in a stream": (stream_error({"message": "x"}, URL), "broken", False),
    "400 in a stream": (
        stream_error({"message": "x", "code": 400}, URL),
        "request",
        False,
    ),
    "429 in a stream": (
        stream_error({"message": "x", "code": "429"}, URL),
        "limit",
        True,
    ),
    "limit in a stream": (
        stream_error({"message": "x", "code": "rate_limit_exceeded"}, URL),
        "limit",
        True,
    ),
    # SDKs
    "SDK 400": (openai_error(400), "request", False),
    "SDK 400 about the length": (
        openai_error(400, {"message": "x", "code": "context_length_exceeded"}),
        "context",
        False,
    ),
    "SDK 403": (openai_error(403), "refused", False),
    "SDK 429": (openai_error(429), "limit", True),
    "SDK 500": (openai_error(500), "broken", True),
    "SDK 500, not again": (
        openai_error(500, None, {"X-Should-Retry": "false"}),
        "broken",
        False,
    ),
    "SDK 400 that is LangChain's 401": (
        openai_error(400, None, None, ModelAuthenticationError),
        "refused",
        False,
    ),
    "httpx 400": (http_error(400), "request", False),
    "httpx 404": (http_error(404), "refused", False),
    "httpx 503": (http_error(503), "broken", True),
    "httpx timeout": (httpx.ReadTimeout("x"), "timeout", True),
    "httpx connection": (httpx.ConnectError("x"), "broken", True),
    "boto 429": (boto_error(429), "limit", True),
    "boto without status": (boto_error(0), "internal", False),
    "Google 429": (google_error(429), "limit", True),
    "Google without code": (google_error(None), "internal", False),
    "SDK timeout": (
        error_class("APITimeoutError", module="anthropic")(),
        "timeout",
        True,
    ),
    "SDK connection": (
        error_class("APIConnectionError", module="groq._exceptions")(),
        "broken",
        True,
    ),
    # this server's
    "time limit": (TimeoutError(), "timeout", False),
    "value": (ValueError("x"), "internal", False),
    "parser": (OutputParserException("x"), "internal", False),
    "database": (
        error_class("ConnectionError", module="redis.exceptions")(),
        "internal",
        False,
    ),
    "status of another package": (google_like := ValueError("x"), "internal", False),
    "recursion": (
        error_class("GraphRecursionError", RecursionError, module="langgraph.errors")(),
        "internal",
        False,
    ),
    "cancelled": (KeyboardInterrupt(), "internal", False),
    "setting": (
        errors.ConfigurationError("No key. Set OPENAI_API_KEY."),
        "internal",
        False,
    ),
}
google_like.code = 404  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("exception", "kind", "retry"), KINDS.values(), ids=KINDS.keys()
)
def test_an_exception_has_a_kind_and_may_be_retried_or_not(
    exception: BaseException, kind: str, retry: bool
) -> None:
    fault = fault_of(exception, None)

    assert (fault.kind, fault.retry) == (kind, retry)


@pytest.mark.parametrize(
    ("exception", "text"),
    [
        (ModelInvalidRequestError("No `seed`, sk-abcdefghijkl."), "No `seed`, ***"),
        (of_status(400, b'{"error": {"message": "No `seed`."}}'), "No `seed`."),
        (of_status(400, b"<html>"), ""),
        (of_status(400), ""),
        (openai_error(400, {"message": "No `seed`."}), "No `seed`."),
        (openai_error(400), ""),
        (http_error(400), ""),
        (stream_error({"message": "No `seed`.", "code": 400}, URL), "No `seed`."),
        (of_status(401, b'{"error": {"message": "No key."}}'), ""),
        (of_status(500), "The model's server failed with status 500."),
        (ModelConnectionError(URL), "The connection to the model's server failed."),
        (
            ModelAPIError(URL),
            "The model's server failed, or its answer was not complete.",
        ),
        (
            errors.ConfigurationError("This server rejects 'seed'. Leave it out."),
            "This server rejects 'seed'.",
        ),
        (errors.ConfigurationError("messages[0] is odd"), "messages[0] is odd"),
    ],
    ids=[
        "LangChain's",
        "ours",
        "ours, a page",
        "ours, empty",
        "SDK",
        "SDK, empty",
        "httpx",
        "in a stream",
        "refused",
        "server",
        "connection",
        "no status",
        "field",
        "path",
    ],
)
def test_only_the_sentence_about_a_request_is_passed_on(
    exception: Exception, text: str
) -> None:
    assert fault_of(exception, None).text == text


def test_the_field_at_fault_and_the_code_are_passed_on() -> None:
    said = {"message": "x", "param": "messages[1].name", "code": "invalid_name"}
    fault = fault_of(openai_error(400, said), None)
    odd = fault_of(openai_error(400, {"message": "x", "code": "a b", "param": 5}), None)

    assert (fault.code, fault.param) == ("invalid_name", "messages[1].name")
    assert (odd.code, odd.param) == (None, None)


@pytest.mark.parametrize(
    ("text", "param"),
    [
        ("messages[2].content[1] has the type 'x'.", "messages[2].content[1]"),
        ("messages[2].tool_calls[0] is a tool call without a name.", "messages[2]"),
        ("tools[1] is a function without a name.", "tools[1]"),
        ("This server rejects 'logit_bias'.", "logit_bias"),
        ("tool_choice names 'f', which is not among the tools.", "tool_choice"),
        ("No JSON schema in `response_format`.", "response_format"),
    ],
)
def test_a_field_in_a_configuration_error_is_the_clients(text: str, param: str) -> None:
    fault = fault_of(errors.ConfigurationError(text), None)
    assert (fault.kind, fault.param) == ("request", param)


@pytest.mark.parametrize(
    ("exception", "now", "wait"),
    [
        (of_status(429, headers={"retry-after": "7"}), None, 7.0),
        (openai_error(429, None, {"Retry-After": "7"}), None, 7.0),
        (openai_error(429, None, {"retry-after-ms": "1500"}), None, 1.5),
        (
            openai_error(429, None, {"retry-after": "Thu, 01 Jan 1970 00:00:09 GMT"}),
            5.0,
            4.0,
        ),
        (
            openai_error(429, None, {"retry-after": "Thu, 01 Jan 1970 00:00:09 GMT"}),
            None,
            None,
        ),
        (openai_error(429, {"message": "Try again in 3s."}), None, 3.0),
        (openai_error(429), None, None),
        (ModelRateLimitError(), None, None),
    ],
    ids=[
        "ours",
        "SDK",
        "milliseconds",
        "date",
        "date without a clock",
        "in words",
        "no delay",
        "LangChain's",
    ],
)
def test_the_delay_of_the_server_is_kept(
    exception: Exception, now: float | None, wait: float | None
) -> None:
    assert fault_of(exception, now).retry_after == wait


def refusing(**fields: Any) -> Exception:
    error = errors.RefusalError("The answer is a refusal.")
    error.raw_message = AIMessage(**fields)
    return error


@pytest.mark.parametrize(
    ("exception", "text"),
    [
        (refusing(content="", additional_kwargs={"refusal": "No"}), "No"),
        (
            refusing(
                content=["a", {"type": "text"}, {"type": "refusal", "refusal": "No"}]
            ),
            "No",
        ),
        (refusing(content=[{"type": "refusal", "refusal": 5}]), "The model refused"),
        (refusing(content="a"), "The model refused"),
        (errors.RefusalError("x"), "The model refused"),
    ],
    ids=["field", "block", "block without text", "no refusal", "no message"],
)
def test_a_refusal_is_read_from_its_message(exception: Exception, text: str) -> None:
    assert refusal_in(exception).startswith(text)


def test_an_http_exception_of_starlette_is_recognized() -> None:
    starlette = error_class("HTTPException", module="starlette.exceptions")
    fastapi = error_class("HTTPException", starlette, module="fastapi.exceptions")
    chosen: Any = fastapi()
    chosen.status_code, chosen.detail = 402, "Pay first."

    assert http_exception(chosen) == (402, "Pay first.")
    chosen.detail = {"a": 1}
    assert http_exception(chosen) is None
    chosen.status_code, chosen.detail = 302, "Elsewhere."
    assert http_exception(chosen) is None
    assert http_exception(ValueError()) is None
