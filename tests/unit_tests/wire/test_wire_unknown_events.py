"""Objects in a stream that are not chunks: a sign of life, news, or an error."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.errors import MalformedChunkError, StreamError
from langchain_sse_chat.wire.unknown_events import Strays, is_ping, not_a_stream
from tests.unit_tests.wire.wire_streams import WHERE


@pytest.mark.parametrize(
    "word", ["", "ping", "PONG", "[keep_alive]", ": waiting", "2024-05-01T10:00:00Z"]
)
def test_a_word_that_keeps_the_connection_alive(word: str) -> None:
    assert is_ping(word)


@pytest.mark.parametrize("word", ["error", "pinged", "2024"])
def test_a_word_that_says_something(word: str) -> None:
    assert not is_ping(word)


@pytest.mark.parametrize(
    "harmless",
    [
        pytest.param({"type": "ping"}, id="a ping"),
        pytest.param({"choices": [], "usage": {}}, id="usage"),
        pytest.param({"object": "chat.completion.chunk", "x": 1}, id="an empty chunk"),
    ],
)
def test_what_is_harmless_is_never_an_error(harmless: dict[str, Any]) -> None:
    strays = Strays(WHERE)
    strays.take(harmless, "message", 0)

    assert strays.error(progress=0, has_chunks=True) is None


def test_an_object_after_which_the_answer_does_not_go_on_is_the_error() -> None:
    strays = Strays(WHERE)
    strays.take({"message": "boom"}, "message", 2)

    error = strays.error(progress=2, has_chunks=True)
    assert isinstance(error, StreamError)
    assert "boom" in str(error)
    assert strays.error(progress=3, has_chunks=True) is None


def test_a_stream_without_any_chunk_is_named_by_its_first_event() -> None:
    strays = Strays(WHERE)
    strays.take_word("hello")
    strays.take({"x": 1}, "news", 0)

    error = strays.error(progress=0, has_chunks=False)
    assert isinstance(error, MalformedChunkError)
    assert "'hello'" in str(error)


def test_a_body_that_is_not_a_stream_is_shown_with_its_beginning() -> None:
    error = not_a_stream(
        "http://h answered 200", "a text", content_type="text/plain", body=b"a\n" * 500
    )

    assert "a text (content type text/plain): 'a a a" in str(error)
    assert len(str(error)) < 600
