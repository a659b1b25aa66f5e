from __future__ import annotations

import pytest

from langchain_sse_chat.probe.checks.errors import errors_lines
from langchain_sse_chat.probe.questions import BAD_FIELD, UNKNOWN_MODEL, WRONG_KEY
from tests.unit_tests.probe.answers import found, refused, streamed, texts, verdict

NAMES = {
    WRONG_KEY: "refuses a wrong key",
    UNKNOWN_MODEL: "refuses an unknown model",
    BAD_FIELD: "refuses a wrong value",
}


WORDS = {
    WRONG_KEY: "no",
    UNKNOWN_MODEL: "The Model does not exist",
    BAD_FIELD: "temperature: not a number",
}


@pytest.mark.parametrize(
    ("asked", "status", "expected"),
    [
        (WRONG_KEY, 401, "yes"),
        (WRONG_KEY, 403, "yes"),
        (WRONG_KEY, 500, "not clear"),
        (UNKNOWN_MODEL, 404, "yes"),
        (UNKNOWN_MODEL, 429, "not clear"),
        (BAD_FIELD, 422, "yes"),
        (BAD_FIELD, 500, "not clear"),
    ],
)
def test_a_refusal_has_a_status_that_says_why(
    asked: str, status: int, expected: str
) -> None:
    assert (
        verdict(errors_lines, NAMES[asked], refused(asked, WORDS[asked], status))
        == expected
    )


@pytest.mark.parametrize("asked", NAMES)
def test_an_answer_is_a_no(asked: str) -> None:
    answer = streamed(asked, texts("Hello"))
    assert verdict(errors_lines, NAMES[asked], answer) == "no"


def test_an_error_may_come_with_status_200() -> None:
    answer = streamed(UNKNOWN_MODEL, [{"error": {"message": "no such model"}}])
    line = found(errors_lines, NAMES[UNKNOWN_MODEL], answer)
    assert line.verdict == "yes"
    assert "status 200: no such model" in line.evidence


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (UNKNOWN_MODEL, "The model is overloaded, try again later"),
        (WRONG_KEY, "Server overloaded"),
    ],
)
def test_an_error_of_a_busy_server_is_no_refusal(asked: str, words: str) -> None:
    answer = streamed(asked, [{"error": {"message": words}}])
    assert verdict(errors_lines, NAMES[asked], answer) == "not clear"


def test_an_empty_answer_is_not_clear() -> None:
    answer = streamed(BAD_FIELD, [])
    assert verdict(errors_lines, NAMES[BAD_FIELD], answer) == "not clear"
    assert {line.verdict for line in errors_lines({})} == {"not clear"}


@pytest.mark.parametrize("asked", [UNKNOWN_MODEL, BAD_FIELD])
def test_a_refusal_for_another_reason_is_not_clear(asked: str) -> None:
    answer = refused(asked, "max_tokens must be 16 or more")
    assert verdict(errors_lines, NAMES[asked], answer) == "not clear"
