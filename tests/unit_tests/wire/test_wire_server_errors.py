from __future__ import annotations

import json
from typing import Any

import pytest

from langchain_sse_chat.errors import (
    AuthenticationError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    StatusError,
)
from langchain_sse_chat.wire.server_errors import (
    request_id,
    status_error,
    stream_error,
    without_cookies,
)
from tests.unit_tests.wire.wire_streams import (
    WHERE,
)


def refusal(status: int, body: Any = b"", **headers: str) -> StatusError:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return status_error(status, headers, data, url=WHERE, now=0.0)


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (302, StatusError, False),
        (400, InvalidRequestError, False),
        (401, AuthenticationError, False),
        (402, PermissionDeniedError, False),
        (403, PermissionDeniedError, False),
        (404, NotFoundError, False),
        (408, InvalidRequestError, True),
        (409, InvalidRequestError, True),
        (413, InvalidRequestError, False),
        (418, InvalidRequestError, False),
        (422, InvalidRequestError, False),
        (429, RateLimitError, True),
        (500, ServerError, True),
        (503, ServerError, True),
        (529, ServerError, True),
    ],
)
def test_each_status_has_its_class(
    status: int, kind: type[StatusError], retryable: bool
) -> None:
    error = refusal(status, {"error": {"message": "boom", "code": "c"}})

    assert type(error) is kind
    assert (error.status_code, error.is_retryable) == (status, retryable)
    assert error.code == "c"
    assert str(error).startswith(f"{WHERE} answered {status}: boom.")


@pytest.mark.parametrize(
    ("status", "said", "retryable"),
    [
        (400, "true", True),
        (500, "false", False),
        (429, " False ", False),
        (400, "maybe", False),
        (500, "", True),
    ],
)
def test_the_server_may_say_whether_to_try_again(
    status: int, said: str, retryable: bool
) -> None:
    error = refusal(status, b"", **{"x-should-retry": said})

    assert error.is_retryable is retryable


@pytest.mark.parametrize(
    ("told", "code", "retryable"),
    [
        pytest.param(False, "internal_error", False, id="no"),
        pytest.param(True, "boom", True, id="yes"),
        pytest.param("no", "internal_error", True, id="no boolean"),
        pytest.param(True, "insufficient_quota", False, id="yes, without credit"),
    ],
)
def test_a_relay_may_say_in_a_stream_whether_to_try_again(
    told: object, code: str, retryable: bool
) -> None:
    body = {"message": "boom", "code": code, "should_retry": told}

    assert stream_error(body, WHERE).is_retryable is retryable


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        pytest.param({"detail": "boom"}, ": boom.", id="detail"),
        pytest.param(
            {"detail": [{"loc": ["body", "n"], "msg": "boom"}]},
            ": body.n: boom.",
            id="FastAPI",
        ),
        pytest.param({"message": "boom!"}, ": boom!", id="punctuation"),
        pytest.param(b"plain\n boom", ": plain boom.", id="text"),
        pytest.param(
            b"<html><head><TITLE lang='en'> 502 Bad Gateway\n</title></head>",
            ": an HTML page, '502 Bad Gateway'.",
            id="HTML",
        ),
        pytest.param(b"<html>no title", ": <html>no title.", id="HTML without a title"),
        pytest.param(b"x" * 300, f": {'x' * 200}.", id="long text"),
        pytest.param({"message": "x" * 3000}, f": {'x' * 2000} ….", id="long message"),
        pytest.param(b"", " with an empty body.", id="empty"),
        pytest.param(b"\xff", ": \ufffd.", id="not UTF-8"),
        pytest.param(b"[" * 60_000, f": {'[' * 200}.", id="nested too deep"),
    ],
)
def test_the_message_has_the_servers_words(body: Any, shown: str) -> None:
    assert str(refusal(500, body)) == f"{WHERE} answered 500{shown}"


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (401, "API key"),
        (402, "balance"),
        (403, "permissions"),
        (404, "/v1"),
        (413, "smaller"),
    ],
)
def test_the_message_says_what_to_do(status: int, hint: str) -> None:
    assert hint in str(refusal(status))


def test_an_error_has_what_support_asks_for() -> None:
    headers = {
        "x-request-id": "r-1",
        "retry-after": "3",
        "set-cookie": "secret",
        "set-cookie2": "secret",
    }

    error = status_error(
        429, headers, b'{"error": {"message": "slow", "type": "t"}}', url=WHERE,
        now=0.0,
    )  # fmt: skip

    assert str(error).endswith("(request r-1)")
    assert (error.request_id, error.retry_after, error.code) == ("r-1", 3.0, "t")
    assert error.headers == {"x-request-id": "r-1", "retry-after": "3"}
    assert error.body == {"error": {"message": "slow", "type": "t"}}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"cf-ray": "c", "request-id": "r"}, "r"),
        ({"x-request-id": "", "x-generation-id": "g"}, "g"),
        ({"content-type": "x"}, None),
    ],
)
def test_the_request_has_the_first_name_that_stands_in_a_header(
    headers: dict[str, str], expected: str | None
) -> None:
    assert request_id(headers) == expected


def test_cookies_are_left_out() -> None:
    assert without_cookies({"a": "1", "set-cookie": "x"}) == {"a": "1"}


@pytest.mark.parametrize("status", [400, 404])
def test_a_model_of_another_api_is_said_to_be_one(status: int) -> None:
    words = (
        "This model is only supported in v1/responses and not in v1/chat/completions."
    )

    error = refusal(status, {"error": {"message": words}})

    assert words in str(error)
    assert str(error).count("not the Responses API. Pass another model") == 1
