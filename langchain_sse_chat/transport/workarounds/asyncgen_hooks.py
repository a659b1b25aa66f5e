"""Async generators that their reader closes, and not the event loop."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from typing import Any, TypeVar

ItemT = TypeVar("ItemT")


def begin_unhooked(generator: AsyncGenerator[Any]) -> None:
    """Run a generator to its first `yield`, out of sight of the event loop.

    A loop that shuts down closes all async generators that it knows, at once. Of two,
    the one of which reads from the other and closes it, the second to come then fails,
    and asyncio reports it. A loop knows those that begin while its hooks are set
    (https://docs.python.org/3/library/sys.html#sys.set_asyncgen_hooks).

    Args:
        generator: One that comes to its first `yield` without waiting.
    """
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(None, None)
    try:
        with contextlib.suppress(StopIteration):
            generator.asend(None).send(None)
    finally:
        sys.set_asyncgen_hooks(*hooks)


def anext_unhooked(generator: AsyncIterator[ItemT]) -> Awaitable[ItemT]:
    """Return what waits for a generator's first item, likewise out of the loop's sight.

    One that nobody refers to any more is still closed by the loop that runs now.

    Args:
        generator: One that has not begun.
    """
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(firstiter=None)
    try:
        return anext(generator)
    finally:
        sys.set_asyncgen_hooks(firstiter=hooks.firstiter)
