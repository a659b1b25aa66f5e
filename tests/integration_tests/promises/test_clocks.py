"""Each clock ends a call that waits, within about a second of its value."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import aclosing, closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from langchain_sse_chat import ChatSSE, TimedOutError
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.promises import chat_wire as sent
from tests.integration_tests.promises.conftest import (
    SLOWEST,
    Outcome,
    Run,
    chat_at,
    run_in_loop,
    run_sync,
)
from tests.integration_tests.test_transport_own_clients import KEY_AND_CERTIFICATE
from tests.integration_tests.transport_wire import (
    CHUNKED,
    Behavior,
    Server,
    Wire,
    chunk,
    head_without_end,
    silent,
)

CLOCK = 0.2
ONE = httpx.Limits(max_connections=1)


def timed_out(outcome: Outcome, phase: str, *words: str) -> TimedOutError:
    """Assert that a clock of 0.2 s ran out, in time, and says so."""
    error = outcome.error
    assert isinstance(error, TimedOutError), outcome
    assert error.phase == phase
    assert CLOCK <= outcome.seconds < SLOWEST
    for word in ("127.0.0.1", f"{CLOCK} s", *words):
        assert word in str(error)
    return error


def chat_on(server: Server, **fields: Any) -> ChatSSE:
    return chat_at(server.url.removesuffix("/chat/completions"), **fields)


def test_what_carries_nothing_does_not_stop_the_first_clock(run: Run) -> None:
    with Server(sent.contentless()) as server:
        outcome = run(chat_on(server, first_token_timeout=CLOCK))

        error = timed_out(outcome, "first_token", "Raise `first_token_timeout`", "None")
        assert error.partial is None
        assert server.saw_close()


def test_what_carries_nothing_does_not_stop_the_clock_between_tokens(
    run: Run,
) -> None:
    with Server(sent.contentless(after=sent.TOKEN)) as server:
        outcome = run(chat_on(server, stream_chunk_timeout=CLOCK))

        error = timed_out(outcome, "gap", "Raise `stream_chunk_timeout`", "None")
        assert error.partial is not None
        assert error.partial.content == outcome.text == "Hi"
        assert server.saw_close()


def silent_after_head(wire: Wire) -> None:
    wire.send(CHUNKED)
    wire.wait_for_close()


def only_provisional_heads(wire: Wire) -> None:
    wire.trickle(b"HTTP/1.1 102 Processing\r\n\r\n")


@pytest.mark.parametrize(
    "behavior",
    [
        silent,
        silent_after_head,
        head_without_end,
        only_provisional_heads,
        pytest.param(sent.byte_by_byte(b": keep-alive\n\n"), id="comments"),
        pytest.param(
            sent.byte_by_byte(b'data: {"choices": []}\n\n'), id="empty events"
        ),
    ],
)
def test_the_first_token_is_waited_for_no_longer_than_set(
    run: Run, behavior: Behavior
) -> None:
    with Server(behavior) as server:
        outcome = run(chat_on(server, first_token_timeout=CLOCK))

        timed_out(outcome, "first_token")
        assert server.saw_close()


def test_a_token_that_never_gets_whole_does_not_stop_the_clock(run: Run) -> None:
    def behave(wire: Wire) -> None:
        wire.send(CHUNKED, chunk(sent.TOKEN), chunk(b'data: {"choices": [{"'))
        wire.trickle(chunk(b" "))

    with Server(behave) as server:
        outcome = run(chat_on(server, stream_chunk_timeout=CLOCK))

        timed_out(outcome, "gap")
        assert outcome.text == "Hi"


PROGRESS = {
    "text": {"content": "x"},
    "reasoning": {"reasoning_content": "x"},
    "tool call": {"tool_calls": [{"index": 0, "function": {"arguments": " "}}]},
}


@pytest.mark.parametrize("delta", PROGRESS.values(), ids=list(PROGRESS))
def test_what_carries_something_sets_the_clock_anew(
    run: Run, delta: dict[str, Any]
) -> None:
    call = {"index": 0, "id": "c", "function": {"name": "f", "arguments": "{"}}
    first = sent.event({"tool_calls": [call]} if "tool_calls" in delta else delta)
    last = sent.event({"tool_calls": [{"index": 0, "function": {"arguments": "}"}}]})
    events = [first, *[sent.event(delta)] * 12, last, sent.STOP, sent.DONE]
    with Server(sent.paced(*events, delay=0.05)) as server:
        outcome = run(chat_on(server, stream_chunk_timeout=0.5))

        assert outcome.error is None
        assert outcome.seconds > 0.5


def test_none_switches_the_clocks_off(run: Run, server: ScriptedServer) -> None:
    server.script(Reply.text(["a", "b"], first_delay=0.2, delay=0.2, keepalive=0.01))
    chat = chat_at(server, first_token_timeout=0.1, stream_chunk_timeout=0.1)

    outcome = run(chat, first_token_timeout=None, stream_chunk_timeout=None)

    assert outcome.text == "ab"


def test_the_consumers_own_time_is_not_counted(
    run: Run, server: ScriptedServer
) -> None:
    server.script(Reply.text(["a", "b"]))
    chat = chat_at(server, first_token_timeout=CLOCK, stream_chunk_timeout=CLOCK)

    outcome = run(chat, pause=CLOCK + 0.1)

    assert outcome.error is None
    assert outcome.text == "ab"


def test_the_clock_runs_on_after_a_slow_consumer(
    run: Run, server: ScriptedServer
) -> None:
    server.script(Reply.text(["a", "b"], stall_after=1, keepalive=0.01))

    outcome = run(chat_at(server, stream_chunk_timeout=CLOCK), pause=CLOCK + 0.1)

    assert isinstance(outcome.error, TimedOutError)
    assert 2 * CLOCK < outcome.seconds < SLOWEST
    assert outcome.text == "a"


@pytest.mark.parametrize(
    "behavior", [silent, head_without_end, sent.byte_by_byte(b" " * 9)]
)
def test_an_answer_that_is_not_streamed_has_one_clock(
    run: Run, behavior: Behavior
) -> None:
    with Server(behavior) as server:
        outcome = run(chat_on(server, timeout=CLOCK), method="invoke")

        timed_out(outcome, "read", "Raise `timeout`")
        assert server.saw_close()


def test_a_streamed_invoke_has_the_clocks_of_a_stream(run: Run) -> None:
    with Server(sent.trickled(b": ping\n\n", after=sent.TOKEN)) as server:
        chat = chat_on(server, stream_chunk_timeout=CLOCK, streaming=True)

        error = timed_out(run(chat, method="invoke"), "gap")

        assert error.partial is not None
        assert error.partial.content == "Hi"


@pytest.mark.parametrize("method", ["stream", "invoke"])
def test_connecting_takes_no_longer_than_set(run: Run, method: str) -> None:
    with sent.full_backlog() as port:
        outcome = run(chat_at(sent.base_url(port), timeout=CLOCK), method=method)

        timed_out(outcome, "connect", "raise `timeout`")


@pytest.mark.parametrize("serve", [sent.silence, sent.endless_handshake])
def test_a_handshake_takes_no_longer_than_set(run: Run, serve: Any) -> None:
    with sent.listening(serve) as port:
        outcome = run(chat_at(sent.base_url(port, "https"), timeout=CLOCK))

        timed_out(outcome, "connect", "raise `timeout`")


def test_the_first_clock_ends_connecting_too(run: Run) -> None:
    with sent.full_backlog() as port:
        outcome = run(chat_at(sent.base_url(port), first_token_timeout=CLOCK))

        timed_out(outcome, "first_token")


def test_the_first_clock_ends_a_handshake_too(run: Run) -> None:
    with sent.listening(sent.endless_handshake) as port:
        chat = chat_at(sent.base_url(port, "https"), first_token_timeout=CLOCK)

        timed_out(run(chat), "first_token")


def test_a_late_head_does_not_set_the_clock_anew(
    run: Run, server: ScriptedServer
) -> None:
    server.script(Reply.text(["a"], head_delay=CLOCK / 2, first_delay=20.0))

    timed_out(run(chat_at(server, first_token_timeout=CLOCK)), "first_token")


LARGE = "x" * 16_000_000


def test_a_request_that_is_not_read_is_given_up(run: Run) -> None:
    with sent.listening(sent.unread) as port:
        outcome = run(chat_at(sent.base_url(port), timeout=CLOCK), prompt=LARGE)

        timed_out(outcome, "write", "Raise `timeout`")


@pytest.mark.parametrize("serve", [sent.unread, sent.read_slowly])
def test_the_first_clock_ends_sending_too(run: Run, serve: Any) -> None:
    with sent.listening(serve) as port:
        chat = chat_at(sent.base_url(port), first_token_timeout=CLOCK)

        timed_out(run(chat, prompt=LARGE), "first_token")


def test_a_request_that_is_read_slowly_is_part_of_an_answer_that_is_not_streamed(
    run: Run,
) -> None:
    with sent.listening(sent.read_slowly) as port:
        chat = chat_at(sent.base_url(port), timeout=httpx.Timeout(5.0, read=CLOCK))

        timed_out(run(chat, method="invoke", prompt=LARGE), "read")


def wait_for_a_connection(server: ScriptedServer) -> Outcome:
    with httpx.Client(limits=ONE) as client:
        chat = chat_at(server, http_client=client)
        with closing(chat.stream("Hello")) as holding:
            assert next(holding).content == "a"
            return run_sync(chat, timeout=CLOCK)


def await_a_connection(server: ScriptedServer) -> Outcome:
    async def run() -> Outcome:
        async with httpx.AsyncClient(limits=ONE) as client:
            chat = chat_at(server, http_async_client=client)
            async with aclosing(chat.astream("Hello")) as holding:
                assert (await anext(holding)).content == "a"
                return await run_in_loop(chat, timeout=CLOCK)

    return asyncio.run(run())


@pytest.mark.parametrize("wait", [wait_for_a_connection, await_a_connection])
def test_a_free_connection_is_waited_for_no_longer_than_set(
    server: ScriptedServer, wait: Callable[[ScriptedServer], Outcome]
) -> None:
    server.script(Reply.text(["a", "b"], stall_after=1))

    timed_out(wait(server), "pool", "raise `timeout`")


def test_fifty_open_streams_have_no_thread(server: ScriptedServer) -> None:
    chat = chat_at(server, stream_chunk_timeout=CLOCK)
    chat.invoke("Hello")
    server.script(*[Reply.text(["a", "b"], stall_after=1, keepalive=0.05)] * 50)
    before = threading.active_count()
    streams = [chat.stream("Hello") for _ in range(50)]
    try:
        assert {next(stream).content for stream in streams} == {"a"}
        assert threading.active_count() == before

        began = time.monotonic()
        with pytest.raises(TimedOutError):
            next(streams[0])
        assert CLOCK <= time.monotonic() - began < SLOWEST
    finally:
        for stream in streams:
            stream.close()


TRICKLED = {
    "records": lambda wire: wire.trickle(chunk(b": keep-alive\n\n")),
    "head": lambda wire: wire.trickle(b"x: y\r\n"),
}


@pytest.mark.parametrize("what", list(TRICKLED))
def test_the_clock_holds_while_tls_comes_byte_by_byte(
    run: Run, tmp_path: Path, what: str
) -> None:
    pem = tmp_path / "localhost.pem"
    pem.write_text(KEY_AND_CERTIFICATE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    slow = threading.Event()

    def behave(wire: Wire) -> None:
        slow.set()
        wire.send(CHUNKED if what == "records" else b"HTTP/1.1 200 OK\r\n")
        TRICKLED[what](wire)

    with (
        Server(behave, tls=context) as server,
        sent.listening(sent.relay(server.url, slow)) as port,
    ):
        chat = chat_at(
            sent.base_url(port, "https"), verify=str(pem), first_token_timeout=CLOCK
        )
        timed_out(run(chat), "first_token")
