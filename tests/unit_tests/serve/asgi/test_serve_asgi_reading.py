"""The reader of a kept answer has clocks of its own, and gets its failures."""

from __future__ import annotations

import asyncio
import logging

import pytest

from tests.unit_tests.serve.asgi.test_serve_asgi_app_ui import ask
from tests.unit_tests.serve.kept_calls import TEXT, events_of, keeping, listen, text_of
from tests.unit_tests.transport.virtual_time import in_virtual_time


@in_virtual_time
async def test_a_failure_has_its_status_before_the_first_event() -> None:
    app = keeping()
    assert (await listen(app, model="refuses").whole()).status == 504
    assert (await ask(app, "refuses").whole()).status == 504


@in_virtual_time
async def test_a_failure_after_it_is_an_event(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "langchain_sse_chat.serve")
    reply = await listen(keeping(), model="breaks").whole()
    assert [e.event for e in events_of(reply)] == ["message", "failure"]
    assert caplog.messages[-1].endswith("ending=failed:upstream_timeout")


@in_virtual_time
async def test_a_slow_answer_gets_keep_alives_and_an_early_head() -> None:
    app = keeping(commit_after=0.2, keep_alive=0.3)
    client = listen(app)
    task = client.start()
    await asyncio.sleep(0.25)
    assert client.reply.status == 200
    assert client.reply.text.endswith(".0\n\n")
    await asyncio.sleep(0.5)
    assert client.reply.text.endswith(".0\n\n:\n\n")
    client.leave()
    await task


@in_virtual_time
async def test_a_reader_that_does_not_read_is_cut_and_the_answer_goes_on() -> None:
    app = keeping(reader_seconds=2)
    client = listen(app)
    task = client.start()
    await asyncio.sleep(1.5)
    client.stop_reading()
    await asyncio.sleep(6)
    assert task.done()
    last = events_of(client.reply)[-1].id
    reply = await listen(app, last).whole()
    assert text_of(events_of(client.reply)) + text_of(events_of(reply)) == TEXT
