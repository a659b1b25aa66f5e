"""A call is sent again up to its first visible token, and never after it."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import pytest

from langchain_sse_chat import (
    ConnectionFailedError,
    RateLimitError,
    SSEChatError,
    StatusError,
    StreamTruncatedError,
    TimedOutError,
)
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.promises import chat_wire as sent
from tests.integration_tests.promises.conftest import Run, chat_at
from tests.integration_tests.transport_wire import (
    CHUNKED,
    END,
    Behavior,
    Server,
    Wire,
    chunk,
)

NOW = {"retry-after-ms": "0"}
"""Headers of a server that asks for no wait, so that the tests need not."""

METHODS = pytest.mark.parametrize("method", ["stream", "invoke"])


def refused(status: int, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply.status(status, error="no", headers={**NOW, **named})


@METHODS
@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_a_status_that_passes_is_followed_by_another_request(
    run: Run, server: ScriptedServer, method: str, status: int
) -> None:
    server.script(refused(status), refused(status), Reply.text(["Hi"]))

    outcome = run(chat_at(server, max_retries=2), method=method)

    assert outcome.text == "Hi"
    assert len(server.requests) == 3
    assert server.connections == 1


@METHODS
@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422])
def test_a_status_that_does_not_pass_is_the_last(
    run: Run, server: ScriptedServer, method: str, status: int
) -> None:
    server.script(refused(status))

    error = run(chat_at(server, max_retries=2), method=method).error

    assert isinstance(error, StatusError)
    assert error.status_code == status
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "word", "count"),
    [(400, "true", 2), (401, "True", 2), (503, "false", 1), (429, "false", 1)],
)
def test_the_server_has_the_last_word(
    run: Run, server: ScriptedServer, status: int, word: str, count: int
) -> None:
    server.script(refused(status, x_should_retry=word), Reply.text(["Hi"]))

    run(chat_at(server, max_retries=2))

    assert len(server.requests) == count


def reset_before_head(wire: Wire) -> None:
    wire.reset()


def closed_before_head(wire: Wire) -> None:
    wire.hang_up()


def reset_after_head(wire: Wire) -> None:
    wire.send(CHUNKED)
    wire.reset()


def empty(wire: Wire) -> None:
    wire.send(CHUNKED, END)


def empty_with_a_length(wire: Wire) -> None:
    wire.send(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")


def dead_after_role(wire: Wire) -> None:
    wire.send(CHUNKED, chunk(sent.event({"role": "assistant", "content": ""})), END)


def reset_after_role(wire: Wire) -> None:
    wire.send(CHUNKED, chunk(sent.event({"role": "assistant", "content": ""})))
    wire.reset()


def cut_under_a_tool_call(wire: Wire) -> None:
    call = {"index": 0, "id": "c", "function": {"name": "f", "arguments": ""}}
    wire.send(CHUNKED, chunk(sent.event({"tool_calls": [call]})), END)


def error_before_a_token(wire: Wire) -> None:
    body = b'data: {"error": {"message": "overloaded", "code": 503}}\n\n'
    wire.send(CHUNKED, chunk(body), END)


BEFORE_A_TOKEN = [
    reset_before_head,
    closed_before_head,
    reset_after_head,
    empty,
    empty_with_a_length,
    dead_after_role,
    reset_after_role,
    cut_under_a_tool_call,
    error_before_a_token,
]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every wait that is drawn at random be the shortest one."""
    monkeypatch.setattr("random.random", lambda: 0.0)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("behavior", BEFORE_A_TOKEN)
def test_a_stream_that_dies_before_a_token_is_followed_by_another_request(
    run: Run, behavior: Behavior
) -> None:
    with Server(behavior, sent.whole) as server:
        outcome = run(chat_at(url_of(server), max_retries=1))

        assert outcome.error is None
        assert outcome.texts == ["Hi", ""]
        assert len(server.requests) == 2


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("behavior", BEFORE_A_TOKEN)
def test_no_retries_means_one_request(run: Run, behavior: Behavior) -> None:
    with Server(behavior, sent.whole) as server:
        outcome = run(chat_at(url_of(server), max_retries=0))

        assert outcome.texts == []
        assert isinstance(outcome.error, SSEChatError)
        assert outcome.error.is_retryable
        assert len(server.requests) == 1


