"""Connections over real sockets: used again, broken, too slow."""

from __future__ import annotations

import asyncio
import gc

import httpx
import pytest

from langchain_sse_chat.errors import (
    ConnectionFailedError,
    StatusError,
    StreamTruncatedError,
    TimedOutError,
)
from langchain_sse_chat.transport.clients import HTTPClients
from tests.integration_tests.transport_wire import (
    CHUNKED,
    LONG,
    OK,
    OUTPUTS,
    Behavior,
    Exchange,
    Run,
    Server,
    Wire,
    astream,
    chunk,
    head_without_end,
    no_answer,
    only_keep_alives,
    run_async,
    run_sync,
    silent,
    whole,
)


@pytest.fixture(params=[run_sync, run_async], ids=["sync", "async"])
def run(request: pytest.FixtureRequest) -> Run:
    """Run exchanges one after the other and return the outputs of each."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def clients() -> HTTPClients:
    return HTTPClients()


def test_ten_streams_use_one_connection(run: Run, clients: HTTPClients) -> None:
    with Server(whole) as server:
        outputs = run(clients, [Exchange(server.url) for _ in range(10)])
        assert outputs == [OUTPUTS] * 10
        assert server.connections == 1


def test_ten_event_loops_in_a_row_are_served(clients: HTTPClients) -> None:
    with Server(whole) as server:
        for _ in range(10):
            assert run_async(clients, [Exchange(server.url)] * 2) == [OUTPUTS] * 2
        gc.collect()  # shows what was left unclosed
        assert server.connections == 10
        assert sorted(server.closed.get(timeout=LONG) for _ in range(10)) == list(
            range(1, 11)
        )


def test_event_loops_closed_by_hand_are_served(clients: HTTPClients) -> None:
    async def one() -> list[str]:
        client = clients.async_client()
        return [output async for output in astream(client, Exchange(server.url))]

    with Server(whole) as server:
        for _ in range(4):
            loop = asyncio.new_event_loop()
            assert loop.run_until_complete(one()) == OUTPUTS
            loop.close()
        del loop
        run_async(clients, [Exchange(server.url)])  # lets go of the loop before
        gc.collect()
        assert len([server.closed.get(timeout=LONG) for _ in range(5)]) == 5


def test_connection_is_used_again_after_a_refusal(
    run: Run, clients: HTTPClients
) -> None:
    def busy(wire: Wire) -> None:
        wire.send(b"HTTP/1.1 503 Busy\r\ncontent-length: 4\r\n\r\nbusy")

    with Server(busy, whole) as server:
        exchange = Exchange(server.url, pauses=(0.0,))
        assert run(clients, [exchange]) == [OUTPUTS]
        assert [str(error) for error in exchange.errors] == ["503 busy"]
        assert server.connections == 1


def test_answer_ends_although_the_server_holds_the_connection(
    run: Run, clients: HTTPClients
) -> None:
    def hold(wire: Wire) -> None:
        wire.send(CHUNKED, chunk(b"a\nb\ndone\n"))
        wire.wait_for_close()

    with Server(hold) as server:
        assert run(clients, [Exchange(server.url)]) == [OUTPUTS]
        assert server.saw_close()


def test_answer_ends_although_the_server_sends_on(
    run: Run, clients: HTTPClients
) -> None:
    def send_on(wire: Wire) -> None:
        wire.send(CHUNKED, chunk(b"a\nb\ndone\n"))
        wire.trickle(chunk(b": ping\n"))

    with Server(send_on) as server:
        assert run(clients, [Exchange(server.url)]) == [OUTPUTS]
        assert server.saw_close()


def test_a_clients_own_default_headers_are_not_sent_over_ours(
    run: Run, clients: HTTPClients
) -> None:
    with Server(whole) as server:
        run(clients, [Exchange(server.url)])
        head = server.requests[0].lower()
        assert b"accept-encoding: identity" in head
        assert b"user-agent: langchain-sse-chat/" in head
        assert b"httpx" not in head


def test_cookies_are_not_kept(run: Run, clients: HTTPClients) -> None:
    def with_cookie(wire: Wire) -> None:
        wire.send(OK, b"set-cookie: a=b\r\ncontent-length: 5\r\n\r\ndone\n")

    with Server(with_cookie) as server:
        run(clients, [Exchange(server.url)] * 2)
        assert len(server.requests) == 2
        assert b"cookie" not in server.requests[1].lower()


def cut_in_framing(wire: Wire) -> None:
    wire.send(CHUNKED, chunk(b"a\n"), b"10\r\nonly")
    wire.hang_up()


def reset_under_answer(wire: Wire) -> None:
    wire.send(CHUNKED, chunk(b"a\n"))
    wire.reset()


def reset_without_length(wire: Wire) -> None:
    wire.send(OK, b"connection: close\r\n\r\na\n")
    wire.reset()


BREAKS = [cut_in_framing, reset_under_answer, reset_without_length, no_answer]


@pytest.mark.parametrize("behavior", BREAKS)
def test_a_broken_connection_is_told_as_one(
    run: Run, clients: HTTPClients, behavior: Behavior
) -> None:
    with Server(behavior) as server:
        with pytest.raises(ConnectionFailedError) as caught:
            run(clients, [Exchange(server.url)])
        assert server.url in str(caught.value)
        assert isinstance(caught.value.__cause__, httpx.HTTPError)


@pytest.mark.parametrize("behavior", [reset_under_answer, reset_without_length])
def test_a_reset_is_named_by_every_transport(
    run: Run, clients: HTTPClients, behavior: Behavior
) -> None:
    reset = pytest.raises(ConnectionFailedError, match="Connection reset by peer")
    with Server(behavior) as server, reset:
        run(clients, [Exchange(server.url)])


def test_a_body_cut_between_chunks_of_a_plain_body_is_the_receivers_to_judge(
    run: Run, clients: HTTPClients
) -> None:
    def plain(wire: Wire) -> None:
        wire.send(OK, b"connection: close\r\n\r\na\n")
        wire.hang_up()

    with Server(plain) as server, pytest.raises(StreamTruncatedError):
        run(clients, [Exchange(server.url)])


@pytest.mark.parametrize("behavior", BREAKS)
def test_another_attempt_may_succeed(
    run: Run, clients: HTTPClients, behavior: Behavior
) -> None:
    with Server(behavior, whole) as server:
        exchange = Exchange(server.url, pauses=(0.0,))
        assert run(clients, [exchange])[0][-3:] == OUTPUTS
        assert len(exchange.errors) == 1


def test_a_server_that_is_not_there_is_named(run: Run, clients: HTTPClients) -> None:
    with Server(whole) as server:
        url = server.url
    with pytest.raises(ConnectionFailedError, match="Could not connect to"):
        run(clients, [Exchange(url)])


def silent_after_head(wire: Wire) -> None:
    wire.send(CHUNKED)
    wire.wait_for_close()


def chunk_head_without_end(wire: Wire) -> None:
    wire.send(CHUNKED, b"5;")
    wire.trickle(b"x")


@pytest.mark.parametrize(
    "behavior",
    [
        silent,
        silent_after_head,
        only_keep_alives,
        head_without_end,
        chunk_head_without_end,
    ],
)
def test_the_first_token_is_waited_for_no_longer_than_set(
    run: Run, clients: HTTPClients, behavior: Behavior
) -> None:
    with Server(behavior) as server:
        with pytest.raises(TimedOutError, match="`first_token_timeout`") as caught:
            run(clients, [Exchange(server.url, first_token=0.2, gap=LONG)])
        assert caught.value.phase == "first_token"
        assert server.saw_close()


def silent_after_token(wire: Wire) -> None:
    wire.send(CHUNKED, chunk(b"a\n"))
    wire.wait_for_close()


def keep_alives_after_token(wire: Wire) -> None:
    wire.send(CHUNKED, chunk(b"a\n"))
    wire.trickle(chunk(b": ping\n"))


@pytest.mark.parametrize("behavior", [silent_after_token, keep_alives_after_token])
def test_the_next_token_is_waited_for_no_longer_than_set(
    run: Run, clients: HTTPClients, behavior: Behavior
) -> None:
    with Server(behavior) as server:
        with pytest.raises(TimedOutError, match="`stream_chunk_timeout`") as caught:
            run(clients, [Exchange(server.url, first_token=LONG, gap=0.2)])
        assert caught.value.phase == "gap"
        assert server.saw_close()


def test_the_clock_is_set_anew_on_a_connection_that_is_used_again(
    run: Run, clients: HTTPClients
) -> None:
    with Server(whole, head_without_end) as server:
        first = Exchange(server.url)
        second = Exchange(server.url, first_token=0.2)
        with pytest.raises(TimedOutError):
            run(clients, [first, second])
        assert server.connections == 1


def test_the_body_of_a_refusal_is_not_waited_for(
    run: Run, clients: HTTPClients
) -> None:
    def half(wire: Wire) -> None:
        wire.send(b"HTTP/1.1 500 No\r\ncontent-length: 9\r\n\r\nhalf")
        wire.wait_for_close()

    with Server(half) as server:
        with pytest.raises(StatusError, match="500 half"):
            run(clients, [Exchange(server.url, error_body=0.1)])
        assert server.saw_close()


def test_a_refused_connection_has_the_same_reason_in_sync_and_async(
    run: Run, clients: HTTPClients
) -> None:
    with Server(whole) as server:
        url = server.url
    with pytest.raises(ConnectionFailedError, match="Connection refused"):
        run(clients, [Exchange(url)])
