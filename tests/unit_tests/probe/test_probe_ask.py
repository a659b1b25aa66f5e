from __future__ import annotations

from langchain_sse_chat.probe.ask import Ask


def test_the_cost_is_the_limit_and_the_input() -> None:
    plain = Ask("a", {"messages": "x" * 300}, limit=5)
    assert 80 <= plain.cost <= 90
    assert Ask("a", plain.body, limit=5, extra=100).cost == plain.cost + 100
    assert Ask("models", path="/models").cost == 0


def test_a_refused_field_is_left_out() -> None:
    first = Ask("a", {"n": 2, "seed": 1}, optional=("n", "seed"))
    second = first.without("n", "no n here")
    assert second.body == {"seed": 1}
    assert second.optional == ("seed",)
    assert second.refused == {"n": "no n here"}
    assert first.body == {"n": 2, "seed": 1}


def test_a_limit_is_sent_under_its_other_name() -> None:
    first = Ask("a", {"max_tokens": 9}, optional=("max_tokens",))
    assert first.without("max_tokens", "").body == {"max_completion_tokens": 9}
    other = Ask("a", {"max_completion_tokens": 9})
    assert other.without("max_completion_tokens", "").body == {"max_tokens": 9}
