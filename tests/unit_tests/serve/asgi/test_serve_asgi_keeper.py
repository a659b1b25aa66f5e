"""A client that lost its connection comes back and reads on."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import weakref
from collections.abc import AsyncIterator
from typing import Any

import pytest

from langchain_sse_chat.sse import SSEDecoder
from tests.unit_tests.serve.asgi.test_serve_asgi_app_ui import ask, stop
from tests.unit_tests.serve.asgi_calls import Client
from tests.unit_tests.serve.kept_calls import (
    TEXT,
    events_of,
    keeping,
    listen,
    part,
    reconnect,
    text_of,
)
from tests.unit_tests.serve.served import application
from tests.unit_tests.serve.ui_client import CHUNKINGS, read_ui
from tests.unit_tests.transport.virtual_time import in_virtual_time


@pytest.mark.parametrize("seconds", [1.5, 7.2, 19.5])
@in_virtual_time
async def test_an_event_source_reads_on_where_it_was(seconds: float) -> None:
    app = keeping()
    decoder = SSEDecoder()
    before = decoder.feed((await part(listen(app), seconds)).body)
    await asyncio.sleep(3)

    # As in a browser, it may be the ID of an event without data.
    reply = await listen(app, decoder.last_event_id).whole()

    after = events_of(reply)
    assert (reply.status, reply.is_complete) == (200, True)
    assert text_of(before) + text_of(after) == TEXT
    assert [e.data for e in after if e.event == "end"] == [TEXT]


@in_virtual_time
async def test_a_page_learns_soon_that_a_silent_answer_is_running() -> None:
    async def silent(messages: Any, request: Any) -> AsyncIterator[str]:
        await asyncio.sleep(9)
        yield "Well"

    app = application(silent, keep="memory://")
    await part(ask(app), 0.5)

    reply = await part(reconnect(app), 2)

    assert reply.status == 200
    assert events_of(reply) == []


@in_virtual_time
async def test_an_answer_that_was_read_is_not_given_again() -> None:
    app = keeping()
    reply = await listen(app).whole()
    last = events_of(reply)[-1].id
    reply = await listen(app, last).whole()
    assert (reply.status, reply.body) == (204, b"")


@pytest.mark.parametrize("last", ["x", "a" * 24 + ".3"], ids=["other", "unknown"])
@in_virtual_time
async def test_an_answer_that_is_not_kept_is_not_given_again(last: str) -> None:
    reply = await listen(keeping(), last).whole()
    assert reply.status == 404
    assert reply.error["code"] == "answer_not_kept"


@in_virtual_time
async def test_only_the_key_that_began_an_answer_reads_on() -> None:
    app = keeping(api_keys=["mine", "yours"])
    reply = await part(listen(app, key="mine"), 5.5)
    last = events_of(reply)[-1].id
    assert (await listen(app, last, key="yours").whole()).status == 404
    assert (await listen(app, last, key="none").whole()).status == 401
    assert (await listen(app, last, key="mine").whole()).status == 200


@in_virtual_time
async def test_without_a_reader_the_model_is_stopped(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    app = keeping(linger=5)
    reply = await part(listen(app), 2.5)
    last = events_of(reply)[-1].id
    await asyncio.sleep(6)
    reply = await listen(app, last).whole()
    events = events_of(reply)
    assert [event.event for event in events[-2:]] == ["message", "failure"]
    assert json.loads(events[-1].data)["error"]["code"] == "answer_abandoned"
    assert "ending=left" in caplog.text
    # The failure was read: the browser connects again, and that is the end.
    assert (await listen(app, events[-1].id).whole()).status == 204


@in_virtual_time
async def test_an_answer_is_logged_once_and_each_reading_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "langchain_sse_chat.serve")
    app = keeping()
    reply = await part(listen(app), 2.5)
    await listen(app, events_of(reply)[-1].id).whole()
    lines = [record.getMessage() for record in caplog.records]
    assert [line.partition("model=")[2].split()[0] for line in lines] == ["slow", "-"]
    assert all(line.endswith("ending=complete") for line in lines)
    assert "seconds=20.0" in lines[0]


@in_virtual_time
async def test_an_event_source_stops_its_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "langchain_sse_chat.serve")
    app = keeping()
    client = listen(app)
    task = client.start()
    await asyncio.sleep(2.5)
    event_id = events_of(client.reply)[-1].id

    path = f"/events/{event_id}/stop"
    assert (await Client(app, "POST", path).whole()).status == 204

    await task
    events = events_of(client.reply)
    assert (events[-1].event, events[-1].data) == ("stop", "0 слово, 1 слово, ")
    await asyncio.sleep(1)
    assert caplog.messages[-1].endswith("ending=stopped")
    assert (await Client(app, "POST", path).whole()).status == 404
    assert (await Client(app, "POST", "/events/x/stop").whole()).status == 404


@in_virtual_time
async def test_a_reading_has_the_ending_of_its_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "langchain_sse_chat.serve")
    app = keeping(linger=5)
    first = await part(listen(app), 1.5)
    last = events_of(first)[-1].id
    reading = listen(app, last).start()
    await asyncio.sleep(1)
    await Client(app, "POST", f"/events/{last}/stop").whole()
    await reading
    await listen(app, last).whole()
    assert [line.rpartition(" ")[2] for line in caplog.messages] == [
        "ending=stopped"
    ] * 3

    caplog.clear()
    first = await part(listen(app, model="breaks"), 0.5)
    await asyncio.sleep(1)
    await listen(app, events_of(first)[-1].id).whole()
    assert [line.rpartition(" ")[2] for line in caplog.messages[-2:]] == [
        "ending=failed:upstream_timeout"
    ] * 2

    caplog.clear()
    first = await part(listen(app), 1.5)
    await asyncio.sleep(9)
    await listen(app, events_of(first)[-1].id).whole()
    assert [line.rpartition(" ")[2] for line in caplog.messages] == [
        "ending=left",
        "ending=failed:answer_abandoned",
    ]


@in_virtual_time
async def test_without_keep_there_is_nothing_to_stop() -> None:
    reply = await Client(application(), "POST", "/events/x/stop").whole()
    assert reply.status == 404


@pytest.mark.parametrize("chunking", CHUNKINGS)
@pytest.mark.parametrize("seconds", [0.5, 1.5, 7.2])
@in_virtual_time
async def test_a_page_reads_the_running_answer_from_its_beginning(
    seconds: float, chunking: str
) -> None:
    app = keeping()
    first = await part(ask(app), seconds)
    reply = await reconnect(app).whole()
    client = read_ui(reply.body, chunking)
    assert client.text == TEXT
    assert reply.headers["x-vercel-ai-ui-message-stream"] == "v1"
    assert not first.body or client.text.startswith(read_ui(first.body).text)


@in_virtual_time
async def test_a_page_reads_on_where_it_was() -> None:
    app = keeping()
    first = await part(ask(app), 7.2)
    last = events_of(first)[-1].id
    reply = await reconnect(app, last).whole()
    assert read_ui(first.body + reply.body).text == TEXT


@in_virtual_time
async def test_a_page_reads_an_answer_that_has_ended_by_its_id() -> None:
    app = keeping()
    first = await part(ask(app), 7.2)
    answer = events_of(first)[0].id.partition(".")[0]
    await asyncio.sleep(20)
    assert (await reconnect(app).whole()).status == 204
    reply = await reconnect(app, f"{answer}.0").whole()
    assert read_ui(reply.body).text == TEXT
    other = Client(
        app, "GET", "/chat/other/stream", headers={"last-event-id": f"{answer}.0"}
    )
    assert (await other.whole()).status == 404


@in_virtual_time
async def test_only_the_events_of_an_answer_are_kept() -> None:
    requests: list[weakref.ref[Any]] = []

    async def answers(messages: Any, request: Any) -> AsyncIterator[str]:
        requests.append(weakref.ref(messages[0]))
        yield "Well"

    app = application(answers, keep="memory://")
    first = await ask(app).whole()
    gc.collect()
    assert requests[0]() is None
    answer = events_of(first)[0].id.partition(".")[0]
    reply = await reconnect(app, f"{answer}.0").whole()
    assert read_ui(reply.body).text == "Well"


@in_virtual_time
async def test_two_pages_read_the_same_answer() -> None:
    app = keeping()
    first = ask(app)
    task = first.start()
    await asyncio.sleep(5)
    second = await reconnect(app).whole()
    await task
    assert read_ui(first.reply.body).text == read_ui(second.body).text == TEXT
    assert read_ui(first.reply.body).message_id == read_ui(second.body).message_id


@in_virtual_time
async def test_a_page_stops_an_answer_that_another_reads() -> None:
    app = keeping()
    first = ask(app)
    task = first.start()
    await asyncio.sleep(2.5)
    assert (await stop(app)).status == 204
    await task
    assert read_ui(first.reply.body).text == "0 слово, 1 слово, "
    assert (await stop(app)).status == 404


@in_virtual_time
async def test_of_two_answers_to_a_chat_one_is_stopped_by_its_id() -> None:
    app = keeping()
    first, second = ask(app), ask(app)
    tasks = [first.start(), second.start()]
    await asyncio.sleep(2.5)
    last = events_of(first.reply)[-1].id
    headers = {"last-event-id": last}
    assert (await stop(app, "chat-2", headers=headers)).status == 404
    assert (await stop(app, headers=headers)).status == 204
    await tasks[0]
    assert read_ui(first.reply.body).text == "0 слово, 1 слово, "
    await tasks[1]
    assert read_ui(second.reply.body).text == TEXT


@in_virtual_time
async def test_a_reader_that_was_told_not_to_come_back_gets_nothing() -> None:
    app = keeping()
    reply = await part(listen(app), 1.5)
    answer = events_of(reply)[-1].id.partition(".")[0]
    reply = await listen(app, f"{answer}.end").whole()
    assert (reply.status, reply.body) == (204, b"")


@in_virtual_time
async def test_there_is_no_answer_to_a_chat() -> None:
    assert (await reconnect(keeping()).whole()).status == 204


@in_virtual_time
async def test_clients_that_read_on_have_a_limit() -> None:
    app = keeping(max_streams=1)
    reply = await part(listen(app), 1.5)
    last = events_of(reply)[-1].id
    first = listen(app, last)
    task = first.start()
    await asyncio.sleep(1)
    assert (await listen(app, last).whole()).status == 429
    first.leave()
    await task


@in_virtual_time
async def test_clients_that_still_read_an_ended_answer_have_a_limit() -> None:
    app = keeping(max_streams=1)
    client = listen(app)
    client.stop_reading()
    task = client.start()
    await asyncio.sleep(21)
    reply = await listen(app).whole()
    assert (reply.status, reply.error["code"]) == (429, "server_busy")
    client.read_on()
    await task
    assert text_of(events_of(client.reply)) == TEXT
    assert (await listen(app).whole()).status == 200


@in_virtual_time
async def test_a_failure_before_the_first_event_is_told_later_too() -> None:
    async def fails(messages: Any, request: Any) -> str:
        await asyncio.sleep(5)
        raise TimeoutError

    app = application(fails, keep="memory://", commit_after=1)
    first = await part(listen(app, model="default"), 2)
    await asyncio.sleep(5)
    decoder = SSEDecoder()
    assert decoder.feed(first.body) == []
    reply = await listen(app, decoder.last_event_id).whole()
    assert (reply.status, reply.error["code"]) == (504, "upstream_timeout")


@in_virtual_time
async def test_a_shutdown_ends_answers_and_readers() -> None:
    app = keeping()
    first, second = ask(app), reconnect(app)
    tasks = [first.start()]
    await asyncio.sleep(1.5)
    tasks.append(second.start())
    await asyncio.sleep(1)
    await app.drain(2)
    await asyncio.wait(tasks)
    for client in (first, second):
        assert "0 слово" in client.reply.text
        assert "shutting down" in client.reply.text
        assert client.reply.is_complete
    assert (await reconnect(app, "a" * 24 + ".1").whole()).status == 404
    received = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]

    async def receive() -> Any:
        return received.pop(0)

    async def send(message: Any) -> None:
        del message

    await app({"type": "lifespan"}, receive, send)


@in_virtual_time
async def test_a_server_that_stops_without_patience_tells_the_readers() -> None:
    app = keeping()
    client = listen(app)
    task = client.start()
    await asyncio.sleep(1.5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    last = events_of(client.reply)[-1]
    assert (last.event, client.reply.is_complete) == ("failure", True)
    assert "server_shutting_down" in last.data
    assert (await listen(app, last.id).whole()).status == 204
    await app.drain(0)


@in_virtual_time
async def test_completions_are_not_kept() -> None:
    body = {"model": "slow", "messages": [{"role": "user", "content": "Hi"}]}
    client = Client(
        keeping(),
        "POST",
        "/v1/chat/completions",
        body=json.dumps({**body, "stream": True}).encode(),
        headers={"content-type": "application/json"},
    )
    reply = await client.whole()
    assert b"id: " not in reply.body.replace(b'"id"', b"")
    assert reply.contents() == TEXT
