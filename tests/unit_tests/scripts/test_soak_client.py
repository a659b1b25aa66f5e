"""Findings of the soak in the results of readers and the resources of a process."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk

from langchain_sse_chat.errors import StreamTruncatedError
from scripts.soak.client import OnDisconnect, Outcome, fault_of_outcome
from scripts.soak.measures import Holdings, growth, holdings, left_behind
from scripts.soak.model import reasoning_to
from scripts.soak.texts import answer_to

QUESTION = next(f"stream 1 {n}" for n in range(99) if not reasoning_to(f"stream 1 {n}"))
THOUGHTFUL = next(f"stream 1 {n}" for n in range(99) if reasoning_to(f"stream 1 {n}"))
WHOLE = answer_to(QUESTION)
END = {"finish_reason": "stop"}


def fault_of(outcome: Outcome, on_disconnect: OnDisconnect = "resume") -> str | None:
    return fault_of_outcome(outcome, QUESTION, on_disconnect)


def test_a_whole_answer_is_right() -> None:
    assert fault_of(Outcome(WHOLE, ending=END)) is None
    thought = Outcome(answer_to(THOUGHTFUL), reasoning_to(THOUGHTFUL), ending=END)
    assert fault_of_outcome(thought, THOUGHTFUL, "resume") is None


@pytest.mark.parametrize(
    "outcome",
    [
        pytest.param(Outcome(WHOLE[:-1], ending=END), id="a piece lost at the end"),
        pytest.param(Outcome(WHOLE + WHOLE[-1], ending=END), id="a piece twice"),
        pytest.param(
            Outcome(WHOLE[:3] + WHOLE[4:], ending=END), id="a piece lost in the middle"
        ),
        pytest.param(
            Outcome(WHOLE[1:], stopped=True), id="a piece lost at the beginning"
        ),
        pytest.param(Outcome(WHOLE, "a thought", ending=END), id="reasoning lost"),
        pytest.param(Outcome(WHOLE), id="no ending"),
        pytest.param(
            Outcome(WHOLE, ending={"finish_reason": "length"}),
            id="another finish reason",
        ),
        pytest.param(
            Outcome(WHOLE, ending=END, after_the_end=True), id="output after the end"
        ),
        pytest.param(
            Outcome(WHOLE[:3], error="TimedOutError", partial=WHOLE[:3]),
            id="error of the package",
        ),
        pytest.param(
            Outcome(WHOLE[:3], error="foreign KeyError()"),
            id="error of another library",
        ),
    ],
)
def test_anything_else_is_found(outcome: Outcome) -> None:
    assert fault_of(outcome) is not None


def test_a_reader_that_leaves_has_the_beginning() -> None:
    assert fault_of(Outcome(WHOLE[:5], stopped=True)) is None


def test_an_error_is_right_where_nothing_is_resumed_and_has_what_came() -> None:
    outcome = Outcome(WHOLE[:3], error="TimedOutError", partial=WHOLE[:3])

    assert fault_of(outcome, "raise") is None
    outcome.partial = WHOLE[:4]  # an event without its blank line
    assert fault_of(outcome, "raise") is None
    outcome.partial = WHOLE[:2]
    assert fault_of(outcome, "raise") is not None
    outcome.partial = WHOLE[:3] + "?" + WHOLE
    assert fault_of(outcome, "raise") is not None


def test_an_outcome_is_what_the_chunks_say() -> None:
    outcome = Outcome()
    thought = {"reasoning_content": "hm"}
    outcome.take(AIMessageChunk(content="", additional_kwargs=thought))
    outcome.take(AIMessageChunk(content="a"))
    outcome.take(
        AIMessageChunk(content="b", chunk_position="last", response_metadata=END)
    )

    assert (outcome.text, outcome.reasoning, outcome.ending) == ("ab", "hm", END)
    assert not outcome.after_the_end
    outcome.take(AIMessageChunk(content="c"))
    assert outcome.after_the_end


def test_an_outcome_keeps_an_error_without_its_frames() -> None:
    error = StreamTruncatedError("over")
    error.partial = AIMessage("ab")
    ours, foreign = Outcome(), Outcome()
    ours.fail(error)
    foreign.fail(KeyError("x"))

    assert (ours.error, ours.partial) == ("StreamTruncatedError", "ab")
    assert (foreign.error, foreign.partial) == ("foreign KeyError('x')", None)


def test_says_what_a_process_has_more_than_before() -> None:
    before = Holdings(100, ("a", "b"), ("MainThread",))

    assert left_behind(before, before) == []
    assert left_behind(before, Holdings(100, ("a",), ("MainThread",))) == []
    [files] = left_behind(before, Holdings(100, ("a", "b", "c"), ("MainThread",)))
    assert "'c'" in files
    [threads] = left_behind(before, Holdings(100, ("a",), ("MainThread", "T-1")))
    assert "T-1" in threads


def test_says_that_memory_grew_by_more_than_a_twentieth() -> None:
    early = Holdings(100_000, (), ())

    assert growth(early, Holdings(105_000, (), ())) is None
    assert growth(early, Holdings(105_001, (), ())) is not None


def test_counts_what_this_process_holds() -> None:
    held = holdings()

    assert "MainThread" in held.threads
    assert len(held.descriptors) >= 3
