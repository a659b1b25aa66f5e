"""The purpose of streaming: the time until there is something to read.

Run it with `python examples/first_token.py`; without `OPENAI_API_KEY` the embedded
server answers, a token every 20 ms.
"""

from __future__ import annotations

import os
import time
from contextlib import nullcontext

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.testing import Reply, Request, ScriptedServer

QUESTION = "Count to 30, with a comma between the numbers."
PACE = 0.02
COUNT = [f"{number}, " for number in range(1, 30)] + ["30"]


def slowly(request: Request) -> Reply:
    """Take as long for an answer in one piece as for a stream."""
    if request.json().get("stream"):
        return Reply.text(COUNT, first_delay=PACE, delay=PACE)
    return Reply.text(COUNT, head_delay=PACE * len(COUNT))


def main() -> None:
    """Print the times with a stream and without."""
    embedded = not os.environ.get("OPENAI_API_KEY")
    with ScriptedServer(default=slowly) if embedded else nullcontext() as server:
        address = server.base_url if server else None
        chat = ChatSSE(model="gpt-4o-mini", base_url=address, temperature=0)

        started = time.perf_counter()
        chat.invoke(QUESTION)
        print(f"not streamed: all of it after {time.perf_counter() - started:.2f} s")

        started = time.perf_counter()
        first = None
        for chunk in chat.stream(QUESTION):
            if first is None and chunk.text:
                first = time.perf_counter() - started
        total = time.perf_counter() - started
        print(f"streamed: the first token after {first or total:.2f} s")
        print(f"streamed: all of it after {total:.2f} s")


if __name__ == "__main__":
    main()