def url_of(server: Server) -> str:
    return server.url.removesuffix("/chat/completions")


@pytest.mark.usefixtures("quick")
def test_a_server_that_is_not_there_is_asked_again(run: Run) -> None:
    with ScriptedServer() as gone:
        base_url = gone.base_url

    error = run(chat_at(base_url, max_retries=3)).error

    assert isinstance(error, ConnectionFailedError)
    assert base_url in str(error)


@pytest.mark.usefixtures("quick")
@METHODS
def test_a_clock_that_ran_out_before_a_token_is_followed_by_another_request(
    run: Run, server: ScriptedServer, method: str
) -> None:
    server.script(Reply.text(["no"], stall_after=0), Reply.text(["Hi"]))
    chat = chat_at(server, max_retries=1, first_token_timeout=0.3, timeout=0.3)

    outcome = run(chat, method=method)

    assert outcome.text == "Hi"
    assert len(server.requests) == 2


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"reset_after": 2}, ConnectionFailedError),
        ({"truncate_after": 2}, ConnectionFailedError),
        ({"cut_after": 2}, StreamTruncatedError),
        ({"stall_after": 2}, TimedOutError),
    ],
)
def test_nothing_is_sent_again_after_a_visible_token(
    run: Run,
    server: ScriptedServer,
    options: Any,
    kind: type[SSEChatError],
    streaming: bool,
) -> None:
    server.script(Reply.text(["a", "b", "c"], **options), Reply.text(["again"]))
    chat = chat_at(
        server, max_retries=2, stream_chunk_timeout=0.3, streaming=streaming or None
    )

    outcome = run(chat, method="invoke" if streaming else "stream")

    assert outcome.texts == ([] if streaming else ["a", "b"])
    assert isinstance(outcome.error, kind)
    assert outcome.error.partial is not None
    assert outcome.error.partial.content == "ab"
    assert len(server.requests) == 1


def test_nothing_is_sent_again_after_reasoning(run: Run) -> None:
    def behave(wire: Wire) -> None:
        wire.send(CHUNKED, chunk(sent.event({"reasoning_content": "Hm"})), END)

    with Server(behave, sent.whole) as server:
        outcome = run(chat_at(url_of(server), max_retries=2))

        assert isinstance(outcome.error, StreamTruncatedError)
        assert len(server.requests) == 1


WAITS: dict[str, Callable[[], dict[str, str]]] = {
    "seconds": lambda: {"retry-after": "1"},
    "fraction": lambda: {"retry-after": "0.5"},
    "milliseconds": lambda: {"retry-after-ms": "500"},
    "date": lambda: {"retry-after": formatdate(time.time() + 2, usegmt=True)},
}


@pytest.mark.parametrize("form", list(WAITS))
def test_what_the_server_asks_for_is_waited(
    run: Run, server: ScriptedServer, form: str
) -> None:
    server.script(Reply.status(429, headers=WAITS[form]()), Reply.text(["Hi"]))

    outcome = run(chat_at(server, max_retries=1))

    first, second = (request.time for request in server.requests)
    assert outcome.text == "Hi"
    # A date has no fractions: up to a second of the two is gone already.
    assert 0.5 <= second - first < 4.0


@METHODS
def test_a_longer_wait_than_the_cap_is_an_error_at_once(
    run: Run, server: ScriptedServer, method: str
) -> None:
    hour = formatdate(time.time() + 3600, usegmt=True)
    for value in ("61", hour):
        server.script(Reply.status(429, headers={"retry-after": value}))

        outcome = run(chat_at(server, max_retries=2), method=method)

        assert isinstance(outcome.error, RateLimitError)
        assert (outcome.error.retry_after or 0.0) > 60.0
        assert outcome.seconds < 4.0
    assert len(server.requests) == 2


def test_the_cap_is_a_setting(run: Run, server: ScriptedServer) -> None:
    busy = Reply.status(503, headers={"retry-after-ms": "300"})
    server.script(busy, busy, Reply.text(["Hi"]))
    chat = chat_at(server, max_retries=1, max_retry_after=0.2)

    assert run(chat).error is not None
    assert run(chat, max_retry_after=0.3).text == "Hi"
    assert len(server.requests) == 3
