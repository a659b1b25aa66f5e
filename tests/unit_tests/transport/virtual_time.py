"""An event loop with a clock of its own, which moves on instead of waiting."""

from __future__ import annotations

import asyncio
import functools
import selectors
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec

FixturesT = ParamSpec("FixturesT")


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs timers in their order, and takes no time for it.

    Sockets are real: one that is ready is served before the clock moves on.
    """

    def __init__(self) -> None:
        self.now = 1024.0
        super().__init__(_Selector(self))

    def time(self) -> float:
        return self.now

    def stand_still_until(self, moment: float) -> None:
        """Do what a task does that computes for so long."""
        self.now = max(self.now, moment)


class _Selector(selectors.DefaultSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "all tasks wait, and nothing wakes them"
            self._loop.now += timeout
        return ready


def virtual_loop() -> VirtualLoop:
    """Return the running loop."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop


def in_virtual_time(
    test: Callable[FixturesT, Awaitable[None]],
) -> Callable[FixturesT, None]:
    """Run an async test on a `VirtualLoop`."""

    async def run(*args: FixturesT.args, **kwargs: FixturesT.kwargs) -> None:
        await test(*args, **kwargs)

    @functools.wraps(test)
    def wrapped(*args: FixturesT.args, **kwargs: FixturesT.kwargs) -> None:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(run(*args, **kwargs))

    return wrapped
