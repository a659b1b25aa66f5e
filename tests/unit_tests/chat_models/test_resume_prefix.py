"""Broken answers that a server continues from its own message, sent as a prefix."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_sse_chat import (
    ConnectionFailedError,
    InvalidRequestError,
)
from tests.unit_tests.chat_models.breaking import (
    WAYS,
    Answers,
    MakeChat,
    Storyteller,
    both_ways,
    broken,
    continuing,
    merged,
    resuming,
    stories,
    texts,
    told_by,
    whole,
)
from tests.unit_tests.chat_models.scripted import (
    Scripted,
    sse,
    streamed,
)


@pytest.fixture
def make(make_chat: MakeChat) -> MakeChat:
    """Return a function that makes a model which resumes broken answers."""
    return resuming(make_chat)


@given(stories, st.lists(st.integers(1, 40), max_size=4), st.sampled_from(WAYS))
@pytest.mark.parametrize("continuation", ["prefix", "continue_final_message"])
def test_a_server_that_goes_on_exactly_is_taken_at_its_word(
    continuation: str, text: str, stops: list[int], ask: Answers
) -> None:
    teller = Storyteller(text, sorted(min(stop, len(text)) for stop in stops))

    chunks = ask(told_by(teller, provider=continuing(continuation), api_key="k"))

    assert "".join(c.text for c in chunks) == text
    for body in teller.bodies[1:]:
        assert body["messages"][-1]["role"] == "assistant"


@both_ways
@pytest.mark.parametrize("in_the_stream", [False, True])
def test_a_refused_prefix_gives_way_to_a_question(
    make: MakeChat, server: Scripted, ask: Answers, in_the_stream: bool
) -> None:
    words = {"error": {"code": 400, "message": "prefix needs beta"}}
    refusal = streamed(sse(words)) if in_the_stream else httpx.Response(400, json=words)
    chat = make(
        broken(*texts("One")),
        refusal,
        whole(*texts("One, two")),
        provider=continuing("prefix"),
        max_retries=1,
    )

    message = merged(ask(chat))

    assert message.text == "One, two"
    roles = [[m["role"] for m in body["messages"]] for body in server.bodies]
    assert [len(r) for r in roles] == [1, 2, 3]
    assert message.response_metadata["attempts"] == 2


@both_ways
def test_a_refusal_without_a_prefix_ends_it(make: MakeChat, ask: Answers) -> None:
    refusal = httpx.Response(400, json={"error": {"message": "no"}})
    with pytest.raises(ConnectionFailedError) as caught:
        ask(make(broken(*texts("One")), refusal))
    assert isinstance(caught.value.__cause__, InvalidRequestError)


@both_ways
def test_a_server_may_repeat_the_prefix(make: MakeChat, ask: Answers) -> None:
    for again in ("10000", "000"):
        chat = make(
            broken(*texts("10")),
            whole(*texts(again)),
            provider=continuing("prefix", repeats=True),
        )
        assert merged(ask(chat)).text == "10000"


@pytest.mark.parametrize("continuation", ["none", "prefix"])
def test_a_server_that_goes_on_with_a_text_does_not_begin_to_reason(
    make: MakeChat, continuation: str
) -> None:
    again = "no</think>" if continuation == "none" else ""
    chat = make(
        broken(*texts("hm", "</think>", "One")),
        whole(*texts(f"{again}, two")),
        reasoning_tags=("", "</think>"),
        provider=continuing(continuation),
    )

    message = merged(list(chat.stream("x")))

    assert message.text == "One, two"
    reasoning = message.additional_kwargs["reasoning_content"]
    assert reasoning == ("hmno" if again else "hm")
