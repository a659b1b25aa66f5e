from __future__ import annotations

import copy
import json
import math
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core import exceptions
from langchain_core.exceptions import (
    ContextOverflowError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelInvalidRequestError,
    ModelRateLimitError,
    ModelTimeoutError,
)

from langchain_sse_chat.errors import RefusalError
from langchain_sse_chat.serve.failure.failure import (
    Failure,
    RequestRefused,
    body_too_large,
    busy,
    draining,
    failure_of,
    named,
    out_of_time,
    refused,
    unauthorized,
    unknown_model,
    unsupported_content_type,
)
from tests.unit_tests.serve.foreign_errors import error_class, openai_error

SECRET = "internal-secret"


def chosen(status: int) -> Exception:
    error = error_class("HTTPException", module="starlette.exceptions")()
    vars(error).update(status_code=status, detail="Pay first.")
    return error


ROWS: dict[str, tuple[BaseException, int, str, str | None]] = {
    "request": (ModelInvalidRequestError("x"), 400, "invalid_request_error", None),
    "context": (
        ContextOverflowError("x"),
        400,
        "invalid_request_error",
        "context_length_exceeded",
    ),
    "limit": (ModelRateLimitError(), 429, "rate_limit_error", "rate_limit_exceeded"),
    "key": (
        ModelAuthenticationError(SECRET),
        502,
        "upstream_refused",
        "upstream_refused",
    ),
    "timeout": (
        ModelTimeoutError(SECRET),
        504,
        "upstream_timeout",
        "upstream_timeout",
    ),
    "time limit": (TimeoutError(), 504, "upstream_timeout", "upstream_timeout"),
    "connection": (
        ModelConnectionError(SECRET),
        502,
        "upstream_error",
        "upstream_error",
    ),
    "unknown": (ValueError(SECRET), 500, "internal_error", "internal_error"),
    "refusal": (RefusalError("x"), 200, "refusal", "content_filter"),
    "chosen 402": (chosen(402), 402, "invalid_request_error", None),
    "chosen 503": (chosen(503), 503, "server_error", None),
    "no value": (refused("No.", "n"), 400, "invalid_request_error", None),
    "one of a group": (
        BaseExceptionGroup(SECRET, [ModelTimeoutError(), ModelRateLimitError()]),
        504,
        "upstream_timeout",
        "upstream_timeout",
    ),
    "unknown in a group": (
        ExceptionGroup(SECRET, [ModelTimeoutError(), ValueError()]),
        500,
        "internal_error",
        "internal_error",
    ),
}


@pytest.mark.parametrize(
    ("exception", "status", "kind", "code"), ROWS.values(), ids=ROWS.keys()
)
def test_an_exception_has_a_status_a_type_and_a_code(
    exception: BaseException, status: int, kind: str, code: str | None
) -> None:
    failure = failure_of(exception)

    assert (failure.status, failure.type, failure.code) == (status, kind, code)
    assert failure.message
    assert SECRET not in failure.message
    assert failure.is_refusal == (status == 200)


def test_langchains_refusal_is_one_where_there_is_such_a_class() -> None:
    cls = getattr(exceptions, "ModelRefusalError", RefusalError)
    assert failure_of(cls("x")).is_refusal


def test_the_delay_of_a_date_needs_the_time() -> None:
    date = "Thu, 01 Jan 1970 00:00:09 GMT"
    error = openai_error(429, None, {"retry-after": date})

    assert failure_of(error, now=5.0).headers() == {
        "x-should-retry": "true",
        "retry-after": "4",
    }
    assert failure_of(error).retry_after is None


def test_a_rejected_request_without_words_has_a_sentence() -> None:
    assert failure_of(openai_error(400)).message.endswith(".")
    assert failure_of(ContextOverflowError()).message.endswith(".")


def test_the_body_has_the_form_of_openai() -> None:
    failure = Failure(400, "No.", "invalid_request_error", "invalid_value", "n")
    error = {
        "message": "No.",
        "type": "invalid_request_error",
        "param": "n",
        "code": "invalid_value",
    }
    assert failure.body() == {"error": error}
    assert failure.body("r1") == {"error": {**error, "message": "No. (request r1)"}}


