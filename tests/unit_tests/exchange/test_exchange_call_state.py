"""How many attempts an answer took, and what they cost together."""

from __future__ import annotations

import httpx
import pytest

from langchain_sse_chat import (
    StreamTruncatedError,
)
from tests.unit_tests.chat_models.breaking import (
    Answers,
    MakeChat,
    both_ways,
    broken,
    cut,
    merged,
    resuming,
    texts,
    whole,
)
from tests.unit_tests.chat_models.scripted import (
    Scripted,
    completion,
)


@pytest.fixture
def make(make_chat: MakeChat) -> MakeChat:
    """Return a function that makes a model which resumes broken answers."""
    return resuming(make_chat)


@both_ways
def test_the_metadata_counts_attempts_resumptions_and_tokens_of_all(
    make: MakeChat, ask: Answers
) -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    later = {"prompt_tokens": 7, "completion_tokens": 1, "total_tokens": 8}
    chat = make(
        httpx.Response(503),
        broken(*texts("One", ", two"), usage=usage),
        httpx.Response(503),
        whole(*texts("two", ", three"), usage=later),
    )

    message = merged(ask(chat))

    assert message.text == "One, two, three"
    metadata = message.response_metadata
    assert (metadata["attempts"], metadata["resumed"]) == (4, 1)
    assert metadata["resumed_at"] == [len("One, two")]
    assert metadata["token_usage"] == {
        "prompt_tokens": 10,
        "completion_tokens": 3,
        "total_tokens": 13,
    }
    assert metadata["token_usage_parts"] == [usage, later]
    assert message.usage_metadata == {
        "input_tokens": 10,
        "output_tokens": 3,
        "total_tokens": 13,
    }
    assert metadata["finish_reason"] == "stop"


@both_ways
def test_an_answer_that_does_not_break_says_nothing_of_it(
    make: MakeChat, ask: Answers
) -> None:
    message = merged(ask(make(whole(*texts("a", "b")))))

    assert message.text == "ab"
    absent = {"attempts", "resumed", "token_usage_parts"}
    assert not absent & message.response_metadata.keys()


@both_ways
def test_retries_before_the_first_token_are_counted(
    make: MakeChat, ask: Answers
) -> None:
    chat = make(httpx.Response(503), whole(*texts("a")), on_disconnect="raise")
    assert merged(ask(chat)).response_metadata["attempts"] == 2


def test_a_whole_answer_says_how_often_it_was_asked_for(make: MakeChat) -> None:
    chat = make(
        httpx.Response(503), httpx.Response(200, json=completion({"content": "a"}))
    )
    assert chat.invoke("x").response_metadata["attempts"] == 2


@both_ways
def test_there_are_as_many_attempts_as_max_retries_allows(
    make: MakeChat, server: Scripted, ask: Answers
) -> None:
    chat = make(
        broken(*texts("One")), broken(*texts(", two")), cut(*texts("!")), max_retries=2
    )

    with pytest.raises(StreamTruncatedError) as caught:
        ask(chat)

    assert len(server.requests) == 3
    assert caught.value.partial is not None
    assert caught.value.partial.text == "One, two!"
