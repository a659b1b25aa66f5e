from __future__ import annotations

from langchain_sse_chat.probe.questions import (
    MAIN,
    MODELS,
    OTHER_SEED,
    SEED,
    SEED_AGAIN,
    WRONG_KEY,
    questions,
)

ALL = questions("m")


def test_the_default_limits_are_kept() -> None:
    assert sum(ask.cost for ask in ALL[:15]) <= 1800
    assert sum(ask.cost for ask in ALL) <= 2000


def test_the_most_important_ones_come_first() -> None:
    names = [ask.name for ask in ALL]
    assert names[:2] == [MODELS, MAIN]
    assert names[14:] == [WRONG_KEY, SEED, SEED_AGAIN, OTHER_SEED]
    assert len(set(names)) == len(names)


def test_each_question_for_an_answer_streams_and_has_a_limit() -> None:
    for ask in ALL[1:]:
        body = ask.body or {}
        assert body["stream"] is True
        limit = body.get("max_tokens") or body["max_completion_tokens"]
        assert ask.limit == limit * body.get("n", 1)


def test_only_optional_fields_are_in_the_body() -> None:
    for ask in ALL:
        assert set(ask.optional) <= set(ask.body or {})
