"""Async generators that their reader closes instead of the event loop.

Should happen: a loop that shuts down closes a generator, which closes the one that it
reads from.

Happens instead: `loop.shutdown_asyncgens()` closes all generators that it knows at the
same time. The second attempt to close the inner one fails with "asynchronous generator
is already running", and asyncio logs that as an error. A loop knows the generators that
begin while its hooks are set
(https://docs.python.org/3/library/sys.html#sys.set_asyncgen_hooks), so the inner ones
begin without them.

Upstream: no issue of CPython is known. Trio has the same problem
(https://github.com/python-trio/trio/issues/2081).

Verified: 2026-11-28, CPython 3.11.7, 3.12.1 and 3.13.0.

Without this file: a program that ends while a stream is open logs errors.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from typing import Any, TypeVar

ItemT = TypeVar("ItemT")


def begin_unhooked(generator: AsyncGenerator[Any]) -> None:
    """Run a generator to its first `yield`, unknown to the event loop.

    Args:
        generator: One that reaches its first `yield` without waiting.
    """
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(None, None)
    try:
        with contextlib.suppress(StopIteration):
            generator.asend(None).send(None)
    finally:
        sys.set_asyncgen_hooks(*hooks)


def anext_unhooked(generator: AsyncIterator[ItemT]) -> Awaitable[ItemT]:
    """Return an awaitable of a generator's first item; the loop does not know it.

    The running loop still closes the generator when nobody refers to it anymore.

    Args:
        generator: One that has not begun.
    """
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(firstiter=None)
    try:
        return anext(generator)
    finally:
        sys.set_asyncgen_hooks(firstiter=hooks.firstiter)
