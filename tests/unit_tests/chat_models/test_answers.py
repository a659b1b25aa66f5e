"""How answers end: what is asked for again, and what is not."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest

from langchain_sse_chat import (
    ChatSSE,
    MalformedChunkError,
    NotAnEventStreamError,
    SSEChatError,
    StreamError,
)
from tests.unit_tests.chat_models.breaking import (
    Answers,
    Hasty,
    both_ways,
    merged,
    whole,
)
from tests.unit_tests.chat_models.scripted import (
    ByteStream,
    Scripted,
    chunk,
    sse,
    streamed,
)

MakeChat = Callable[..., ChatSSE]


def fails(chat: ChatSSE, ask: Answers) -> SSEChatError:
    with pytest.raises(SSEChatError) as caught:
        ask(chat)
    return caught.value


@both_ways
@pytest.mark.parametrize("size", [1, 7, None])
def test_events_of_another_protocol_are_asked_for_once(
    make_chat: MakeChat, server: Scripted, ask: Answers, size: int | None
) -> None:
    started = {"type": "message_start", "message": {"id": "m"}}
    body = sse(started, {"type": "content_block_delta"}, done=False)
    chat = make_chat(lambda _: streamed(body, size), cls=Hasty, max_retries=2)

    error = fails(chat, ask)

    assert isinstance(error, MalformedChunkError)
    assert not error.is_retryable
    assert error.data == json.dumps(started)
    assert "without any chat completion. Its first event was" in str(error)
    assert "on_truncation" not in str(error)
    assert len(server.requests) == 1


class Endless(ByteStream):
    """A body that never ends."""

    def __iter__(self) -> Iterator[bytes]:
        while True:
            yield from self.reads

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for read in self:
            yield read


@both_ways
@pytest.mark.parametrize(
    ("value", "frame", "words"),
    [
        pytest.param(
            {"message": {"content": "H"}, "done": False},
            "{}\n",
            "newline-delimited JSON",
            id="Ollama",
        ),
        pytest.param(
            {"candidates": [{"content": {}}]},
            "data: {}\n\n",
            "Gemini's generateContent",
            id="Gemini",
        ),
        pytest.param(
            {"type": "response.created"},
            "data: {}\n\n",
            "the Responses API",
            id="Responses API",
        ),
    ],
)
def test_another_protocol_is_not_read_to_its_end(
    make_chat: MakeChat, ask: Answers, value: Any, frame: str, words: str
) -> None:
    line = frame.replace("{}", json.dumps(value)).encode()
    answer = httpx.Response(200, stream=Endless([line[:5], line[5:]]))

    error = fails(make_chat(answer), ask)

    assert isinstance(error, (MalformedChunkError, NotAnEventStreamError))
    assert words in str(error)


@both_ways
def test_a_finish_reason_that_means_failure_is_asked_for_again(
    make_chat: MakeChat, server: Scripted, ask: Answers
) -> None:
    failed = streamed(sse(chunk(finish_reason="network_error")))
    good = whole({"content": "Hi"})
    chat = make_chat(failed, good, cls=Hasty, max_retries=1)

    assert merged(ask(chat)).text == "Hi"
    assert len(server.requests) == 2


@both_ways
def test_a_finish_reason_that_means_failure_is_the_code(
    make_chat: MakeChat, ask: Answers
) -> None:
    body = sse(chunk({"content": "Hi"}), chunk(finish_reason="abort"))

    error = fails(make_chat(streamed(body)), ask)

    assert isinstance(error, StreamError)
    assert error.is_retryable
    assert error.code == "abort"
    assert error.body == {"finish_reason": "abort"}
    assert error.partial is not None
    assert error.partial.text == "Hi"


@both_ways
def test_other_choices_keep_what_stands_beside_them(
    make_chat: MakeChat, ask: Answers
) -> None:
    def other(token: int) -> dict[str, Any]:
        choice = {
            "index": 1,
            "delta": {"content": "b"},
            "token_ids": [token],
            "logprobs": {"content": [{"token": "b", "logprob": -0.5}]},
        }
        return chunk(choices=[choice])

    body = sse(chunk({"content": "a"}), other(4), other(4), chunk(finish_reason="stop"))
    [choice] = merged(ask(make_chat(streamed(body)))).response_metadata["other_choices"]

    assert choice["message"]["content"] == "bb"
    assert choice["token_ids"] == [4, 4]
    assert len(choice["logprobs"]["content"]) == 2


@both_ways
def test_token_ids_go_on_in_a_resumed_answer(make_chat: MakeChat, ask: Answers) -> None:
    def token(content: str, number: int) -> dict[str, Any]:
        choice = {"index": 0, "delta": {"content": content}, "token_ids": [number]}
        return chunk(choices=[choice], prompt_token_ids=[1, 2])

    cut = streamed(sse(token("One", 5), token(", two", 6), done=False))
    rest = streamed(sse(token(", three", 6), chunk(finish_reason="stop")))
    chat = make_chat(cut, rest, cls=Hasty, max_retries=1, on_disconnect="resume")

    message = merged(ask(chat))

    assert message.text == "One, two, three"
    assert message.response_metadata["token_ids"] == [5, 6, 6]
    assert message.response_metadata["prompt_token_ids"] == [1, 2]
