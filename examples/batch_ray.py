"""A large batch on a cluster of Ray, which can be killed and started again.

Files and results are those of `batch_file.py`, which has to be in the same folder. Each
actor has one model, which shares its connections among all batches, and its part of the
rate limit. The results are written here, by one process.

Run it with `python examples/batch_ray.py prompts.jsonl results.jsonl` and
`pip install "ray[data]"`; without files it makes up some prompts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from typing import Any

import ray
from batch_file import Results, Row, start
from langchain_core.rate_limiters import InMemoryRateLimiter

from langchain_sse_chat import ChatSSE

ACTORS = 2
CONCURRENCY = 10
"""Requests at a time, of each actor."""
BATCH = 10 * CONCURRENCY
"""Prompts that an actor gets together. A kill loses its open batches."""
WINDOW = 100_000
"""Prompts that are sent to Ray together; each window has new actors."""
REQUESTS_PER_SECOND = float(os.environ.get("REQUESTS_PER_SECOND", "1000"))
"""Of all actors together."""


class Asker:
    """The model of an actor."""

    def __init__(self, chat: ChatSSE, rate: float) -> None:
        """Make the rate limiter, which cannot be sent from process to process."""
        self.chat = chat
        # The limiter is looked at ten times a second, and may then let several pass.
        self.chat.rate_limiter = InMemoryRateLimiter(
            requests_per_second=rate, max_bucket_size=max(1.0, rate / 10)
        )

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Return a batch with its answers and errors."""
        answers = self.chat.batch(
            [str(prompt) for prompt in batch["prompt"]],
            {"max_concurrency": CONCURRENCY},
            return_exceptions=True,
        )
        return {**batch, "answer": answers}


def ask(chat: ChatSSE, asked: Iterator[Row], results: Results) -> None:
    """Send the prompts in windows, and add each batch as soon as it is there."""
    ray.init(include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    try:
        while window := list(islice(asked, WINDOW)):
            answered = ray.data.from_items(
                [row._asdict() for row in window],
                override_num_blocks=-(-len(window) // BATCH),
            ).map_batches(
                Asker,
                fn_constructor_args=(chat, REQUESTS_PER_SECOND / ACTORS),
                batch_size=BATCH,
                compute=ray.data.ActorPoolStrategy(size=ACTORS),
                num_cpus=0.25,  # an actor waits for the server most of the time
            )
            # Without prefetching, which would hold back one batch.
            for batch in answered.iter_batches(batch_size=None, prefetch_batches=0):
                columns = (batch["id"], batch["prompt"], batch["answer"])
                for key, prompt, answer in zip(*columns, strict=True):
                    results.add(Row(str(key), str(prompt)), answer)
    finally:
        ray.shutdown()


if __name__ == "__main__":
    start(ask)
