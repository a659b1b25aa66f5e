from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.wire.choice import ChoiceReader
from langchain_sse_chat.wire.deltas import Delta, joined
from langchain_sse_chat.wire.logprobs import Logprobs


def probs(*tokens: str) -> dict[str, Any]:
    """Return log probabilities as OpenAI sends them."""
    content = [
        {"token": token, "logprob": -0.5, "top_logprobs": []} for token in tokens
    ]
    return {"content": content, "refusal": None}


def choice(delta: dict[str, Any] | None, *tokens: str, **more: Any) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": probs(*tokens), **more}


def test_a_text_has_its_log_probabilities() -> None:
    reader = ChoiceReader()

    assert reader.read(choice({"content": "a"}, "a")) == Delta("a", logprobs=probs("a"))
    assert reader.read({"index": 0, "delta": {"content": "b"}}) == "b"
    assert reader.close(truncated=False)[0].logprobs == probs("a")


def test_those_without_a_text_wait_for_the_next_one() -> None:
    reader = ChoiceReader()

    assert reader.read(choice({"role": "assistant"}, "x")) is None
    out = reader.read(choice({"content": "a"}, "a"))

    assert out == Delta("a", logprobs=probs("x", "a"))


def test_the_last_ones_come_at_the_end() -> None:
    reader = ChoiceReader()
    reader.read({"index": 0, "delta": {"content": "a"}})
    reader.read(choice({}, "<end>", finish_reason="stop"))

    message, pending = reader.close(truncated=False)

    assert pending == Delta(logprobs=probs("<end>"))
    assert message.logprobs == probs("<end>")


@pytest.mark.parametrize("value", [None, {}, [], "none", 1])
def test_what_is_no_object_has_none(value: Any) -> None:
    reader = ChoiceReader()

    out = reader.read({"index": 0, "delta": {"content": "a"}, "logprobs": value})

    assert out == "a"
    assert reader.close(truncated=False)[0].logprobs is None


def test_contents_of_several_choices_keep_theirs() -> None:
    both = joined(
        [Delta("a", logprobs=probs("a")), "b", Delta("c", logprobs=probs("c"))]
    )

    assert both == Delta("abc", logprobs=probs("a", "c"))


def test_without_any_a_delta_stays_as_it_is() -> None:
    delta = Delta("a", "r")

    assert Logprobs().on(delta) is delta
    assert Logprobs().whole() is None
