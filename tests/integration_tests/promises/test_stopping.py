"""A stopped stream closes its connection immediately and leaves nothing behind."""

from __future__ import annotations

import ast
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

import langchain_sse_chat
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.promises import stopping_scenarios
from tests.integration_tests.promises.stopping_scenarios import SCENARIOS

ROOT = Path(__file__).parents[3]
STRICT = [sys.executable, "-X", "dev", "-W", "error"]
"""Everything that Python knows to complain of is an error, or on stderr."""

LONG = 100.0
"""Seconds of a program, which begins with imports. Only one that hangs needs them."""

GRAPHS = {"break_out_of_a_graph"}


class Worker:
    """A process that runs scenarios, and what it has written to stderr."""

    def __init__(self, errors: IO[str]) -> None:
        self._errors = errors
        self._process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603 - our own program
            [*STRICT, "-m", stopping_scenarios.__name__],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    def run(self, scenario: str) -> tuple[str, str]:
        """Return the failure of a scenario, and its output on stderr."""
        start = self._errors.seek(0, 2)
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{scenario}\n")
        stdin.flush()
        answer = stdout.readline()
        self._errors.seek(start)
        said = self._errors.read()
        if answer:
            return json.loads(answer), said
        self.end()
        self._process = self._start()
        return "the process ended", said

    def end(self) -> int:
        self._process.communicate(timeout=LONG)
        return self._process.returncode


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    path = tmp_path_factory.mktemp("stopping") / "stderr"
    with path.open("a+", encoding="utf-8") as errors:
        worker = Worker(errors)
        yield worker
        assert worker.end() == 0


@pytest.mark.parametrize("scenario", list(SCENARIOS))
def test_stopping_closes_the_connection_and_leaves_nothing(
    worker: Worker, scenario: str
) -> None:
    if scenario in GRAPHS and importlib.util.find_spec("langgraph") is None:
        pytest.skip("the group agents is not installed")

    error, said = worker.run(scenario)

    assert error == ""
    assert said == ""


EXITS = {
    "with open streams": """\
stream = chat.stream("Hello")
next(stream)

chain = (PromptTemplate.from_template("{a}") | chat).stream({"a": "Hello"})
next(chain)

class Cycle: pass
cycle = Cycle()
cycle.itself, cycle.stream = cycle, chat.stream("Hello")
next(cycle.stream)
del cycle

def read():
    for chunk in chat.stream("Hello"):
        seen.set()
seen = threading.Event()
threading.Thread(target=read, daemon=True).start()
seen.wait()
""",
    "inside a stream": """\
for chunk in chat.stream("Hello"):
    sys.exit()
""",
    "inside an async stream": """\
async def main():
    global stream
    stream = chat.astream("Hello")
    await anext(stream)
    async for chunk in chat.astream("Hello"):
        sys.exit()
asyncio.run(main())
""",
}
BEGINNING = """\
import asyncio, logging, sys, threading
from langchain_core.prompts import PromptTemplate
from langchain_sse_chat import ChatSSE
# asyncio's debug mode tells of callbacks that are slow on a busy machine.
logging.getLogger("asyncio").addFilter(lambda record: "took" not in record.msg)
chat = ChatSSE(model="m", base_url=sys.argv[1])
"""


@pytest.mark.parametrize("program", EXITS.values(), ids=list(EXITS))
def test_a_process_ends_quietly(program: str) -> None:
    stalled = Reply.text(["a"] * 10, stall_after=3, keepalive=0.05)
    with ScriptedServer(default=stalled) as server:
        done = subprocess.run(  # noqa: S603 - our own program
            [*STRICT, "-c", BEGINNING + program, server.base_url],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=LONG,
            check=False,
        )

        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert server.wait_for_disconnect(2.0, count=len(server.requests))


def test_nothing_is_yielded_while_a_generator_is_closed() -> None:
    folder = Path(langchain_sse_chat.__file__).parent
    yields = [
        f"{path.name}:{node.lineno}"
        for path in folder.rglob("*.py")
        for tried in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(tried, ast.Try)
        for statement in tried.finalbody
        for node in ast.walk(statement)
        if isinstance(node, (ast.Yield, ast.YieldFrom))
    ]

    assert yields == []
