"""Clients read on at another worker than the one that gives the answer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.serve import create_app
from langchain_sse_chat.serve.asgi.app import ServeApp
from tests.unit_tests.serve.asgi.test_serve_asgi_app_ui import ask, stop
from tests.unit_tests.serve.asgi_calls import Client
from tests.unit_tests.serve.kept.shared.two_workers import SharedRedis, tasks_left
from tests.unit_tests.serve.kept_calls import (
    TEXT,
    events_of,
    keeping,
    listen,
    part,
    reconnect,
    text_of,
)
from tests.unit_tests.serve.ui_client import CHUNKINGS, read_ui
from tests.unit_tests.transport.virtual_time import in_virtual_time


def workers(**settings: Any) -> tuple[SharedRedis, ServeApp, ServeApp]:
    redis = SharedRedis()
    one, two = (keeping(keep=redis.client(), **settings) for _ in range(2))
    return redis, one, two


async def end(*apps: ServeApp) -> None:
    for app in apps:
        await app.drain(0.1)
    assert tasks_left() == 0


@pytest.mark.parametrize("seconds", [0.5, 1.5, 7.2, 19.5])
@in_virtual_time
async def test_an_event_source_reads_on_at_another_worker(seconds: float) -> None:
    _, here, there = workers()
    before = events_of(await part(listen(here), max(seconds, 1.5)))
    reply = await listen(there, before[-1].id).whole()
    after = events_of(reply)
    assert (reply.status, reply.is_complete) == (200, True)
    assert text_of(before) + text_of(after) == TEXT
    assert [event.data for event in after if event.event == "end"] == [TEXT]
    assert (await listen(there, after[-1].id).whole()).status == 204
    await end(here, there)


@pytest.mark.parametrize("chunking", CHUNKINGS)
@in_virtual_time
async def test_a_page_reads_the_running_answer_at_another_worker(chunking: str) -> None:
    _, here, there = workers()
    first = await part(ask(here), 7.2)
    reply = await reconnect(there).whole()
    client = read_ui(reply.body, chunking)
    assert client.text == TEXT
    assert client.message_id == read_ui(first.body).message_id
    assert (await reconnect(there).whole()).status == 204
    await end(here, there)


@in_virtual_time
async def test_only_the_key_that_began_an_answer_reads_on() -> None:
    _, here, there = workers(api_keys=["mine", "yours"])
    last = events_of(await part(listen(here, key="mine"), 5.5))[-1].id
    assert (await listen(there, last, key="yours").whole()).status == 404
    assert (await listen(there, last, key="mine").whole()).status == 200
    await end(here, there)


@in_virtual_time
async def test_a_worker_that_shuts_down_does_not_end_the_answer_of_another() -> None:
    _, here, there = workers()
    before = events_of(await part(listen(here), 2.5))
    reader = listen(there, before[-1].id)
    task = reader.start()
    await asyncio.sleep(3)
    await there.drain(0.1)
    await task
    # As when the connection is lost: the client reads on at another worker.
    between = events_of(reader.reply)
    assert not reader.reply.is_complete
    assert {event.event for event in between} == {"message"}
    after = events_of(await listen(here, between[-1].id).whole())
    assert text_of(before) + text_of(between) + text_of(after) == TEXT
    await end(here, there)


@in_virtual_time
async def test_a_server_that_stops_without_patience_leaves_readers_to_the_others() -> (
    None
):
    _, here, there = workers()
    reader = listen(here)
    task = reader.start()
    await asyncio.sleep(2.5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    before = events_of(reader.reply)
    assert not reader.reply.is_complete
    after = events_of(await listen(there, before[-1].id).whole())
    assert text_of(before) + text_of(after) == TEXT
    await end(here, there)


@in_virtual_time
async def test_another_worker_stops_an_answer() -> None:
    _, here, there = workers()
    first = ask(here)
    task = first.start()
    await asyncio.sleep(2.5)
    assert (await stop(there)).status == 204
    await task
    assert read_ui(first.reply.body).text == "0 слово, 1 слово, "
    await asyncio.sleep(1)
    assert (await stop(there)).status == 404

    client = listen(here)
    task = client.start()
    await asyncio.sleep(2.5)
    path = f"/events/{events_of(client.reply)[-1].id}/stop"
    assert (await Client(there, "POST", path).whole()).status == 204
    await task
    assert events_of(client.reply)[-1].event == "stop"
    await end(here, there)


@in_virtual_time
async def test_another_worker_stops_an_answer_that_is_not_the_last_to_its_chat() -> (
    None
):
    _, here, there = workers()
    first, second = ask(here), ask(there)
    tasks = [first.start()]
    await asyncio.sleep(1.5)
    tasks.append(second.start())
    await asyncio.sleep(1)
    last = events_of(first.reply)[-1].id
    assert (await stop(there, headers={"last-event-id": last})).status == 204
    await tasks[0]
    assert read_ui(first.reply.body).text == "0 слово, 1 слово, "
    await tasks[1]
    assert read_ui(second.reply.body).text == TEXT
    await end(here, there)


@in_virtual_time
async def test_a_chat_goes_on_at_another_worker_while_an_answer_is_running() -> None:
    _, here, there = workers()
    # As `stop` of `useChat` alone does, which closes the connection.
    await part(ask(here), 2.5)
    second = ask(there)
    task = second.start()
    await asyncio.sleep(1.5)
    resumed = reconnect(here)
    reading = resumed.start()
    await asyncio.sleep(1)
    assert (await stop(here)).status == 204
    await task
    await reading
    assert second.reply.text.count("слово") == 2
    assert resumed.reply.text == second.reply.text
    await asyncio.sleep(1)
    assert (await stop(here)).status == 404
    await end(here, there)


@in_virtual_time
async def test_a_failure_is_the_same_at_another_worker() -> None:
    _, here, there = workers()
    first = await listen(here, model="breaks").whole()
    answer = events_of(first)[0].id.partition(".")[0]
    await asyncio.sleep(1)
    again = await listen(there, f"{answer}.0").whole()
    assert events_of(again)[-2:] == events_of(first)[-2:]
    assert events_of(again)[-1].event == "failure"
    await end(here, there)


@in_virtual_time
async def test_without_redis_answers_go_on_and_others_say_so() -> None:
    redis, here, there = workers()
    redis.stop()
    first = listen(here)
    task = first.start()
    await asyncio.sleep(2.5)
    last = events_of(first.reply)[-1].id
    for reply in (
        await listen(there, last).whole(),
        await reconnect(there).whole(),
        await stop(there),
    ):
        assert reply.status == 503
        assert "store of kept answers does not work" in reply.text
    await task
    assert text_of(events_of(first.reply)) == TEXT
    await end(here, there)


@in_virtual_time
async def test_an_application_works_again_after_a_shutdown() -> None:
    _, here, there = workers()
    for _ in range(2):
        received = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
        is_open = asyncio.Event()

        async def receive(
            received: list[Any] = received, is_open: asyncio.Event = is_open
        ) -> Any:
            if len(received) == 1:
                await is_open.wait()
            return received.pop(0)

        async def send(message: Any) -> None:
            del message

        life = asyncio.ensure_future(here({"type": "lifespan"}, receive, send))
        await asyncio.sleep(0.1)
        before = events_of(await part(listen(here), 3.5))
        after = events_of(await listen(there, before[-1].id).whole())
        assert text_of(before) + text_of(after) == TEXT
        is_open.set()
        await life
        assert tasks_left() == 0


def test_an_address_is_checked_when_the_application_is_made() -> None:
    create_app({}, keep="redis://localhost")
    with pytest.raises(ConfigurationError, match="Invalid `keep`"):
        create_app({}, keep="redis://:secret@localhost:no")
