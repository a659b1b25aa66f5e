"""Pace and faults, as a client sees them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import httpx
import pytest

from langchain_sse_chat.testing import Reply, Request, ScriptedServer
from langchain_sse_chat.testing.options import ReplyOptions

pytestmark = pytest.mark.enable_socket

EVENTS = [b"data: 1\n\n", b"data: 22\n\n", b"data: 333\n\n"]
COMMENT = b": keep-alive\n\n"

Play = Callable[[Reply], tuple[list[bytes], Exception | None]]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running


@pytest.fixture
def client(server: ScriptedServer) -> Iterator[httpx.Client]:
    url = f"{server.base_url}/"
    with httpx.Client(base_url=url, timeout=300, trust_env=False) as http_client:
        yield http_client


@pytest.fixture
def play(server: ScriptedServer, client: httpx.Client) -> Play:
    """Return the pieces of a reply that a client receives, and the failure."""

    def run(reply: Reply) -> tuple[list[bytes], Exception | None]:
        server.script(reply)
        pieces: list[bytes] = []
        try:
            with client.stream("POST", "chat/completions", json={}) as response:
                pieces.extend(response.iter_raw())
        except httpx.HTTPError as exc:
            return pieces, exc
        return pieces, None

    return run


def last(server: ScriptedServer) -> Request:
    return server.requests[-1]


def test_sends_each_event_as_a_chunk_of_its_own(
    server: ScriptedServer, play: Play
) -> None:
    assert play(Reply.sse(EVENTS)) == (EVENTS, None)
    assert last(server).outcome == "completed"
    assert last(server).events_sent == 3


def test_the_connection_serves_the_next_request(
    server: ScriptedServer, play: Play
) -> None:
    for _ in range(3):
        play(Reply.sse(EVENTS))
    assert server.connections == 1
    assert [r.connection for r in server.requests] == [1, 1, 1]
    assert [r.number for r in server.requests] == [1, 2, 3]


def test_waits_as_long_as_it_is_told(play: Play) -> None:
    reply = Reply.sse(EVENTS, head_delay=0.001, first_delay=0.001, delay=0.001)
    assert play(reply) == (EVENTS, None)


def test_a_delay_holds_back_the_second_event(
    server: ScriptedServer, client: httpx.Client
) -> None:
    server.script(Reply.sse(EVENTS, delay=3600))
    with client.stream("POST", "chat/completions") as response:
        assert next(response.iter_raw()) == EVENTS[0]
    assert server.wait_for_disconnect()
    assert last(server).events_sent == 1


def test_a_first_delay_holds_back_the_first_event_but_not_the_headers(
    server: ScriptedServer, client: httpx.Client
) -> None:
    server.script(Reply.sse(EVENTS, first_delay=3600))
    with client.stream("POST", "chat/completions") as response:
        assert response.status_code == 200
    assert server.wait_for_disconnect()
    assert last(server).events_sent == 0


def test_a_head_delay_holds_back_the_headers(server: ScriptedServer) -> None:
    server.script(Reply.sse(EVENTS, head_delay=3600))
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nhost: h\r\n\r\n")
        assert server.wait_for_requests()
        connection.settimeout(0.05)
        with pytest.raises(TimeoutError):
            connection.recv(1)
    assert server.wait_for_disconnect()


def test_a_gate_lets_one_event_pass_for_each_release(
    server: ScriptedServer, client: httpx.Client
) -> None:
    gate = threading.Semaphore(0)
    server.script(Reply.sse(EVENTS, gate=gate))
    with client.stream("POST", "chat/completions") as response:
        pieces = response.iter_raw()
        for count, event in enumerate(EVENTS, 1):
            gate.release()
            assert next(pieces) == event
            assert last(server).events_sent == count
        assert list(pieces) == []


def test_an_answer_whose_client_left_takes_no_more_releases(
    server: ScriptedServer, client: httpx.Client
) -> None:
    gate = threading.Semaphore(0)
    waiting = Reply.sse(EVENTS, gate=gate, keepalive=0.001)
    server.script(*[waiting] * 4)
    for _ in range(4):
        with client.stream("POST", "chat/completions") as response:
            assert next(response.iter_raw()) == COMMENT
    assert server.wait_for_disconnect(count=4)
    gate.release(3)
    # Another answer with delays gives the server the time to look at its gates.
    server.script(Reply.sse(EVENTS, delay=0.01))
    client.post("chat/completions")
    assert [gate.acquire(blocking=False) for _ in range(3)] == [True] * 3


def test_sends_comments_while_it_waits(
    server: ScriptedServer, client: httpx.Client
) -> None:
    gate = threading.Semaphore(1)
    server.script(Reply.sse(EVENTS[:2], gate=gate, keepalive=0.001))
    with client.stream("POST", "chat/completions") as response:
        pieces = response.iter_raw()
        assert next(piece for piece in pieces if piece != COMMENT) == EVENTS[0]
        assert next(pieces) == COMMENT
        gate.release()
        assert next(piece for piece in pieces if piece != COMMENT) == EVENTS[1]
    assert last(server).events_sent == 2


def test_sends_comments_while_it_stalls(
    server: ScriptedServer, client: httpx.Client
) -> None:
    server.script(Reply.sse(EVENTS, stall_after=0, keepalive=0.001))
    with client.stream("POST", "chat/completions") as response:
        pieces = response.iter_raw()
        assert [next(pieces), next(pieces)] == [COMMENT, COMMENT]


def test_sends_no_comments_into_a_document(play: Play) -> None:
    pieces, _ = play(Reply.json({}, first_delay=0.02, keepalive=0.001))
    assert pieces == [b"{}"]


def test_sends_one_byte_at_a_time(server: ScriptedServer, play: Play) -> None:
    pieces, _ = play(Reply.sse(EVENTS, write_size=1))
    assert pieces == [bytes([byte]) for byte in b"".join(EVENTS)]
    assert last(server).events_sent == 3


def test_never_sends_more_than_the_write_size(play: Play) -> None:
    pieces, _ = play(Reply.sse(EVENTS[2:], write_size=4))
    assert pieces == [b"data", b": 33", b"3\n\n"]


def test_cuts_a_document_too(play: Play) -> None:
    pieces, _ = play(Reply.json({"a": 1}, write_size=3))
    assert b"".join(pieces) == b'{"a":1}'


def test_sends_all_events_at_once(play: Play) -> None:
    assert play(Reply.sse(EVENTS, merge=True)) == ([b"".join(EVENTS)], None)


def test_ends_early_without_an_error_of_http(
    server: ScriptedServer, play: Play
) -> None:
    assert play(Reply.sse(EVENTS, cut_after=2)) == (EVENTS[:2], None)
    assert last(server).outcome == "completed"


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply.sse(EVENTS, cut_after=0), id="cut before the first byte"),
        pytest.param(Reply.status(204), id="status 204"),
    ],
)
def test_sends_an_empty_body(server: ScriptedServer, play: Play, reply: Reply) -> None:
    assert play(reply) == ([], None)
    assert last(server).outcome == "completed"
    assert play(Reply.sse(EVENTS)) == (EVENTS, None)
    assert server.connections == 1


def test_sends_an_empty_document(server: ScriptedServer, play: Play) -> None:
    assert play(Reply.json({}, cut_after=0)) == ([], None)
    assert last(server).outcome == "completed"


def test_resets_the_connection(server: ScriptedServer, play: Play) -> None:
    pieces, error = play(Reply.sse(EVENTS, reset_after=1))
    assert pieces == EVENTS[:1]
    assert isinstance(error, httpx.ReadError)
    assert last(server).outcome == "server closed"
    assert server.disconnects == 0


def test_closes_inside_a_chunk(server: ScriptedServer, play: Play) -> None:
    pieces, error = play(Reply.sse(EVENTS, truncate_after=1))
    assert pieces == [EVENTS[0], EVENTS[1][:5]]
    assert isinstance(error, httpx.RemoteProtocolError)
    assert last(server).outcome == "server closed"


def test_closes_without_the_last_chunk(play: Play) -> None:
    pieces, error = play(Reply.sse(EVENTS, truncate_after=3))
    assert pieces == EVENTS
    assert isinstance(error, httpx.RemoteProtocolError)


def test_closes_inside_a_document(play: Play) -> None:
    pieces, error = play(Reply.json({"a": 1}, truncate_after=0))
    assert pieces == [b'{"a']
    assert isinstance(error, httpx.RemoteProtocolError)


def test_stalls_until_the_client_leaves(
    server: ScriptedServer, client: httpx.Client
) -> None:
    server.script(Reply.sse(EVENTS, stall_after=1))
    with client.stream("POST", "chat/completions") as response:
        pieces = response.iter_raw()  # losing the iterator would close the response
        assert next(pieces) == EVENTS[0]
        assert last(server).outcome == "answering"
    assert server.wait_for_disconnect()
    assert last(server).outcome == "client closed"


def test_holds_the_connection_after_the_last_event(
    server: ScriptedServer, client: httpx.Client
) -> None:
    server.script(Reply.sse(EVENTS, hang_after_done=True))
    with client.stream("POST", "chat/completions") as response:
        pieces = response.iter_raw()
        assert [next(pieces) for _ in EVENTS] == EVENTS
        assert last(server).outcome == "answering"
    assert server.wait_for_disconnect()


def test_a_document_can_stall_too(server: ScriptedServer, client: httpx.Client) -> None:
    server.script(Reply.json({}, stall_after=0))
    with client.stream("POST", "chat/completions") as response:
        assert response.headers["content-length"] == "2"
        assert last(server).outcome == "answering"
    assert server.wait_for_disconnect()


def test_each_event_waits_for_a_delay_of_its_own(
    server: ScriptedServer, client: httpx.Client
) -> None:
    server.script(Reply.sse(EVENTS, first_delay=3600, delays=[0.001, 3600]))
    with client.stream("POST", "chat/completions") as response:
        assert next(response.iter_raw()) == EVENTS[0]
    assert server.wait_for_disconnect()
    assert last(server).events_sent == 1


def test_events_without_a_delay_of_their_own_have_the_common_one(play: Play) -> None:
    reply = Reply.sse(EVENTS, delays=[0.001], delay=0.001)
    assert play(reply) == (EVENTS, None)


def test_one_delay_more_is_before_the_end(
    server: ScriptedServer, client: httpx.Client
) -> None:
    server.script(Reply.sse(EVENTS[:1], delays=[0.0, 3600]))
    with client.stream("POST", "chat/completions") as response:
        pieces = response.iter_raw()
        assert next(pieces) == EVENTS[0]
        assert last(server).outcome == "answering"
    assert server.wait_for_disconnect()


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        ("reset_after", httpx.ReadError),
        ("truncate_after", httpx.RemoteProtocolError),
        ("stall_after", httpx.ReadTimeout),
    ],
)
def test_a_headless_reply_has_no_status_line(
    server: ScriptedServer, client: httpx.Client, ending: str, kind: type[Exception]
) -> None:
    options: ReplyOptions = {ending: 1, "headless": True}  # type: ignore[misc]
    server.script(Reply.sse(EVENTS, **options))
    # Only the one that is to run out is short.
    read = 0.2 if kind is httpx.ReadTimeout else None
    with pytest.raises(kind):
        client.post("chat/completions", timeout=httpx.Timeout(None, read=read))
    assert last(server).events_sent == 0


@pytest.mark.parametrize("cut_after", [None, 1])
def test_a_headless_reply_needs_an_end(cut_after: int | None) -> None:
    with pytest.raises(ValueError, match="headless"):
        Reply.sse(EVENTS, headless=True, cut_after=cut_after)
