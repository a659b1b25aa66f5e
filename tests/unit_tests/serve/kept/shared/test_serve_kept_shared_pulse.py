"""A worker gives signs of life as long as it is needed, and does what is asked."""

from __future__ import annotations

import asyncio

from langchain_sse_chat.serve.kept.shared.outage import Outage
from langchain_sse_chat.serve.kept.shared.pulse import Pulse, stop_commands
from tests.unit_tests.serve.kept.shared.two_workers import (
    NAMES,
    SharedRedis,
    tasks_left,
)
from tests.unit_tests.transport.virtual_time import in_virtual_time

ALIVE = NAMES.worker("w")


class Living:
    def __init__(self) -> None:
        self.redis = SharedRedis()
        self.is_needed = True
        self.stopped: list[str] = []
        self.losses = 0
        self.pulse = Pulse(
            self.redis.store(),
            Outage(),
            names=NAMES,
            worker="w",
            is_needed=lambda: self.is_needed,
            on_stop=self.stopped.append,
            on_loss=self.lose,
        )

    def lose(self) -> None:
        self.losses += 1

    @property
    def is_alive(self) -> bool:
        return bool(self.redis.data.exists(ALIVE))

    async def ask(self, *answers: str) -> None:
        store = self.redis.store()
        for answer in answers:
            await store.each(*stop_commands(NAMES, "w", answer))
        await store.close()


@in_virtual_time
async def test_it_lives_as_long_as_it_is_needed() -> None:
    living = Living()
    for _ in range(2):
        living.is_needed = True
        living.pulse.start()
        living.pulse.start()
        for _ in range(20):
            await asyncio.sleep(1)
            assert living.is_alive
        living.is_needed = False
        await asyncio.sleep(2)
        assert tasks_left() == 0
        assert 0 < living.redis.data.pttl(ALIVE) <= 5000
    assert living.losses == 0
    await living.pulse.close()


@in_virtual_time
async def test_it_stops_what_others_ask_for_immediately() -> None:
    living = Living()
    living.pulse.start()
    await asyncio.sleep(0.5)
    await living.ask("a", "b")
    await asyncio.sleep(0.01)
    assert living.stopped == ["a", "b"]
    await living.ask("c")
    await asyncio.sleep(3)
    assert living.stopped == ["a", "b", "c"]
    assert 0 < living.redis.data.pttl(NAMES.control("w")) <= 60_000
    await living.pulse.close()
    assert tasks_left() == 0


@in_virtual_time
async def test_it_reports_a_redis_that_has_forgotten_it() -> None:
    living = Living()
    living.pulse.start()
    await asyncio.sleep(3)
    living.redis.start(with_data=False)
    await asyncio.sleep(2)
    assert living.is_alive
    assert living.losses == 1
    await living.pulse.close()


@in_virtual_time
async def test_it_goes_on_after_an_outage() -> None:
    living = Living()
    living.redis.stop()
    living.pulse.start()
    await asyncio.sleep(30)
    living.redis.start()
    await asyncio.sleep(2)
    assert living.is_alive
    assert living.losses == 0
    living.redis.stop()
    await asyncio.sleep(30)
    living.redis.start(with_data=False)
    await asyncio.sleep(2)
    assert living.is_alive
    assert living.losses == 1
    await living.pulse.close()


@in_virtual_time
async def test_one_that_never_began_can_be_closed() -> None:
    await Living().pulse.close()
