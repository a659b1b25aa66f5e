from __future__ import annotations

import json
from typing import Any

import pytest

from langchain_sse_chat.errors import (
    AuthenticationError,
    ContextLengthError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    StatusError,
    StreamError,
)
from langchain_sse_chat.wire.error_details import ErrorDetails, server_words
from langchain_sse_chat.wire.server_errors import (
    request_id,
    status_error,
    stream_error,
    without_cookies,
)
from tests.unit_tests.wire.wire_streams import (
    WHERE,
    chunk,
    error_of,
    event,
    events,
    text,
)

BOOM = {"message": "boom", "code": 502}


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (event({"error": BOOM}), 502),
        (event([{"error": BOOM}]), 502),
        (event({"error": "boom"}), None),
        (event({"error": "boom", "code": 429}), 429),
        (event({"error": {"message": "boom"}, "status": 503}), 503),
        (event({"error": {"message": "boom", "type": "server_error"}}), "server_error"),
        (event({"error": {"message": "boom", "code": "c", "type": "t"}}), "c"),
        (event({"error": {"message": {"message": "boom"}}}), None),
        (event({"error": ["boom"]}), None),
        (event({"error": {"reason": "boom"}}), None),
        (event({"error": BOOM, "choices": [{"finish_reason": "error"}]}), 502),
        (event(chunk(choices=[{"delta": {"content": ""}, "error": BOOM}])), 502),
        (event({"choices": None, "error_type": "t", "error_message": "boom"}), "t"),
        (event({"error_type": "boom"}), "boom"),
        (event({"choices": [], "error_message": "boom"}), None),
        (event(chunk(choices=[{"error": "boom"}]), "error"), None),
        (event({"object": "error", "message": "boom", "code": 404}), 404),
        (event({"message": "boom"}, "error"), None),
        (event({"detail": "boom", "status_code": 500}, "error"), 500),
        (event({"reason": "boom"}, "error"), None),
        (event("boom", "error"), None),
        (event('"boom"', "error"), None),
        (event('[1, "boom"]', "error"), None),
        (b'event: error\ndata: {"message": "boom"', None),
    ],
)
def test_an_error_in_the_stream_is_one_typed_error(sent: bytes, code: Any) -> None:
    error, given = error_of([event(text("a")), sent])

    assert isinstance(error, StreamError)
    assert (error.code, given) == (code, ["a"])
    assert "boom" in str(error)
    assert WHERE in str(error)
    assert error.partial is not None
    assert error.partial.content == "a"


def test_an_error_is_kept_as_sent() -> None:
    error, _ = error_of([event({"error": BOOM})])

    assert isinstance(error, StreamError)
    assert (error.body, error.partial) == (BOOM, None)


@pytest.mark.parametrize("none", [None, False, "", {}, []])
def test_an_empty_error_is_none(none: Any) -> None:
    sent = events([{**text("a"), "error": none}, {**text("b"), "error_type": ""}])

    error, given = error_of([*sent[:-1], event({"error": "end"})])

    assert isinstance(error, StreamError)
    assert given == ["a", "b"]


def test_what_the_server_refused_to_give_stands_in_the_error() -> None:
    body = {
        "message": "bad call",
        "code": "tool_use_failed",
        "failed_generation": "<f>{}</f>",
        "status_code": 400,
    }

    error = stream_error(body, WHERE)

    assert "<f>{}</f>" in str(error)
    assert (error.code, error.is_retryable) == ("tool_use_failed", False)


