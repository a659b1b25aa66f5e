"""Find the asyncio event loop of an async call."""

from __future__ import annotations

import asyncio

from langchain_sse_chat.errors import ConfigurationError


def running_loop() -> asyncio.AbstractEventLoop:
    """Return the running event loop.

    Raises:
        ConfigurationError: No asyncio event loop is running.
    """
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        msg = (
            "Async calls need a running asyncio event loop, or a compatible one such "
            "as uvloop. trio is not supported: call a sync method in a thread instead, "
            "as in `trio.to_thread.run_sync(chat.invoke, prompt)`."
        )
    raise ConfigurationError(msg)
