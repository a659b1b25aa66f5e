"""An application that keeps answers where the environment says."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from langchain_sse_chat.serve import create_app

TOKEN_SECONDS = 0.05
STOPPED = Path(os.environ["STOPPED"])


async def count(messages: Any, request: Any) -> AsyncIterator[str]:
    """Count to the number in the question; leave a file if it is stopped."""
    del request
    try:
        for number in range(int(messages[-1].text)):
            yield f"{number} "
            await asyncio.sleep(TOKEN_SECONDS)
    except asyncio.CancelledError:
        STOPPED.touch()  # noqa: ASYNC240  it takes no time
        raise


app = create_app(
    {"count": count},
    keep=os.environ["KEEP"],
    linger=float(os.environ.get("LINGER", "30")),
    kept_seconds=float(os.environ.get("KEPT_SECONDS", "600")),
)