@pytest.mark.parametrize(
    ("body", "retryable"),
    [
        ({"code": 502}, True),
        ({"code": "502"}, True),
        ({"code": 429}, True),
        ({"code": 408}, True),
        ({"code": 400}, False),
        ({"code": 1301}, False),
        ({"code": "13013"}, False),
        ({"code": "²"}, False),
        ({"code": "rate_limit_exceeded"}, True),
        ({"type": "overloaded_error"}, True),
        ({"code": "invalid_api_key"}, False),
        ({"type": "invalid_request_error"}, False),
        ({}, False),
    ],
)
def test_only_a_passing_failure_is_retried(
    body: dict[str, Any], retryable: bool
) -> None:
    assert stream_error({"message": "m", **body}, WHERE).is_retryable is retryable


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"message": "m", "code": 1}}, ErrorDetails("m", 1)),
        ([{"error": {"message": "m"}}], ErrorDetails("m")),
        ({"error": "m", "status": 5}, ErrorDetails("m", 5)),
        ({"status": 401, "message": "m"}, ErrorDetails("m", 401)),
        ({"code": "", "status": True, "detail": "m"}, ErrorDetails("m")),
        ({"error_message": "m", "error_type": "t"}, ErrorDetails("m", None, "t")),
        ({"msg": "m", "type": "t"}, ErrorDetails("m", None, "t")),
        ({"error": {"detail": "m"}}, ErrorDetails("m")),
        ({"error": {"code": 5}}, ErrorDetails("{'code': 5}", 5)),
        (
            {"detail": [{"loc": ["body", 0, "role"], "msg": "bad", "type": "enum"}]},
            ErrorDetails("body.0.role: bad"),
        ),
        ({"detail": [{"msg": "a"}, "b", {"x": 1}]}, ErrorDetails("a; b; {'x': 1}")),
        ({"detail": {"message": "m"}}, ErrorDetails("m")),
        ({"detail": {"x": 1}}, ErrorDetails("{'x': 1}")),
        ({}, None),
        ({"id": "x"}, None),
        ([], None),
        (["x"], None),
        ([[{"message": "m"}]], None),
        ("x", None),
        (None, None),
    ],
)
def test_the_servers_words_are_found_in_every_form(body: Any, words: Any) -> None:
    assert server_words(body) == words


def refusal(status: int, body: Any = b"", **headers: str) -> StatusError:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return status_error(status, headers, data, where=WHERE)


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
    ("body", "shown"),
    [
        ({"detail": "boom"}, ": boom."),
        ({"detail": [{"loc": ["body", "n"], "msg": "boom"}]}, ": body.n: boom."),
        ({"message": "boom!"}, ": boom!"),
        (b"plain\n boom", ": plain boom."),
        (
            b"<html><head><TITLE lang='en'> 502 Bad Gateway\n</title></head>",
            ": an HTML page, '502 Bad Gateway'.",
        ),
        (b"<html>no title", ": <html>no title."),
        (b"x" * 300, f": {'x' * 200}."),
        ({"message": "x" * 3000}, f": {'x' * 2000} …."),
        (b"", " with an empty body."),
        (b"\xff", ": \ufffd."),
        (b"[" * 60_000, f": {'[' * 200}."),
    ],
)
def test_the_message_has_the_servers_words(body: Any, shown: str) -> None:
    assert str(refusal(500, body)) == f"{WHERE} answered 500{shown}"


@pytest.mark.parametrize(
    ("status", "hint"),
    [(401, "API key"), (402, "credit"), (403, "may use"), (404, "/v1"), (413, "less")],
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
        429, headers, b'{"error": {"message": "slow", "type": "t"}}', where=WHERE,
        retry_after=3.0,
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


@pytest.mark.parametrize("status", [400, 413, 422])
@pytest.mark.parametrize(
    "words",
    [
        "This model's maximum context length is 4097 tokens. However, you asked",
        "This endpoint's maximum context length is 32768 tokens",
        "prompt is too long: 210000 tokens > 200000 maximum",
        "Input is too long for requested model.",
        "the request exceeds the available context size. try increasing it",
        "The input (5000 tokens) is longer than the model's context length (4096)",
        "The input token count (1048577) exceeds the maximum number of tokens allowed",
        "Too many tokens: the total must be less",
        "the length of all the messages is too long",
        "Prompt contains 40000 tokens, too large for 32768 maximum context length",
        "your messages exceed the context window",
    ],
)
def test_messages_that_are_too_long_are_known_by_the_words(
    status: int, words: str
) -> None:
    error = refusal(status, {"error": {"message": words}})

    assert type(error) is ContextLengthError


@pytest.mark.parametrize("key", ["code", "type"])
def test_messages_that_are_too_long_are_known_by_the_code(key: str) -> None:
    error = refusal(400, {"error": {"message": "no", key: "context_length_exceeded"}})

    assert type(error) is ContextLengthError


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "max_tokens must be less than the maximum context length 4096"),
        (400, "max_completion_tokens should be at most the context window"),
        (400, "max_tokens is too large: 5000. This model supports at most 4096"),
        (400, "The name is too long"),
        (400, "Request too large for the tokens per minute (TPM): limit 6000"),
        (429, "Too many tokens per minute"),
        (404, "no model with this context length"),
    ],
)
def test_other_refusals_are_not_taken_for_messages_that_are_too_long(
    status: int, words: str
) -> None:
    error = refusal(status, {"error": {"message": words}})

    assert not isinstance(error, ContextLengthError)
