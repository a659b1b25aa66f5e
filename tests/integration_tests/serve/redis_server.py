"""A `redis-server` of the test, and workers that share it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis

from langchain_sse_chat.sse import ServerSentEvent, SSEDecoder
from tests.integration_tests.serve.servers import LONG, ROOT

SERVER = shutil.which("redis-server", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
NEEDED = pytest.mark.skipif(
    SERVER is None and not os.environ.get("CI"), reason="redis-server is not installed"
)


class RedisServer:
    """A Redis at a Unix socket, which writes each command to disk if it is asked to."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.url = f"unix://{folder}/redis.sock"
        self._folder = folder
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self.data = redis.Redis.from_url(self.url)

    def start(self) -> None:
        assert SERVER, "redis-server is not installed, and CI is set: it must be there"
        self._process = subprocess.Popen(  # noqa: S603  our own configuration
            [
                *(SERVER, "--port", "0", "--unixsocket", "redis.sock"),
                *("--save", "", *self._options),
            ],
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
        )
        wait_for(self._answers)

    def stop(self) -> None:
        """Kill it, as a machine that fails does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(LONG)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        self.start()
        try:
            yield
        finally:
            self.stop()
            self.data.close()

    def _answers(self) -> bool:
        with contextlib.suppress(redis.RedisError):
            return bool(self.data.ping())
        return False


class KeptWorker:
    """A process that serves, and keeps answers."""

    def __init__(self, folder: Path, name: str, *argv: str, **variables: str) -> None:
        self.stopped = folder / f"{name}-stopped"
        self._log = folder / f"{name}.log"
        program = "tests.integration_tests.serve.programs.kept:app"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603  our own program
                [
                    *(sys.executable, "-m", "langchain_sse_chat", "serve"),
                    *(argv or (program,)),
                    *("--port=0", "--drain-seconds=1"),
                ],
                cwd=ROOT,
                env={**os.environ, "STOPPED": str(self.stopped), **variables},
                stderr=log,
            )
        wait_for(lambda: self.process.poll() is not None or self.log.count(" at http"))
        found = re.search(r" at (http\S+)", self.log)
        assert found, self.log
        self.url = found[1]
        self.client = httpx.Client(base_url=self.url, timeout=LONG)

    @property
    def log(self) -> str:
        return self._log.read_text()

    def listen(
        self, question: object, last: str | None = None, *, seconds: float | None = None
    ) -> list[ServerSentEvent]:
        """Return the events, those until some time has passed, then leave."""
        headers = {} if last is None else {"last-event-id": last}
        url = f"/events?message={question}"
        return self._events("GET", url, seconds, headers=headers)

    def chat(self, question: object, seconds: float) -> list[ServerSentEvent]:
        """Ask as `useChat` does, and leave after some time."""
        parts = [{"type": "text", "text": str(question)}]
        messages = [{"id": "1", "role": "user", "parts": parts}]
        body = {"id": "chat-1", "messages": messages, "trigger": "submit-message"}
        return self._events("POST", "/chat", seconds, json=body)

    def resume(self, seconds: float | None = None) -> list[ServerSentEvent]:
        return self._events("GET", "/chat/chat-1/stream", seconds)

    def post(self, path: str) -> int:
        return self.client.post(path).status_code

    def _events(
        self, method: str, url: str, seconds: float | None, **options: Any
    ) -> list[ServerSentEvent]:
        end = None if seconds is None else time.monotonic() + seconds
        decoder, events = SSEDecoder(), list[ServerSentEvent]()
        with self.client.stream(method, url, **options) as reply:
            assert reply.status_code == httpx.codes.OK, reply.read()
            for data in reply.iter_raw():
                events += decoder.feed(data)
                if end is not None and time.monotonic() > end:
                    return events
        return events + decoder.close()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(LONG)

    def end(self) -> None:
        self.client.close()
        if self.process.poll() is None:
            self.process.terminate()
            assert self.process.wait(LONG) == 0, self.log
            assert "Traceback" not in self.log, self.log


def wait_for(happens: Any) -> None:
    """Wait until something is true."""
    end = time.monotonic() + LONG
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.02)


@contextlib.contextmanager
def workers(folder: Path, keep: str, **variables: str) -> Iterator[list[KeptWorker]]:
    """Two processes with the same Redis."""
    found: list[KeptWorker] = []
    try:
        found.append(KeptWorker(folder, "one", KEEP=keep, **variables))
        found.append(KeptWorker(folder, "two", KEEP=keep, **variables))
        yield found
    finally:
        for worker in found:
            worker.end()


def text_of(events: list[ServerSentEvent]) -> str:
    return "".join(event.data for event in events if event.event == "message")


def counted(number: int) -> str:
    return "".join(f"{one} " for one in range(number))
