"""Whose functions run for a token: calls and time by package, of `ChatSSE`.

Calls are exact. Under the profiler each call is dearer than it is, so that the shares
of time lean towards whoever makes many; `benchmarks.tokens` has the differences as
they are.

    python -m benchmarks.profile_token [--tokens 5000]
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import time
from collections import defaultdict
from pathlib import Path

from benchmarks.methods import Methods
from benchmarks.peers import OURS
from benchmarks.server import running
from benchmarks.tables import Table

_GROUPS = {
    "langchain_sse_chat": "langchain-sse-chat",
    "langchain_core": "langchain-core, pydantic",
    "pydantic": "langchain-core, pydantic",
    "httpx": "httpx, httpcore, h11",
    "httpcore": "httpx, httpcore, h11",
    "h11": "httpx, httpcore, h11",
    "anyio": "anyio, asyncio",
    "asyncio": "anyio, asyncio",
}
_OTHER = "Python's built-ins and library"


def _group(file: str) -> str:
    parts = Path(file).parts
    return next((_GROUPS[part] for part in reversed(parts) if part in _GROUPS), _OTHER)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=5000)
    tokens = parser.parse_args().tokens
    table = Table(
        "profile",
        "Whose functions run for a token, one event a write",
        *("method", "package", "calls a token", "share of the profiled time"),
    )
    with running() as url, asyncio.Runner() as runner:
        model = OURS.make(f"{url}/text/{tokens}/1")
        for method in ("stream", "astream"):
            run, _ = Methods(runner).runs[method]
            run(model)
            profile = cProfile.Profile(time.process_time)
            profile.runcall(run, model)
            calls: dict[str, int] = defaultdict(int)
            seconds: dict[str, float] = defaultdict(float)
            for entry in profile.getstats():
                group = _group(getattr(entry.code, "co_filename", ""))
                calls[group] += entry.callcount
                seconds[group] += entry.inlinetime
            whole = sum(seconds.values())
            for group in sorted(seconds, key=lambda name: -seconds[name]):
                share = f"{seconds[group] / whole:.0%}"
                table.add(method, group, calls[group] / tokens, share)
    table.end()


if __name__ == "__main__":
    main()
