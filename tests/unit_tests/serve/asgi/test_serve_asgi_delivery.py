"""A delivery sends a run to the client, and stops it when the client leaves."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from langchain_sse_chat.serve import CompletionEncoder, OpenAIEncoder
from langchain_sse_chat.serve.asgi.access_log import Answered
from langchain_sse_chat.serve.asgi.delivery import Delivery
from langchain_sse_chat.serve.encoder import Encoder
from langchain_sse_chat.serve.run import Run, RunLimits
from tests.unit_tests.serve.asgi_calls import Client
from tests.unit_tests.serve.scripted_items import Items
from tests.unit_tests.transport.virtual_time import in_virtual_time, virtual_loop


class Answer:
    """An application that gives one answer."""

    def __init__(self, *items: object, stream: bool = True, **limits: Any) -> None:
        self.items = Items(*items)
        self.answered = Answered("req_1", "m")
        self.encoder: Encoder = OpenAIEncoder("m") if stream else CompletionEncoder("m")
        if not stream:
            limits |= {"commit_after": None, "keep_alive": None}
        self.limits = RunLimits(**limits)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        run = Run(self.items.astream(), self.encoder, limits=self.limits)
        delivery = Delivery(
            run,
            self.answered,
            media_type=self.encoder.media_type,
            headers=[(b"x-own", b"1")],
        )
        run.start(delivery.cut)
        self.run = run
        await delivery.send(receive, send)

    @property
    def ending(self) -> str:
        return self.answered.ending


def client_of(answer: Answer) -> Client:
    return Client(answer, "POST", "/")


@in_virtual_time
async def test_a_stream_is_sent_piece_by_piece() -> None:
    answer = Answer("Hello", 2, " you", 3)
    reply = await client_of(answer).whole()
    assert reply.status == 200
    assert reply.headers == {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store, no-transform",
        "x-accel-buffering": "no",
        "x-own": "1",
    }
    assert reply.contents() == "Hello you"
    assert reply.events()[-1] == "[DONE]"
    assert len(reply.pieces) == 3
    assert reply.is_complete
    answered = answer.answered
    assert (answered.status, answered.ending) == (200, "complete")
    assert (answered.first_token, answered.seconds) == (0, 5)


@in_virtual_time
async def test_a_completion_is_sent_whole() -> None:
    answer = Answer("Hello", 200, " you", stream=False)
    reply = await client_of(answer).whole()
    assert reply.json()["choices"][0]["message"]["content"] == "Hello you"
    assert reply.headers == {
        "content-type": "application/json",
        "content-length": str(len(reply.body)),
        "cache-control": "no-store",
        "x-own": "1",
    }
    assert len(reply.pieces) == 1
    assert answer.ending == "complete"


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@in_virtual_time
async def test_a_failure_before_the_first_bytes_has_a_status(stream: bool) -> None:
    answer = Answer(1, RuntimeError("secret"), stream=stream)
    reply = await client_of(answer).whole()
    assert reply.status == 500
    assert reply.error["code"] == "internal_error"
    assert reply.headers["x-should-retry"] == "false"
    assert reply.headers["x-own"] == "1"
    assert reply.headers["content-type"] == "application/json"
    assert answer.ending == "failed:internal_error"
    assert answer.answered.status == 500
    assert answer.answered.first_token is None


@in_virtual_time
async def test_a_failure_after_them_is_an_event_and_no_end() -> None:
    answer = Answer("a", 1, RuntimeError("secret"))
    reply = await client_of(answer).whole()
    assert reply.status == 200
    assert reply.events()[-1]["error"]["code"] == "internal_error"
    assert "[DONE]" not in reply.text
    assert reply.is_complete
    assert answer.ending == "failed:internal_error"


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize(
    "items", [(...,), ("a", ...), ("a", 1, "b", ...)], ids=["silent", "begun", "later"]
)
@in_virtual_time
async def test_a_client_that_leaves_stops_the_model(
    items: tuple[object, ...], stream: bool
) -> None:
    answer = Answer(*items, stream=stream)
    client = client_of(answer)
    task = client.start()
    await asyncio.sleep(2)
    client.leave()
    await task
    assert answer.items.was_canceled
    assert answer.ending == "left"
    assert not client.reply.is_complete
    assert len(asyncio.all_tasks()) == 1


@in_virtual_time
async def test_a_client_that_leaves_while_it_is_sent_to_stops_the_model() -> None:
    answer = Answer("a", 1, "b", ...)
    client = client_of(answer)
    task = client.start()
    await client.until("a")
    client.stop_reading()
    await asyncio.sleep(5)
    client.leave()
    await task
    assert answer.items.was_canceled
    assert answer.ending == "left"


@in_virtual_time
async def test_a_server_may_say_in_send_that_the_client_has_left() -> None:
    answer = Answer("a", 1, "b", ...)
    client = client_of(answer)

    async def send(message: Any) -> None:
        if b"b" in message.get("body", b""):
            msg = "gone"
            raise OSError(msg)

    await answer(client.scope, client.receive, send)
    assert answer.items.was_canceled
    assert answer.ending == "left"


@in_virtual_time
async def test_a_server_that_cannot_receive_has_lost_the_client() -> None:
    answer = Answer("a", ...)
    client = client_of(answer)

    async def receive() -> Any:
        await asyncio.sleep(1)
        msg = "closed"
        raise RuntimeError(msg)

    await answer(client.scope, receive, client.send)
    assert answer.items.was_canceled
    assert answer.ending == "left"


@in_virtual_time
async def test_an_error_of_the_server_is_raised() -> None:
    answer = Answer("a", ...)
    client = client_of(answer)

    async def send(message: Any) -> None:
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        await answer(client.scope, client.receive, send)
    assert answer.items.was_canceled
    assert answer.ending == "left"


@in_virtual_time
async def test_a_client_that_does_not_read_is_cut_off() -> None:
    answer = Answer("a", 1, "b", 1, *["c" * 8000] * 100, reader_seconds=30)
    client = client_of(answer)
    task = client.start()
    await client.until("a")
    client.stop_reading()
    before = virtual_loop().time()
    await task
    assert virtual_loop().time() == before + 31
    assert answer.ending == "cut"
    assert answer.items.was_closed
    assert answer.items.given < 20
    assert not client.reply.is_complete


@in_virtual_time
async def test_a_client_that_reads_slowly_gets_all_of_it() -> None:
    answer = Answer(*["c" * 8000] * 100, reader_seconds=30)
    client = client_of(answer)
    task = client.start()
    for _ in range(20):
        client.stop_reading()
        await asyncio.sleep(25)
        client.read_on()
        await asyncio.sleep(0)
    await task
    assert client.reply.contents() == "c" * 800_000
    assert answer.ending == "complete"


@in_virtual_time
async def test_a_cut_before_the_delivery_has_begun_is_no_error() -> None:
    answer = Answer("a")
    run = Run(answer.items.astream(), answer.encoder, limits=answer.limits)
    delivery = Delivery(run, answer.answered, media_type="text/plain", headers=[])
    delivery.cut()
    run.start(delivery.cut)
    await run.close()


@in_virtual_time
async def test_a_server_that_stops_without_patience_still_sends_the_error() -> None:
    answer = Answer("a", ...)
    client = client_of(answer)
    task = client.start()
    await client.until("a")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert client.reply.events()[-1]["error"]["code"] == "server_shutting_down"
    assert client.reply.is_complete
    assert answer.items.was_canceled
    assert answer.ending == "failed:server_shutting_down"
    assert len(asyncio.all_tasks()) == 1


@in_virtual_time
async def test_a_server_that_stops_does_not_wait_for_a_slow_client() -> None:
    answer = Answer("a", 1, "b", ...)
    client = client_of(answer)
    task = client.start()
    await client.until("a")
    client.stop_reading()
    await asyncio.sleep(5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not client.reply.is_complete
    assert answer.items.was_canceled
    assert len(asyncio.all_tasks()) == 1


@in_virtual_time
async def test_a_run_that_is_stopped_does_not_look_complete() -> None:
    answer = Answer("a", ...)
    client = client_of(answer)
    task = client.start()
    await client.until("a")
    answer.run.stop()
    await task
    assert not client.reply.is_complete
    assert answer.ending == "left"


@in_virtual_time
async def test_keep_alives_are_chunks_without_content() -> None:
    answer = Answer(12, "a", 11, "b")
    reply = await client_of(answer).whole()
    chunks = [event for event in reply.events()[:-1] if event["choices"]]
    empty = [c for c in chunks[:-1] if c["choices"][0]["delta"] == {}]
    assert len(empty) == 1
    assert chunks[0]["choices"][0]["delta"]["role"] == "assistant"
    assert reply.contents() == "ab"


async def test_a_body_that_the_handler_has_not_read_is_not_a_farewell() -> None:
    answer = Answer("Hello")
    client = Client(answer, "POST", "/", body=[b"{", b"}", b""])
    assert (await client.whole()).contents() == "Hello"
