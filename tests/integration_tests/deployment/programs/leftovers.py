"""A process that makes, uses and drops many models. Argument: the base URL.

What it keeps is counted after some models, and again after many more.
"""

from __future__ import annotations

import asyncio
import gc
import ssl
import sys
from collections.abc import Callable
from pathlib import Path

from langchain_sse_chat import ChatSSE
from tests.integration_tests.deployment.asking import aask, ask, said

FEW, MANY = 20, 1000

# Far below what one model, client or connection each would be. Clients without a model
# are kept in a small number.
MOST_FILES = 40
MOST_OBJECTS = 100

URL = sys.argv[1]


def model(verify: object = True) -> ChatSSE:
    """Return a new model."""
    return ChatSSE(model="echo", base_url=URL, max_retries=0, verify=verify)


def with_equal_settings(number: int) -> None:
    """Use one in blocking code."""
    assert ask(model(), f"{number}") == said(f"{number}")


def with_other_settings(number: int) -> None:
    """Use one whose client nobody shares."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    assert ask(model(context), f"{number}") == said(f"{number}")


def left_in_the_middle(number: int) -> None:
    """Leave a stream of one."""
    for _ in model().stream(f"{number} and more"):
        break


def in_an_own_loop(number: int) -> None:
    """Use one in an event loop that lasts for one answer."""
    assert asyncio.run(aask(model(), f"{number}")) == said(f"{number}")


def in_an_own_loop_with_other_settings(number: int) -> None:
    """The same with a client that nobody shares."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    assert asyncio.run(aask(model(context), f"{number}")) == said(f"{number}")


def open_files() -> int:
    """Return how many file descriptors this process has."""
    folder = Path("/proc/self/fd")
    return sum(1 for _ in (folder if folder.is_dir() else Path("/dev/fd")).iterdir())


FILES = open_files()


def objects() -> int:
    """Return how many objects there are that can hold others."""
    gc.collect()
    return len(gc.get_objects())


def assert_nothing_stays(use: Callable[[int], None], many: int) -> None:
    """Use few models, then many; what is there must not grow with their number.

    Libraries fill caches of theirs at times, so it must not grow twice.
    """
    for number in range(FEW):
        use(number)
    growth = []
    for _ in range(2):
        before = objects()
        for number in range(many // 2):
            use(number)
        growth.append(objects() - before)
    assert min(growth) < MOST_OBJECTS, (use.__name__, growth)
    assert open_files() - FILES < MOST_FILES, use.__name__


async def many_in_one_loop(many: int) -> None:
    """Use models in one event loop, with a client each."""
    for number in range(many):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        assert await aask(model(context), f"{number}") == said(f"{number}")
        # At each moment, not only in the end.
        assert open_files() - FILES < MOST_FILES, number


if __name__ == "__main__":
    for use_one, count in [
        (with_equal_settings, MANY),
        (with_other_settings, 100),
        (left_in_the_middle, 100),
        (in_an_own_loop, 100),
        (in_an_own_loop_with_other_settings, 60),
    ]:
        assert_nothing_stays(use_one, count)
    asyncio.run(many_in_one_loop(60))
