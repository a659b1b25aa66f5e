"""Clients read on, and stop answers, at another worker, by way of a real Redis."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from langchain_sse_chat.sse import ServerSentEvent
from tests.integration_tests.serve.redis_server import (
    NEEDED,
    KeptWorker,
    RedisServer,
    counted,
    text_of,
    wait_for,
    workers,
)
from tests.unit_tests.serve.ui_client import read_ui

pytestmark = NEEDED
Two = list[KeptWorker]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    found = RedisServer(tmp_path_factory.mktemp("redis"))
    with found.running():
        yield found


@pytest.fixture
def two(server: RedisServer, tmp_path: Path) -> Iterator[Two]:
    with workers(tmp_path, server.url, LINGER="2", KEPT_SECONDS="3") as found:
        yield found


def bytes_of(events: list[ServerSentEvent]) -> bytes:
    return b"".join(event.encode() for event in events)


def failure_of(events: list[ServerSentEvent]) -> str:
    assert events[-1].event == "failure"
    return str(json.loads(events[-1].data)["error"]["code"])


def test_an_event_source_goes_on_at_the_other_worker(
    two: Two, server: RedisServer
) -> None:
    one, other = two
    events = one.listen(60, seconds=0.5)
    for worker in (other, one, other):
        events += worker.listen(60, events[-1].id, seconds=0.5)
    events += other.listen(60, events[-1].id)
    assert text_of(events) == counted(60)
    assert [event.data for event in events if event.event == "end"] == [counted(60)]
    assert len({event.id for event in events if event.data}) == 61
    # Nothing is left after its time.
    wait_for(lambda: server.data.dbsize() == 0)


def test_a_page_reads_its_answer_at_the_other_worker(two: Two) -> None:
    one, other = two
    first = one.chat(40, 0.5)
    middle = other.resume(0.5)
    answer = read_ui(bytes_of(other.resume()))
    assert answer.text == counted(40)
    for part in (first, middle):
        seen = read_ui(bytes_of(part))
        assert answer.text.startswith(seen.text)
        assert seen.message_id == answer.message_id
    assert [w.client.get("/chat/chat-1/stream").status_code for w in two] == [204, 204]


def test_pages_that_ask_at_the_same_time_do_not_disturb_one_another(two: Two) -> None:
    def ask(number: int) -> int:
        return two[0].client.get(f"/chat/{number}/stream").status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(400))) == {204}


@pytest.mark.parametrize("path", ["chat", "events"])
def test_the_other_worker_stops_the_model(two: Two, path: str) -> None:
    one, other = two
    if path == "chat":
        one.chat(10_000, 0.5)
        assert other.post("/chat/chat-1/stop") == 204
    else:
        last = one.listen(10_000, seconds=0.5)[-1].id
        assert other.post(f"/events/{last}/stop") == 204
        assert other.listen(10_000, last)[-1].event == "stop"
    wait_for(one.stopped.exists)


def test_a_reader_at_the_other_worker_keeps_the_model(two: Two) -> None:
    one, other = two
    first = one.listen(10_000, seconds=0.5)
    rest = other.listen(10_000, first[-1].id, seconds=6)
    assert not one.stopped.exists()
    read = text_of(first + rest)
    assert read == counted(read.count(" "))
    wait_for(one.stopped.exists)
    last = other.listen(10_000, rest[-1].id)
    assert failure_of(last) == "answer_abandoned"


def test_a_worker_that_is_killed_is_an_error(two: Two) -> None:
    one, other = two
    first = one.listen(10_000, seconds=0.5)
    threading.Timer(1, one.kill).start()
    rest = other.listen(10_000, first[-1].id)
    assert failure_of(rest) == "worker_ended"
    read = text_of(first + rest)
    assert read == counted(read.count(" "))
    # One that comes later gets what there is, and the same error.
    late = other.listen(10_000, first[-1].id)
    assert (text_of(late), failure_of(late)) == (text_of(rest), "worker_ended")
    status = other.client.get(
        "/events?message=1", headers={"last-event-id": late[-1].id}
    )
    assert status.status_code == 204


@pytest.mark.parametrize("with_data", [True, False], ids=["with data", "without data"])
def test_redis_restarts_in_the_middle_of_an_answer(
    tmp_path: Path, with_data: bool
) -> None:
    options = ("--appendonly", "yes", "--appendfsync", "always") if with_data else ()
    server = RedisServer(tmp_path, *options)
    with server.running(), workers(tmp_path, server.url) as (one, other):
        first = one.listen(160, seconds=0.5)

        def restart() -> None:
            server.stop()
            server.start()

        timer = threading.Timer(1, restart)
        timer.start()
        rest = other.listen(160, first[-1].id)
        timer.join()
        assert text_of(first + rest) == counted(160)
        beginning = f"{first[0].id.partition('.')[0]}.0"
        assert text_of(other.listen(160, beginning)) == counted(160)
        assert one.log.count("Redis fails") == 1


def test_without_redis_answers_go_on_at_their_worker(tmp_path: Path) -> None:
    with workers(tmp_path, f"unix://{tmp_path}/none.sock") as (one, other):
        first = one.listen(60, seconds=0.5)
        last = first[-1].id
        reply = other.client.get("/events?message=1", headers={"last-event-id": last})
        assert reply.status_code == 503
        assert reply.json()["error"]["code"] == "store_unreachable"
        assert other.client.get("/chat/chat-1/stream").status_code == 503
        assert text_of(first + one.listen(60, last)) == counted(60)
        assert one.log.count("Redis fails") == 1


def test_a_full_redis_does_not_disturb_local_readers(tmp_path: Path) -> None:
    server = RedisServer(tmp_path, "--maxmemory-policy", "noeviction")
    with server.running(), workers(tmp_path, server.url) as (one, other):
        first = one.listen(100, seconds=0.5)
        server.data.config_set("maxmemory", 1)
        assert text_of(first + one.listen(100, first[-1].id)) == counted(100)
        assert one.log.count("Redis fails") == one.log.count("maxmemory") == 1
        # Elsewhere there is what Redis has, then an error.
        part = other.listen(100, first[-1].id)
        assert counted(100).startswith(text_of(first + part))
        assert failure_of(part) == "store_unreachable"
        server.data.config_set("maxmemory", 0)
        assert text_of(first + other.listen(100, first[-1].id)) == counted(100)


def test_any_worker_of_one_command_answers(tmp_path: Path) -> None:
    server = RedisServer(tmp_path)
    with server.running():
        argv = ("tests.integration_tests.serve.programs.kept:count", "--workers=3")
        worker = KeptWorker(
            tmp_path, "all", *argv, KEEP="memory://", LANGCHAIN_SSE_CHAT_KEEP=server.url
        )
        try:
            events = worker.listen(100, seconds=0.2)
            while events[-1].event != "end":
                # Each time by a new connection, which any of them accepts.
                with httpx.Client(base_url=worker.url, timeout=60) as worker.client:
                    events += worker.listen(100, events[-1].id, seconds=0.2)
            assert text_of(events) == counted(100)
        finally:
            worker.end()
