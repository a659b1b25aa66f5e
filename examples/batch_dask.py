"""A large batch on a cluster of Dask, which can be killed and started again.

Files and results are those of `batch_file.py`, which has to be in the same folder. Each
worker process has one model, which shares its connections among all batches, and its
part of the rate limit. The results are written here, by one process.

Run it with `python examples/batch_dask.py prompts.jsonl results.jsonl` and
`pip install distributed`; without files it makes up some prompts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, cast

from batch_file import Results, Row, start
from distributed import (
    Client,
    Future,
    LocalCluster,
    Worker,
    WorkerPlugin,
    as_completed,
    get_worker,
)
from langchain_core.messages import BaseMessage
from langchain_core.rate_limiters import InMemoryRateLimiter
from langchain_core.runnables import RunnableConfig

from langchain_sse_chat import ChatSSE

WORKERS = 2
CONCURRENCY = 10
"""Requests at a time, of each worker."""
BATCH = 10 * CONCURRENCY
"""Prompts that a worker gets together. A kill loses its open batches."""
REQUESTS_PER_SECOND = float(os.environ.get("REQUESTS_PER_SECOND", "1000"))
"""Of all workers together."""


class Asker(WorkerPlugin):
    """The model of a worker process."""

    name = "asker"

    def __init__(self, chat: ChatSSE, requests_per_second: float) -> None:
        self.chat = chat
        self.rate = requests_per_second

    def setup(self, worker: Worker) -> None:  # noqa: ARG002  Dask calls it so
        """Make the rate limiter, which cannot be sent from process to process."""
        # The limiter is looked at ten times a second, and may then let several pass.
        self.chat.rate_limiter = InMemoryRateLimiter(
            requests_per_second=self.rate, max_bucket_size=max(1.0, self.rate / 10)
        )


def answers_to(prompts: list[str]) -> Sequence[BaseMessage | Exception]:
    """Ask a batch with the model of this worker."""
    chat = cast("Asker", get_worker().plugins[Asker.name]).chat
    config: RunnableConfig = {"max_concurrency": CONCURRENCY}
    return chat.batch([*prompts], config, return_exceptions=True)


def ask(chat: ChatSSE, asked: Iterator[Row], results: Results) -> None:
    """Keep two batches for each worker on the way."""
    batches: dict[str, list[Row]] = {}
    with (
        LocalCluster(
            n_workers=WORKERS, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
    ):
        client.register_plugin(Asker(chat, REQUESTS_PER_SECOND / WORKERS))

        def submit() -> Iterator[Future[Any]]:
            while batch := list(islice(asked, BATCH)):
                prompts = [row.prompt for row in batch]
                future = client.submit(answers_to, prompts, pure=False)
                batches[future.key] = batch
                yield future

        submitted = submit()
        running = as_completed(islice(submitted, 2 * WORKERS))
        for future in running:
            batch = batches.pop(future.key)
            for row, answer in zip(batch, future.result(), strict=True):
                results.add(row, answer)
            running.update(islice(submitted, 1))


if __name__ == "__main__":
    start(ask)
