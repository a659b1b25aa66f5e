"""One line says what became of an answer, and nothing of what is in it."""

from __future__ import annotations

import logging

import pytest

from langchain_sse_chat.errors import AuthenticationError, StreamTruncatedError
from langchain_sse_chat.serve.asgi.access_log import (
    Answered,
    log_answer,
    log_error,
)
from langchain_sse_chat.serve.failure.failure import refused

NAME = "langchain_sse_chat.serve"


@pytest.fixture(autouse=True)
def _levels(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, NAME)


def test_a_line_has_all_there_is_to_know(caplog: pytest.LogCaptureFixture) -> None:
    usage = {"completion_tokens": 42, "prompt_tokens": 7}
    log_answer(Answered("req_1", "m", 200, 0.25, 1.5, usage, "complete"))
    [line] = caplog.messages
    assert line == (
        "id=req_1 model=m status=200 first_token=250ms tokens=42 seconds=1.500 "
        "ending=complete"
    )
    assert caplog.records[0].name == NAME
    assert caplog.records[0].levelno == logging.INFO


def test_what_is_not_known_is_a_dash(caplog: pytest.LogCaptureFixture) -> None:
    log_answer(Answered("req_1", "-"))
    assert caplog.messages == [
        "id=req_1 model=- status=- first_token=- tokens=- seconds=0.000 ending=left"
    ]


def test_token_counts_that_are_not_numbers_are_not_known() -> None:
    answered = Answered("req_1", "m", usage={"completion_tokens": "many"})
    assert answered.count("completion_tokens") is None


def test_an_error_that_nobody_expected_has_a_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log_error(KeyError("what"), "req_1")
    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert "req_1" in record.message
    assert record.exc_info is not None
    assert "KeyError: 'what'" in caplog.text


def test_a_failure_of_the_models_server_is_a_warning_without_secrets(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log_error(AuthenticationError("Wrong key sk-1234567890abcdef"), "req_1")
    log_error(StreamTruncatedError("It ended."), "req_2")
    first, second = caplog.records
    assert first.levelno == second.levelno == logging.WARNING
    assert "req_1" in first.message
    assert "AuthenticationError" in first.message
    assert "sk-123" not in caplog.text
    assert "It ended." in second.message


def test_faults_of_clients_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    log_error(refused("Wrong."), "req_1")
    assert caplog.records == []
