"""A large batch in one process: kill it at any time, and start it again.

`python examples/batch_file.py prompts.jsonl results.jsonl` reads a line such as
`{"id": "7", "prompt": "Why is the sky blue?"}` for each prompt, and appends a line for
each result as soon as it arrives. A prompt that has a line is not asked again. Without
files the program makes up some prompts; without `OPENAI_API_KEY` the embedded server
answers. In a terminal there is a bar, if tqdm is installed; it begins with the prompts
that have a line.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, NamedTuple, TextIO

from langchain_core.messages import BaseMessage

from langchain_sse_chat import (
    AuthenticationError,
    ChatSSE,
    ConfigurationError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    SSEChatError,
)
from langchain_sse_chat.progress import StreamProgress
from langchain_sse_chat.testing import ScriptedServer

CONCURRENCY = 20
"""Requests at a time."""
ROUNDS = 3
"""How often a prompt is asked if it fails for now. The model retries in addition."""
FAILURES_IN_A_ROW = 100
"""After so many, the server or the settings are at fault, and the batch stops."""
NOT_THE_PROMPT = (
    AuthenticationError,
    ConfigurationError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
)
"""Failures of the key, the model, the account or a setting: these can be mended."""

NO_KEY = "OPENAI_API_KEY is not set: the embedded server answers, and repeats prompts."


class Row(NamedTuple):
    """A prompt and its ID."""

    id: str
    prompt: str


class BatchError(Exception):
    """The batch cannot continue; the message has the reason."""


def rows(prompts: Path) -> Iterator[Row]:
    """Yield the prompts of a file."""
    with prompts.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.isspace():
                continue
            match parsed(line):
                case {"id": str() | int() as key, "prompt": str() as prompt}:
                    yield Row(str(key), prompt)
                case _:
                    form = '{"id": "…", "prompt": "…"}'
                    msg = f"{prompts}, line {number} does not have the form {form}."
                    raise BatchError(msg)


def parsed(line: bytes) -> Any:
    """Return the value of a line; `None` if it is not JSON."""
    try:
        return json.loads(line)
    except ValueError:
        return None


def done_ids(results: Path) -> set[str]:
    """Return the IDs that have a result; cut off a line that was not written whole."""
    done: set[str] = set()
    end = 0  # of the last whole line
    with results.open("ab+") as file:
        file.seek(0)
        for line in file:
            if not line.endswith(b"\n"):
                file.truncate(end)
                break
            end += len(line)
            match parsed(line):
                case {"id": str(key), "text": _} | {"id": str(key), "error": _}:
                    done.add(key)
                case _:
                    msg = f"{results} has lines that are not results: name another."
                    raise BatchError(msg)
    return done


def open_rows(prompts: Path, done: set[str]) -> Iterator[Row]:
    """Yield the prompts without a result, each ID once."""
    seen = done.copy()
    for row in rows(prompts):
        if row.id not in seen:
            seen.add(row.id)
            yield row


class Results:
    """Writes a line for each result, and counts the prompts to ask again."""

    def __init__(self, file: TextIO, done: int, total: int) -> None:
        self.done = done
        """How many prompts have a line already."""
        self.total = total
        """How many there are with those that are asked."""
        self._file = file
        self._failures_in_a_row = 0
        self.written = self.again = 0

    def add(self, row: Row, result: BaseMessage | Exception) -> None:
        """Write a result, unless asking again may help."""
        line: dict[str, Any] = {"id": row.id}
        if isinstance(result, BaseMessage):
            self._failures_in_a_row = 0
            reason = result.response_metadata.get("finish_reason")
            line |= {"text": result.text, "finish_reason": reason}
        elif isinstance(result, SSEChatError):
            self._failures_in_a_row += 1
            line["error"] = f"{type(result).__name__}: {result}"
        else:
            raise result
        if getattr(result, "is_retryable", False) or isinstance(result, NOT_THE_PROMPT):
            self.again += 1
        else:
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()
            self.written += 1
        if self._failures_in_a_row == FAILURES_IN_A_ROW:
            msg = f"Stopped after {FAILURES_IN_A_ROW} failures in a row: {result}"
            raise BatchError(msg)


Ask = Callable[[ChatSSE, Iterator[Row], Results], None]
"""A function that asks for all rows and adds their results."""


def run(ask: Ask, chat: ChatSSE, prompts: Path, path: Path) -> None:
    """Ask until each prompt has a line, for several rounds at most."""
    for _ in range(ROUNDS):
        done = done_ids(path)
        count = sum(1 for _ in open_rows(prompts, done))
        with path.open("a", encoding="utf-8") as file:
            results = Results(file, len(done), len(done) + count)
            if count:
                ask(chat, open_rows(prompts, done), results)
        print(f"{results.written} results, {results.again} prompts to ask again")
        if not results.again:
            return
    msg = f"{results.again} prompts have no result. Start again to ask them."
    raise BatchError(msg)


def main(ask: Ask) -> None:
    """Run the files of the command line, or some prompts in a temporary folder."""
    names = sys.argv[1:]
    if names in (["-h"], ["--help"]):
        print(sys.modules["__main__"].__doc__)
        return
    embedded = not os.environ.get("OPENAI_API_KEY")
    if embedded:
        print(NO_KEY, file=sys.stderr)
    with ScriptedServer() if embedded else nullcontext() as server:
        address = server.base_url if server else None
        chat = ChatSSE(model="gpt-4o-mini", base_url=address)
        match names:
            case [asked, answered]:
                run(ask, chat, Path(asked), Path(answered))
            case []:
                with tempfile.TemporaryDirectory() as folder:
                    prompts, path = Path(folder, "prompts"), Path(folder, "results")
                    made_up = [{"id": str(n), "prompt": f"Say {n}"} for n in range(100)]
                    prompts.write_text("\n".join(map(json.dumps, made_up)))
                    run(ask, chat, prompts, path)
                    print(path.read_text(encoding="utf-8").splitlines()[0])
            case _:
                msg = f"usage: {sys.argv[0]} [prompts.jsonl results.jsonl]"
                raise BatchError(msg)


def start(ask: Ask) -> None:
    """Run the program; what goes wrong is one sentence."""
    try:
        main(ask)
    except (BatchError, OSError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Interrupted. Start again to continue.")


def ask_here(chat: ChatSSE, asked: Iterator[Row], results: Results) -> None:
    """Ask in this process, with a bar."""
    draw: Literal["tqdm"] | None = None
    if sys.stderr.isatty() and find_spec("tqdm") is not None:
        draw = "tqdm"
    with StreamProgress(
        draw=draw, total=results.total, initial=results.done
    ) as progress:
        asyncio.run(ask_all(chat, asked, results, progress))


async def ask_all(
    chat: ChatSSE, asked: Iterator[Row], results: Results, progress: StreamProgress
) -> None:
    """Ask with some tasks, each of which takes the next row when it has an answer."""

    async def ask_next() -> None:
        for row in asked:
            answer: BaseMessage | Exception
            try:
                answer = await chat.ainvoke(row.prompt, {"callbacks": [progress]})
            except SSEChatError as error:
                answer = error
            results.add(row, answer)

    await asyncio.gather(*(ask_next() for _ in range(CONCURRENCY)))


if __name__ == "__main__":
    start(ask_here)
