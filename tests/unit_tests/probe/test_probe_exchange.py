from __future__ import annotations

import itertools
from typing import Any

import pytest

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.errors import AuthenticationError
from langchain_sse_chat.exchange.plain_answer import Reading
from langchain_sse_chat.exchange.plain_request import PlainPlan, PlainRequest
from langchain_sse_chat.probe.exchange import ProbeExchange
from langchain_sse_chat.probe.questions import MAIN, MODELS
from langchain_sse_chat.secrets import Secrets
from langchain_sse_chat.settings.plain_plan import plan_request
from langchain_sse_chat.transport.protocols import ResponseHead
from tests.unit_tests.probe.answers import STREAM, ask, events, texts

KEY = "sk-secret-1234567890"
HEAD = ResponseHead(200, STREAM, "http://x/v1", "HTTP/1.1", 7)
BODY = b"".join(events(texts("a", "b"))).rstrip()


def plan() -> PlainPlan:
    with ChatSSE(model="m", base_url="http://x/v1", api_key=KEY) as chat:
        request: PlainRequest[Any] = PlainRequest(
            Reading("/chat/completions", lambda a: a)
        )
        return plan_request(chat, request, key=KEY)


def exchange(name: str = MAIN) -> ProbeExchange:
    ticks = itertools.count(10.0, 0.5)
    return ProbeExchange(ask(name), plan(), Secrets(), lambda: next(ticks))


def test_the_request_is_the_question() -> None:
    spec, _ = exchange().begin()
    assert spec.method == "POST"
    assert spec.streamed
    assert b'"max_tokens":117' in spec.body.replace(b": ", b":")
    spec, _ = exchange(MODELS).begin()
    assert (spec.method, spec.body) == ("GET", b"")


def test_bytes_are_kept_with_the_seconds_since_the_request() -> None:
    one = exchange()
    _, receiver = one.begin()
    receiver.open(HEAD)
    receiver.feed(b"data: 1\n\n")
    receiver.feed(b"data: 2\n\n")
    assert receiver.progress == 2
    assert receiver.close() == []
    seen = one.seen(None)
    assert seen.pieces == ((0.5, b"data: 1\n\n"), (1.0, b"data: 2\n\n"))
    assert (seen.status, seen.headers, seen.http_version) == (200, STREAM, "HTTP/1.1")
    assert (seen.connection, seen.error) == (7, "")


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_done_ends_the_answer_at_any_chunking(size: int) -> None:
    one = exchange()
    _, receiver = one.begin()
    for start in range(0, len(BODY), size):
        assert not receiver.is_complete
        receiver.feed(BODY[start : start + size])
    is_complete, wants_more = receiver.is_complete, receiver.wants_more
    assert (is_complete, wants_more) == (True, False)
    assert b"[DONE]" in one.seen(None).body


def test_an_answer_far_above_the_limit_is_cut() -> None:
    one = exchange()
    _, receiver = one.begin()
    for _ in range(10):
        receiver.feed(b"x" * 30_000)
    assert not receiver.wants_more
    assert one.seen(None).was_cut


def test_a_long_list_of_models_is_read() -> None:
    one = exchange(MODELS)
    _, receiver = one.begin()
    receiver.feed(b"x" * 3_000_000)
    assert receiver.wants_more


def test_a_refusal_is_kept_and_shows_no_key() -> None:
    one = exchange()
    _, receiver = one.begin()
    body = f'{{"error": {{"message": "bad key {KEY}"}}}}'.encode()
    error = receiver.error_response(ResponseHead(401, {}, "http://x"), body)
    assert isinstance(error, AuthenticationError)
    assert one.failed(error) is None
    seen = one.seen(error)
    assert KEY not in seen.error
    assert (seen.status, seen.body) == (401, body)


def test_there_is_one_attempt() -> None:
    one = exchange()
    assert one.finished()
    one.close()
    assert one.seen(None).status is None
