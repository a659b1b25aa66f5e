"""Answers that are open over a client, and are stopped with it."""

from __future__ import annotations

import gc

import httpx

from langchain_sse_chat.transport.open_answers import forget, register, stop_all


class Answer:
    """Counts how often it is stopped."""

    def __init__(self) -> None:
        self.stops = 0

    def stop(self) -> None:
        self.stops += 1


def test_only_open_answers_of_the_same_client_are_stopped() -> None:
    with httpx.Client() as client, httpx.Client() as other:
        is_open, is_over, elsewhere = Answer(), Answer(), Answer()
        register(client, is_open)
        register(client, is_over)
        register(other, elsewhere)
        forget(client, is_over)
        stop_all(client)

    assert (is_open.stops, is_over.stops, elsewhere.stops) == (1, 0, 0)


def test_an_answer_that_is_opened_after_that_is_stopped_immediately() -> None:
    with httpx.Client() as client:
        stop_all(client)
        late = Answer()
        register(client, late)

    assert late.stops == 1


def test_an_answer_that_is_forgotten_needs_no_stop() -> None:
    with httpx.Client() as client:
        register(client, Answer())
        gc.collect()
        stop_all(client)
        forget(client, Answer())
