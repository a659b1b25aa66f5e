"""Conversations that are too long for the model: each server's words and codes."""

from __future__ import annotations

import pytest
from langchain_core.exceptions import ContextOverflowError

from langchain_sse_chat.errors import (
    ContextLengthError,
    ServerError,
    StatusError,
    StreamError,
)
from tests.unit_tests.chat_models.scripted import chunk, sse, streamed
from tests.unit_tests.chat_models.server_errors import (
    MODEL_ERROR,
    Make,
    async_error,
    invoke_error,
    refused,
    stream_error,
    wrapped,
)
from tests.unit_tests.wire.other_limits import OTHER_LIMITS
from tests.unit_tests.wire.overflow_wordings import TOO_LONG


@pytest.mark.parametrize(("status", "words"), TOO_LONG)
def test_too_long_a_conversation_is_known_in_every_servers_words(
    make_chat: Make, status: int, words: str
) -> None:
    body = {"error": {"message": words, **MODEL_ERROR}}
    error = invoke_error(make_chat(refused(status, body), max_retries=2))

    assert type(error) is ContextLengthError
    assert isinstance(error, ContextOverflowError)
    assert (error.status_code, error.is_retryable) == (status, False)
    assert words in str(error)


@pytest.mark.parametrize(("status", "words"), TOO_LONG)
def test_too_long_a_conversation_is_known_in_another_servers_error(
    make_chat: Make, status: int, words: str
) -> None:
    error = invoke_error(make_chat(refused(status, wrapped(words))))

    assert type(error) is ContextLengthError
    assert words in str(error)


@pytest.mark.parametrize(("status", "words"), OTHER_LIMITS)
@pytest.mark.parametrize("nested", [False, True], ids=["plain", "nested"])
def test_other_limits_are_not_taken_for_a_long_conversation(
    make_chat: Make, status: int, words: str, *, nested: bool
) -> None:
    body = wrapped(words) if nested else {"error": {"message": words, **MODEL_ERROR}}
    error = invoke_error(make_chat(refused(status, body)))

    assert isinstance(error, StatusError)
    assert not isinstance(error, ContextLengthError)
    assert words in str(error)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "context_length_exceeded"),
        (413, "tokens_limit_reached"),
        (400, "exceed_context_size_error"),
        (400, "too_many_prompt_tokens"),
        (400, "model_max_prompt_tokens_exceeded"),
        (422, "context_window_exceeded"),
        (500, "ContextWindowExceededError"),
        (429, "context_length_exceeded"),
        (400, "model_context_window_exceeded"),
        (400, "prompt_too_long"),
    ],
)
@pytest.mark.parametrize("key", ["code", "type"])
def test_too_long_a_conversation_is_known_by_its_code(
    make_chat: Make, status: int, code: str, key: str
) -> None:
    error = invoke_error(
        make_chat(refused(status, {"error": {"message": "no", key: code}}))
    )

    assert type(error) is ContextLengthError
    assert error.code == code


@pytest.mark.parametrize("code", ["context_deadline_exceeded", "request_too_large"])
def test_a_code_about_something_else_is_not_taken_for_it(
    make_chat: Make, code: str
) -> None:
    error = invoke_error(
        make_chat(refused(500, {"error": {"message": "no", "code": code}}))
    )

    assert type(error) is ServerError


@pytest.fixture(params=[1, 7, None], ids=["bytewise", "sevens", "whole"])
def size(request: pytest.FixtureRequest) -> int | None:
    """Return the number of bytes in a read."""
    return request.param  # type: ignore[no-any-return]


async def test_too_long_a_conversation_is_known_inside_a_stream(
    make_chat: Make, size: int | None
) -> None:
    words = "This model's maximum prompt length is 131072 but the request contains 5e5."
    sent = {"error": {"message": words, "code": 400}}
    body = sse(chunk({"content": "He"}), sent)
    chat = make_chat(lambda _: streamed(body, size), max_retries=2)

    for error in (stream_error(chat), await async_error(chat)):
        assert type(error) is ContextLengthError
        assert (error.status_code, error.code, error.is_retryable) == (200, 400, False)
        assert error.body == sent["error"]
        assert error.partial is not None
        assert error.partial.content == "He"
        assert words in str(error)


@pytest.mark.parametrize(("_status", "words"), TOO_LONG)
@pytest.mark.parametrize("nested", [False, True], ids=["plain", "nested"])
def test_each_wording_is_known_inside_a_stream(
    make_chat: Make, _status: int, words: str, *, nested: bool
) -> None:
    sent = wrapped(words) if nested else {"error": {"message": words, "code": 500}}
    error = stream_error(make_chat(streamed(sse(sent))))

    assert type(error) is ContextLengthError


@pytest.mark.parametrize(("status", "words"), OTHER_LIMITS)
def test_other_limits_inside_a_stream_are_errors_of_the_stream(
    make_chat: Make, status: int, words: str
) -> None:
    sent = {"error": {"message": words, "code": status}}
    error = stream_error(make_chat(streamed(sse(sent))))

    assert type(error) is StreamError


def test_a_whole_answer_that_is_an_error_is_read_alike(make_chat: Make) -> None:
    body = {"error": {"message": "Prompt exceeds max length", "code": "1261"}}

    assert type(invoke_error(make_chat(refused(200, body)))) is ContextLengthError


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
    make_chat: Make, status: int, words: str
) -> None:
    error = invoke_error(make_chat(refused(status, {"error": {"message": words}})))

    assert type(error) is ContextLengthError


@pytest.mark.parametrize("key", ["code", "type"])
def test_messages_that_are_too_long_are_known_by_the_code(
    make_chat: Make, key: str
) -> None:
    error = invoke_error(
        make_chat(
            refused(400, {"error": {"message": "no", key: "context_length_exceeded"}})
        )
    )

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
    make_chat: Make, status: int, words: str
) -> None:
    error = invoke_error(make_chat(refused(status, {"error": {"message": words}})))

    assert not isinstance(error, ContextLengthError)
