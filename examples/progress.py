"""Figures of streams: tokens, times, a typing indicator, and a bar over a batch.

Run it with `python examples/progress.py`; without `OPENAI_API_KEY` the embedded server
answers. In a terminal the batch has a bar, if tqdm is installed.
"""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from importlib.util import find_spec
from uuid import UUID

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.progress import StreamProgress
from langchain_sse_chat.testing import ScriptedServer

QUESTION = "Why is the sky blue?"
COUNT = 20


def on_typing(typing: bool, run_id: UUID) -> None:  # noqa: ARG001, FBT001
    """Show that the model has begun, until it says something."""
    print("… " if typing else "\r", end="", flush=True)


def one_stream(chat: ChatSSE) -> None:
    """Print an answer, and a line about it."""
    progress = StreamProgress(on_typing=on_typing)
    for chunk in chat.stream(QUESTION, config={"callbacks": [progress]}):
        print(chunk.text, end="", flush=True)
    stats = progress.stats()
    first = stats.time_to_first_token or 0.0
    print(
        f"\n[first token after {first * 1000:.0f} ms, {stats.tokens} tokens, "
        f"{stats.tokens_per_second:.0f} tokens/s]"
    )


def a_batch(chat: ChatSSE) -> None:
    """Ask many questions, with a bar over all of them."""
    draws = sys.stderr.isatty() and find_spec("tqdm") is not None
    prompts = [f"{QUESTION} ({number})" for number in range(COUNT)]
    with StreamProgress(draw="tqdm" if draws else None, total=COUNT) as progress:
        chat.batch([*prompts], config={"callbacks": [progress], "max_concurrency": 4})
    print(f"{progress.done} answers with {progress.tokens} tokens")


if __name__ == "__main__":
    embedded = not os.environ.get("OPENAI_API_KEY")
    with ScriptedServer() if embedded else nullcontext() as server:
        address = server.base_url if server else None
        model = ChatSSE(model="gpt-4o-mini", base_url=address)
        one_stream(model)
        a_batch(model)