@pytest.mark.parametrize(
    ("wait", "header"),
    [
        (0.0, "0"),
        (0.2, "1"),
        (3.0, "3"),
        (-1.0, "0"),
        (1e300, "86400"),
        (math.inf, "86400"),
        (math.nan, "0"),
    ],
    ids=str,
)
def test_the_delay_is_in_whole_seconds(wait: float, header: str) -> None:
    failure = Failure(429, "x", "y", retry=True, retry_after=wait)
    assert failure.headers() == {"x-should-retry": "true", "retry-after": header}


@pytest.mark.parametrize(
    ("failure", "status", "headers"),
    [
        (
            unauthorized(),
            401,
            {"x-should-retry": "false", "www-authenticate": "Bearer"},
        ),
        (unknown_model("m" * 999), 404, {"x-should-retry": "false"}),
        (body_too_large(10), 413, {"x-should-retry": "false"}),
        (unsupported_content_type("a/b"), 415, {"x-should-retry": "false"}),
        (busy(), 429, {"x-should-retry": "true", "retry-after": "1"}),
        (draining(5), 503, {"x-should-retry": "true", "retry-after": "5"}),
        (out_of_time(600), 504, {"x-should-retry": "false"}),
    ],
    ids=lambda value: value.code if isinstance(value, Failure) else "",
)
def test_a_refusal_of_the_server_has_a_status_and_headers(
    failure: Failure, status: int, headers: dict[str, str]
) -> None:
    assert failure.status == status
    assert failure.headers() == headers
    assert len(failure.message) < 200


def test_a_refusal_is_an_exception_that_survives_copying() -> None:
    error = refused("No.", "n", "invalid_value")

    pickled = pickle.loads(pickle.dumps(error))  # noqa: S301  our own

    for copied in (error, copy.copy(error), pickled):
        assert isinstance(copied, RequestRefused)
        assert str(copied) == "No."
        assert copied.failure == error.failure
        assert failure_of(copied) is copied.failure


ATTRIBUTES = st.sampled_from(
    [
        *("status_code", "response", "body", "headers", "code", "status"),
        *("http_status", "is_retryable", "retry_after", "request"),
        *("raw_message", "detail"),
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(0, 700)
    | st.floats()
    | st.text(max_size=9)
    | st.sampled_from(["429", "400", "insufficient_quota", "Try again in 3s"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["error", "message", "code", "param", "retry-after", "type"]
            )
            | st.sampled_from(["ResponseMetadata", "HTTPStatusCode", "refusal"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=9,
)
CLASSES = st.sampled_from(
    [
        ValueError,
        ModelInvalidRequestError,
        ModelRateLimitError,
        RefusalError,
        error_class("APIStatusError", module="openai"),
        error_class("HTTPException", module="starlette.exceptions"),
    ]
)


@given(CLASSES, st.dictionaries(ATTRIBUTES, VALUES, max_size=5))
def test_an_error_with_any_attributes_has_a_failure(
    cls: type[Exception], attributes: dict[str, Any]
) -> None:
    class Odd(cls):  # type: ignore[valid-type,misc]
        pass

    Odd.__module__ = cls.__module__
    error = Odd(SECRET)
    for name, value in attributes.items():
        setattr(Odd, name, value)
    failure = failure_of(error, now=0.0)

    assert failure.status == 200 or 400 <= failure.status < 600
    assert json.loads(json.dumps(failure.body()))
    assert all(value.isascii() for value in failure.headers().values())
    if cls is not ModelInvalidRequestError:
        assert SECRET not in failure.message


def test_a_failure_of_the_server_names_the_request() -> None:
    failure = Failure(502, "It failed.", "upstream_error")
    assert named(failure, "req_1").message == "It failed. (request req_1)"
    assert named(failure, "") is failure


def test_a_fault_of_the_client_does_not() -> None:
    failure = Failure(400, "It is wrong.", "invalid_request_error")
    assert named(failure, "req_1") is failure
