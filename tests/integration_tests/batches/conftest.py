"""Programs of `examples/` for batches, in processes that can be killed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from langchain_sse_chat.testing import Reply, Request, ScriptedServer, echo

EXAMPLES = Path(__file__).parents[3] / "examples"
LONG = 100.0
KEY = "test"
QUIET = {"RAY_USAGE_STATS_ENABLED": "0"}
_NUMBER = re.compile(rb"Say (\d+)")


class Batch:
    """Files of a batch, and a server that counts its requests."""

    def __init__(self, folder: Path) -> None:
        self.prompts = folder / "prompts.jsonl"
        self.results = folder / "results.jsonl"
        self.most_answers: int | None = None
        """How many requests are answered; the others wait. `None` for all."""
        self.replies: dict[int, Reply] = {}
        """Replies to prompts that are not answered by the echo model."""
        self.server = ScriptedServer(default=self._answer, api_key=KEY)

    def _answer(self, request: Request) -> Reply:
        if self.most_answers is not None and request.number > self.most_answers:
            return Reply.text("held", stall_after=0, headless=True)
        return self.replies.get(asked(request)) or echo.answer(request)

    def write_prompts(self, count: int) -> None:
        """Write prompts with the IDs from 0."""
        rows = ({"id": str(n), "prompt": f"Say {n}"} for n in range(count))
        self.prompts.write_text("".join(json.dumps(row) + "\n" for row in rows))

    def start(self, program: str, **variables: str) -> subprocess.Popen[str]:
        """Start a program of `examples/` in a group of processes of its own."""
        return subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, str(EXAMPLES / program), self.prompts, self.results],
            env=os.environ
            | {
                "OPENAI_API_KEY": KEY,
                "OPENAI_BASE_URL": self.server.base_url,
            }
            | QUIET
            | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, program: str, **variables: str) -> tuple[int, str]:
        """Run a program; return its exit status and what it said."""
        with self.start(program, **variables) as process:
            try:
                said, _ = process.communicate(timeout=LONG)
            finally:
                kill(process)
        return process.returncode, said

    def run_until(self, count: int, program: str, **variables: str) -> set[str]:
        """Kill a program when it has written so many results; return their IDs."""
        with self.start(program, **variables) as process:
            try:
                self.wait_for_results(count, process)
            finally:
                kill(process)
        return {line["id"] for line in self.lines()}

    def wait_for_results(self, count: int, process: subprocess.Popen[str]) -> None:
        """Wait until so many results are in the file."""
        until = time.monotonic() + LONG
        while not self.results.exists() or len(self.lines()) < count:
            assert process.poll() is None, (process.stdout or sys.stdin).read()
            assert time.monotonic() < until
            time.sleep(0.01)

    def lines(self) -> list[dict[str, Any]]:
        """Return the results that are written whole."""
        whole, _, _ = self.results.read_text().rpartition("\n")
        return [json.loads(line) for line in whole.splitlines()]

    def times_asked(self) -> Counter[str]:
        """Return how often each prompt has been asked."""
        return Counter(str(asked(request)) for request in self.server.requests)


def asked(request: Request) -> int:
    """Return the number of the prompt in a request."""
    found = _NUMBER.search(request.body)
    assert found is not None
    return int(found[1])


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a program and those that it started, as far as they share its group."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


@pytest.fixture
def batch(tmp_path: Path) -> Iterator[Batch]:
    batch = Batch(tmp_path)
    with batch.server:
        yield batch
