"""A process as Celery's: it uses a model, then forks workers that serve tasks.

Arguments: the base URL. The workers have the model of the parent, not a pickle of it,
and are replaced after some tasks.
"""

from __future__ import annotations

import os
import sys

from billiard.pool import Pool  # type: ignore[import-untyped]  # as Celery does

from langchain_sse_chat import ChatSSE
from tests.integration_tests.deployment.asking import ask_both_ways, said

MODEL = ChatSSE(model="echo", base_url=sys.argv[1], max_retries=0)


def task(number: int) -> tuple[str, int]:
    """Ask the model of the module; return its answer and who did it."""
    return ask_both_ways(MODEL, f"task {number}"), os.getpid()


def main() -> None:
    """Serve tasks in three workers."""
    assert ask_both_ways(MODEL, "before") == said("before")
    pool = Pool(3, maxtasksperchild=4)
    results = pool.map(task, range(18), chunksize=1)
    assert [text for text, _ in results] == [said(f"task {n}") for n in range(18)]
    # A worker was replaced, so one was forked later too.
    assert len({worker for _, worker in results} - {os.getpid()}) > 3
    assert ask_both_ways(MODEL, "after") == said("after")
    pool.close()
    pool.join()


if __name__ == "__main__":
    main()
