from __future__ import annotations

from uuid import uuid4

from langchain_sse_chat.progress.call_tree import CallTree

CHAIN, MODEL, TOOL, OTHER, UNSEEN = (uuid4() for _ in range(5))


def test_a_run_without_a_known_parent_is_a_call() -> None:
    calls = CallTree()
    calls.begin(MODEL, None)
    calls.begin(OTHER, UNSEEN)
    assert len(calls) == 2

    assert calls.end(MODEL) == set()
    assert calls.end(OTHER) == set()
    assert (len(calls), calls.done) == (0, 2)


def test_the_parts_of_a_call_are_not_calls() -> None:
    calls = CallTree()
    calls.begin(CHAIN, None)
    calls.begin(TOOL, CHAIN)
    calls.begin(MODEL, TOOL)

    assert calls.end(MODEL) is None
    assert calls.end(TOOL) is None
    assert (len(calls), calls.done) == (1, 0)
    assert calls.end(CHAIN) == set()
    assert (len(calls), calls.done) == (0, 1)


def test_the_end_of_a_call_returns_its_parts_that_have_not_ended() -> None:
    calls = CallTree()
    calls.begin(CHAIN, None)
    calls.begin(TOOL, CHAIN)
    calls.begin(MODEL, TOOL)
    calls.begin(OTHER, None)

    assert calls.end(CHAIN) == {TOOL, MODEL}
    assert calls.end(MODEL) is None
    assert (len(calls), calls.done) == (1, 1)


def test_a_run_that_did_not_begin_is_ignored() -> None:
    calls = CallTree()

    assert calls.end(MODEL) is None
    assert calls.done == 0
