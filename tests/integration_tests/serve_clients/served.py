"""An application in a real uvicorn, in a thread of the process of the tests."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

PATIENCE = 20.0
"""The longest wait for something that should happen immediately, in seconds."""


@contextmanager
def running(application: Any, **settings: Any) -> Iterator[str]:
    """Serve an application; give its address, without a slash at the end."""
    config = uvicorn.Config(
        application, host="127.0.0.1", port=0, log_level="warning", **settings
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert eventually(lambda: server.started)
    host, port = server.servers[0].sockets[0].getsockname()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        assert not thread.is_alive()


def eventually(is_so: Callable[[], Any]) -> bool:
    """Wait until something is so; return whether it came to be."""
    until = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


async def aeventually(is_so: Callable[[], Any]) -> bool:
    """Wait until something is so; return whether it came to be."""
    until = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > until:
            return False
        await asyncio.sleep(0.01)
    return True
