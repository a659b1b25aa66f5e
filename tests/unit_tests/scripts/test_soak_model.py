"""The soak's model: equal answers to equal questions, continued where one broke."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_sse_chat.exchange.overlap import without_overlap
from langchain_sse_chat.sse import SSEDecoder
from langchain_sse_chat.testing import Request
from scripts.soak.model import REFUSES, REPEATS, reasoning_to, reply
from scripts.soak.texts import answer_to, pieces_in_utf16, repeated, rest_of, tokens_of

QUESTION = "stream 1 2"
ANSWER = answer_to(QUESTION)


def ask(*messages: dict[str, Any], model: str = "m") -> tuple[int, str, str]:
    """Return status, reasoning and text of the model's answer."""
    asked = {"model": model, "stream": True, "messages": messages}
    request = Request(
        number=1,
        connection=1,
        method="POST",
        path="/v1/chat/completions",
        query="",
        headers={},
        body=json.dumps(asked).encode(),
        time=0.0,
    )
    made = reply(request)
    body = b"".join(made.render(request).parts)
    if made.status_code != 200:
        return made.status_code, "", body.decode()
    data = [event.data for event in SSEDecoder().feed(body)]
    assert data[-1] == "[DONE]"
    deltas = [json.loads(text)["choices"][0]["delta"] for text in data[:-1]]
    texts = (
        "".join(delta.get(key, "") for delta in deltas)
        for key in ("reasoning_content", "content")
    )
    reasoning, text = (
        each.encode("utf-16-le", "surrogatepass").decode("utf-16-le") for each in texts
    )
    return 200, reasoning, text


def user(content: str) -> dict[str, Any]:
    return {"role": "user", "content": content}


def assistant(content: str) -> dict[str, Any]:
    return {"role": "assistant", "content": content, "prefix": True}


def test_equal_questions_have_equal_answers() -> None:
    questions = [f"stream 1 {number}" for number in range(300)]
    answers = [answer_to(question) for question in questions]

    assert answers == [answer_to(question) for question in questions]
    assert len(set(answers)) == 300
    assert not any(answer.isascii() for answer in answers if len(answer) > 200)


def test_answers_with_reasoning_and_the_text() -> None:
    thoughts = 0
    for number in range(60):
        question = f"stream 1 {number}"
        assert ask(user(question)) == (200, reasoning_to(question), answer_to(question))
        thoughts += reasoning_to(question) != ""
    assert 10 < thoughts < 30


@pytest.mark.parametrize("size", [1, 7, len(ANSWER) - 1, len(ANSWER)])
def test_goes_on_exactly_with_its_own_message(size: int) -> None:
    begun = assistant(ANSWER[:size])

    assert ask(user(QUESTION), begun)[2] == ANSWER[size:]
    assert ask(user(QUESTION), begun, model=REPEATS)[2] == ANSWER


def test_goes_on_when_it_is_asked_to_and_may_repeat_the_end() -> None:
    repetitions = set()
    for size in range(1, len(ANSWER) + 1):
        begun = ANSWER[:size]
        _, _, said = ask(user(QUESTION), assistant(begun), user("Go on"))
        assert said.endswith(ANSWER[size:])
        again = said.removesuffix(ANSWER[size:])
        assert begun.endswith(again)
        repetitions.add(len(again))
    assert {0, 1} < repetitions


def test_refuses_what_is_no_beginning_of_its_answer() -> None:
    for messages in (
        [user(QUESTION), assistant("x" + ANSWER)],
        [user(QUESTION), assistant("")],
        [user(QUESTION), user("Go on")],
    ):
        status, _, body = ask(*messages)
        assert status == 400
        assert "soak: " in body


def test_one_model_has_to_be_asked_to_go_on() -> None:
    begun = assistant(ANSWER[:5])

    assert ask(user(QUESTION), begun, model=REFUSES)[0] == 400
    assert ask(user(QUESTION), begun, user("Go on"), model=REFUSES)[0] == 200


@given(st.text("ab", min_size=1, max_size=12), st.text("ab", max_size=12), st.text())
def test_what_is_repeated_leaves_no_doubt(begun: str, rest: str, key: str) -> None:
    said = repeated(begun, rest, key) + rest

    assert begun + without_overlap(begun, said) == begun + rest


@given(st.text(), st.text())
def test_tokens_are_the_text(text: str, key: str) -> None:
    tokens = tokens_of(text, key)

    assert "".join(tokens) == text
    units = "".join(pieces_in_utf16(tokens, key)).encode("utf-16-le", "surrogatepass")
    assert units.decode("utf-16-le") == text


def test_the_rest_is_what_is_missing() -> None:
    assert rest_of("abc", "ab") == "c"
    with pytest.raises(ValueError, match="does not begin"):
        rest_of("abc", "bc")
