"""One answer out of several attempts, seen by the assembler behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from langchain_sse_chat.exchange.resumed_answer import ResumedAnswer
from langchain_sse_chat.wire.deltas import AnswerMessage, Delta, ToolCallDelta

CALL = ToolCallDelta(0, "c", "f", "{}")


class Kept:
    """Gives what it is fed, and at the end the message and what was held."""

    def feed(self, delta: str | Delta) -> list[Any]:
        return [delta]

    def close(self, message: AnswerMessage, pending: Delta) -> list[Any]:
        return [message, pending]


def broken(*deltas: str | Delta, **fields: Any) -> ResumedAnswer[Any]:
    """Return an answer that broke after these parts."""
    answer = ResumedAnswer(Kept())
    for delta in deltas:
        answer.feed(delta)
    answer.resume(AnswerMessage(**fields), 1)
    return answer


def ended(answer: ResumedAnswer[Any], **fields: Any) -> AnswerMessage:
    """Return the message of an answer that ends with this one."""
    message, _ = answer.close(AnswerMessage(**fields), Delta())
    assert isinstance(message, AnswerMessage)
    return message


def test_an_answer_that_does_not_break_is_passed_on_as_it_is() -> None:
    answer = ResumedAnswer(Kept())
    rich = Delta("b", "r", "no", [CALL])
    message, pending = AnswerMessage("ab"), Delta("c")

    assert [answer.feed("a"), answer.feed(rich)] == [["a"], [rich]]
    assert answer.close(message, pending) == [message, pending]
    assert answer.partial(message) is message


def test_a_part_that_repeats_gives_what_is_new() -> None:
    answer = broken("One", ", two")

    assert answer.text == "One, two"
    assert answer.feed("two") == []
    assert answer.feed(", three") == [", three"]
    assert answer.feed("!") == ["!"]
    assert ended(answer).text == "One, two, three!"


def test_what_is_held_back_to_the_end_is_given_there() -> None:
    answer = broken("a b a c")

    assert answer.feed("a b") == []
    message, pending = answer.close(AnswerMessage("a b"), Delta())

    assert pending == Delta("a b")
    assert message.text == "a b a ca b"


def test_reasoning_is_joined_like_text_and_before_it() -> None:
    answer = broken(Delta(reasoning="hm, hm"))

    assert answer.feed(Delta(reasoning="hm")) == []
    assert answer.feed("So") == ["So"]
    message = ended(answer)
    assert (message.reasoning, message.text) == ("hm, hm", "So")


def test_what_follows_text_lets_go_of_what_was_held() -> None:
    answer = broken("a b a c")

    answer.feed("a b")
    assert answer.feed(Delta(tool_calls=[CALL])) == [Delta("a b", tool_calls=[CALL])]


def test_the_last_part_says_how_the_answer_ended() -> None:
    answer = broken(
        "a",
        reasoning_key="reasoning",
        finish_reason=None,
        logprobs={"content": [1]},
        metadata={"id": "1", "only": 1},
        message_fields={"annotations": [1, 2], "name": "n", "x": 1},
    )
    message = ended(
        answer,
        finish_reason="stop",
        logprobs={"content": [2]},
        metadata={"id": "2"},
        message_fields={"annotations": [2, 3], "name": "n"},
    )

    assert message.finish_reason == "stop"
    assert message.reasoning_key == "reasoning"
    assert message.logprobs == {"content": [1, 2]}
    assert message.metadata == {"id": "2", "only": 1}
    assert message.message_fields == {"annotations": [1, 2, 3], "name": "n", "x": 1}


def test_each_part_has_its_usage() -> None:
    answer = broken("a", usage={"total_tokens": 1})
    answer.resume(AnswerMessage(usage={"total_tokens": 2}), 1)
    answer.resume(None, 1)

    message = ended(answer, usage={"total_tokens": 3})

    assert message.usage == {"total_tokens": 3}
    assert message.earlier_usage == [{"total_tokens": 1}, {"total_tokens": 2}]


def test_the_answer_so_far_has_what_was_held_back() -> None:
    answer = broken("a b a c")
    answer.feed("a b")

    partial = answer.partial(AnswerMessage("a b", "hm"))

    assert partial is not None
    assert (partial.text, partial.reasoning) == ("a b a ca b", "hm")
    # And without a new part it is what there was.
    again = answer.partial(None)
    assert again is not None
    assert again.text == "a b a c"


def test_nothing_is_left_out_where_the_server_goes_on_exactly() -> None:
    answer = ResumedAnswer(Kept())
    answer.feed("10")
    answer.resume(AnswerMessage("10"), None)

    assert answer.feed("000") == ["000"]
    assert ended(answer).text == "10000"
    partial = answer.partial(AnswerMessage("000"))
    assert partial is not None
    assert partial.text == "10000"


WHOLE = AnswerMessage("a")


@pytest.mark.parametrize(
    ("message", "can"),
    [
        pytest.param(None, True, id="nothing"),
        pytest.param(WHOLE, True, id="text and reasoning"),
        pytest.param(
            replace(WHOLE, message_fields={"annotations": [1]}), True, id="annotations"
        ),
        pytest.param(replace(WHOLE, refusal="no"), False, id="refusal"),
        pytest.param(replace(WHOLE, other_choices=[WHOLE]), False, id="other choices"),
        pytest.param(
            replace(WHOLE, message_fields={"audio": {"data": "x"}}), False, id="audio"
        ),
    ],
)
def test_only_text_and_reasoning_can_be_gone_on_with(
    message: AnswerMessage | None, can: bool
) -> None:
    answer = ResumedAnswer(Kept())
    answer.feed("a")
    answer.feed(Delta(reasoning="b"))
    assert answer.can_resume(message) is can


def test_half_a_tool_call_cannot_be_gone_on_with() -> None:
    answer = ResumedAnswer(Kept())
    answer.feed(Delta(tool_calls=[CALL]))
    assert not answer.can_resume(WHOLE)
