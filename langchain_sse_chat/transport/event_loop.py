"""The event loop of async calls, which is asyncio's."""

from __future__ import annotations

import asyncio

from langchain_sse_chat.errors import ConfigurationError


def running_loop() -> asyncio.AbstractEventLoop:
    """Return the running event loop.

    Raises:
        ConfigurationError: asyncio does not run here.
    """
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        msg = (
            "Async calls need a running event loop of asyncio, or one that is "
            "compatible, such as uvloop. trio is not supported: use the sync methods "
            "in a thread there, as in `trio.to_thread.run_sync(chat.invoke, prompt)`."
        )
    raise ConfigurationError(msg)
