"""The far side of the soak, in a process of its own: the server and the proxy.

It writes the proxy's port to its output; each line on its input is answered with the
counts so far; the end of its input ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import json
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from langchain_sse_chat.testing import ScriptedServer
from scripts.soak import model
from scripts.soak.faults import (
    MOST_FAULTS,
    Fault,
    Playback,
    fault_of,
    playback,
    stop_of,
)
from scripts.soak.proxy import Proxy
from scripts.soak.texts import answer_to


class Plan:
    """The fault of each request, by a seed, the stream and its attempt.

    Args:
        seed: That of the run.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._attempts: Counter[int] = Counter()

    def __call__(
        self, body: dict[str, Any]
    ) -> tuple[Fault, Callable[[bytes], Playback]]:
        """Return the fault for a request, and what plays an answer with it."""
        question: str = body["messages"][0]["content"]
        stream = int(question.rsplit(maxsplit=1)[-1])
        attempt = self._attempts[stream]
        self._attempts[stream] += 1
        fault = fault_of(self._seed, stream, attempt)
        stop = stop_of(self._seed, stream, len(answer_to(question)))
        play = functools.partial(
            playback,
            fault,
            key=f"{question} {attempt}",
            ends_with_client=stop is not None and attempt < MOST_FAULTS,
        )
        return fault, play


async def _run(seed: int) -> None:
    loop = asyncio.get_running_loop()
    with ScriptedServer(default=model.reply) as server:
        address = urlsplit(server.url)
        proxy = Proxy((str(address.hostname), int(address.port or 0)), Plan(seed))
        async with await proxy.serve() as listening:
            print(listening.sockets[0].getsockname()[1], flush=True)
            while await loop.run_in_executor(None, sys.stdin.readline):
                print(json.dumps(vars(proxy.counts)), flush=True)


def main() -> None:
    """Serve until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    asyncio.run(_run(parser.parse_args().seed))


if __name__ == "__main__":
    main()
