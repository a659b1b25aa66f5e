"""Build requests from random histories, and report those a strict server rejects.

Run from the root of the project: `python -m scripts.fuzz_histories --count 2000`. The
same seed makes the same histories.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from langchain_core.messages import BaseMessage

from tests.unit_tests.histories.random_messages import histories, tools
from tests.unit_tests.histories.requests import SERVERS, refused_for


def fuzz(count: int, number: int) -> None:
    """Check this many histories.

    Args:
        count: How many.
        number: Equal seeds make equal histories.

    Raises:
        AssertionError: A server refuses a request; the error has the shortest history
            that was found.
    """

    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @seed(number)
    @given(history=histories(), offered=tools())
    def take(history: list[BaseMessage], offered: list[dict[str, Any]]) -> None:
        for provider in SERVERS:
            if found := refused_for(provider, history, offered):
                msg = f"{provider} refuses the request: {found}"
                raise AssertionError(msg)

    take()


def main() -> int:
    """Fuzz this many histories; return 1 if there is a finding."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))  # noqa: S311
    asked = parser.parse_args()
    print(f"{asked.count} histories with --seed {asked.seed}", flush=True)
    started = time.monotonic()
    try:
        fuzz(asked.count, asked.seed)
    except AssertionError as error:
        print(error, *getattr(error, "__notes__", ()), sep="\n")
        return 1
    print(f"no findings in {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
