"""Close the streams that were begun in a block, at its end.

Whoever reads a stream closes it; but LangChain's chains and graphs do not close the
streams of their models when they are stopped between two chunks. Those would stay open,
with their connections, until a collection of garbage.
"""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

_begun: ContextVar[weakref.WeakSet[AsyncGenerator[Any]] | None] = ContextVar(
    "begun streams", default=None
)


def close_later(stream: AsyncGenerator[Any]) -> None:
    """Have a stream closed at the end of the innermost block that is open."""
    streams = _begun.get()
    if streams is not None:
        streams.add(stream)


@asynccontextmanager
async def closing_begun_streams() -> AsyncIterator[None]:
    """Close the streams at the end of the block, also those of tasks begun in it."""
    streams: weakref.WeakSet[AsyncGenerator[Any]] = weakref.WeakSet()
    token = _begun.set(streams)
    try:
        yield
    finally:
        _begun.reset(token)
        for stream in tuple(streams):
            # One that a canceled task is reading is closed by that task.
            with contextlib.suppress(RuntimeError):
                await stream.aclose()
