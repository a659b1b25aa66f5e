from __future__ import annotations

import pickle
from typing import Any

import pytest
from langchain_core import exceptions as core
from langchain_core.messages import AIMessage

from langchain_sse_chat import errors
from langchain_sse_chat.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectionFailedError,
    ContextLengthError,
    ErrorResponse,
    EventTooLargeError,
    InvalidRequestError,
    MalformedChunkError,
    MalformedEmbeddingsError,
    ModelClosedError,
    NotAnEventStreamError,
    NotFoundError,
    PermissionDeniedError,
    ProtocolError,
    RateLimitError,
    RefusalError,
    ServerError,
    SSEChatError,
    StatusError,
    StreamError,
    StreamTruncatedError,
    StructuredOutputError,
    TimedOutError,
)

TREE: list[tuple[type[SSEChatError], type[SSEChatError], type[Exception], bool]] = [
    (ConfigurationError, SSEChatError, ValueError, False),
    (ConnectionFailedError, SSEChatError, core.ModelConnectionError, True),
    (TimedOutError, SSEChatError, core.ModelTimeoutError, True),
    (ModelClosedError, SSEChatError, core.ModelError, False),
    (StatusError, SSEChatError, core.ModelError, False),
    (AuthenticationError, StatusError, core.ModelAuthenticationError, False),
    (PermissionDeniedError, StatusError, core.ModelPermissionDeniedError, False),
    (NotFoundError, StatusError, core.ModelNotFoundError, False),
    (InvalidRequestError, StatusError, core.ModelInvalidRequestError, False),
    (ContextLengthError, InvalidRequestError, core.ContextOverflowError, False),
    (RateLimitError, StatusError, core.ModelRateLimitError, True),
    (ServerError, StatusError, core.ModelAPIError, True),
    (StructuredOutputError, SSEChatError, core.OutputParserException, False),
    (RefusalError, StructuredOutputError, core.ModelError, False),
    (StreamError, SSEChatError, core.ModelAPIError, False),
    (ProtocolError, SSEChatError, core.ModelError, False),
    (NotAnEventStreamError, ProtocolError, core.ModelError, False),
    (EventTooLargeError, ProtocolError, core.ModelError, False),
    (MalformedChunkError, ProtocolError, core.ModelError, False),
    (MalformedEmbeddingsError, ProtocolError, core.ModelError, False),
    (StreamTruncatedError, ProtocolError, core.ModelError, True),
]


@pytest.mark.parametrize(("kind", "ours", "foreign", "retryable"), TREE)
def test_each_error_is_ours_and_langchains(
    kind: type[SSEChatError],
    ours: type[SSEChatError],
    foreign: type[Exception],
    retryable: bool,
) -> None:
    error = kind("what happened")

    assert isinstance(error, ours)
    assert isinstance(error, foreign)
    assert error.is_retryable is retryable
    assert str(error) == "what happened"
    assert error.partial is None


def test_the_tree_is_complete_and_drawn_in_the_docstring() -> None:
    classes = {
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, SSEChatError)
    }

    assert classes - {SSEChatError} == {kind for kind, *_ in TREE}
    assert errors.__doc__ is not None
    assert all(kind.__name__ in errors.__doc__ for kind in classes)


RESPONSE = ErrorResponse(429, {"x-request-id": "r"}, '{"a": 1}')
ARGUMENTS: dict[type[SSEChatError], dict[str, Any]] = {
    TimedOutError: {"phase": "gap"},
    NotAnEventStreamError: {"content_type": "text/html"},
    EventTooLargeError: {"limit": 5},
    MalformedChunkError: {"data": "x"},
    StreamError: {"code": 5, "body": {"a": 1}, "is_retryable": True},
}
OF_A_STATUS = {
    "response": RESPONSE,
    "request_id": "r",
    "code": "c",
    "retry_after": 1.5,
    "is_retryable": True,
}


@pytest.mark.parametrize("kind", [kind for kind, *_ in TREE] + [SSEChatError])
def test_errors_survive_pickling(kind: type[SSEChatError]) -> None:
    given = OF_A_STATUS if issubclass(kind, StatusError) else ARGUMENTS.get(kind, {})
    error = kind("what happened", **given)
    error.partial = AIMessage("a")

    copy = pickle.loads(pickle.dumps(error))  # noqa: S301  made on the line before

    assert type(copy) is kind
    assert str(copy) == "what happened"
    assert vars(copy) == vars(error)
    assert all(getattr(copy, name) == value for name, value in given.items())


def test_the_answer_of_the_server_is_at_hand() -> None:
    error = StatusError("x", response=RESPONSE)

    assert (error.status_code, error.headers) == (429, {"x-request-id": "r"})
    assert error.body == {"a": 1}
    assert error.response.json() == {"a": 1}


@pytest.mark.parametrize("text", ["", "plain", "[" * 60_000])
def test_a_body_that_is_not_json_is_a_text(text: str) -> None:
    response = ErrorResponse(500, {}, text)

    assert StatusError("x", response=response).body == text
    with pytest.raises(ValueError, match=r".+"):
        response.json()


def test_an_error_without_an_answer_has_an_empty_one() -> None:
    error = StatusError("x")

    assert (error.status_code, dict(error.headers), error.body) == (0, {}, "")
    assert (error.request_id, error.code, error.retry_after) == (None, None, None)


@pytest.mark.parametrize(("kind", "said"), [(ServerError, False), (StatusError, True)])
def test_the_server_may_overrule_the_class(kind: type[StatusError], said: bool) -> None:
    assert kind("x", is_retryable=said).is_retryable is said
    assert kind("x", is_retryable=None).is_retryable is kind.is_retryable
