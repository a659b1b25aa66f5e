"""The commands as processes: signals, closed streams, closed pipes, no home."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from langchain_sse_chat.testing import Reply, ScriptedServer

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="Linux")

_PROGRAM = f"{sys.executable} -m langchain_sse_chat"
_BEGUN = Reply.sse(
    b'data: {"choices":[{"delta":{"content":"so"}}]}\n\n', stall_after=60
)
_MODELS = "models --base-url $BASE_URL"
_PROBE = "probe --base-url $BASE_URL --model m"


def run(command: str, **variables: str) -> tuple[int, str, str]:
    """Run a line of the shell; return its status, its output and its errors."""
    done = subprocess.run(  # noqa: S603  a program of a test
        ["bash", "-c", f"set -o pipefail; {command}"],  # noqa: S607
        capture_output=True,
        text=True,
        env={**os.environ, **variables},
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("command", "requests"),
    [("chat", 1), ("Hello?", 1), (_PROBE, 2), ("models", 1)],
    ids=["chat", "question", "probe", "models"],
)
def test_a_signal_ends_a_command_quietly(
    command: str, requests: int, number: int
) -> None:
    routes = {"/v1/models": _BEGUN} if command == "models" else {}
    with ScriptedServer(default=_BEGUN, routes=routes) as own:
        words = _MODELS if command == "models" else command
        argv = words.replace("$BASE_URL", own.base_url).split()
        process = subprocess.Popen(  # noqa: S603  a program of a test
            [*_PROGRAM.split(), *argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "BASE_URL": own.base_url},
        )
        assert process.stdin is not None
        process.stdin.write(b"Hi")
        process.stdin.close()
        process.stdin = None
        assert own.wait_for_requests(requests)
        state = Path(f"/proc/{process.pid}/stat")
        while process.poll() is None:
            while state.read_text().rpartition(") ")[2][0] not in "SZ":
                pass
            process.send_signal(number)
            try:
                process.wait(2)
            except subprocess.TimeoutExpired:  # it came just before the call that waits
                continue
        _, errors = process.communicate()
    assert (process.returncode, errors) == (128 + number, b"")


@pytest.mark.parametrize(
    ("command", "status"),
    [
        pytest.param("echo Hi | PROGRAM chat >&-", 1, id="chat"),
        pytest.param("PROGRAM Hello? >&-", 1, id="question"),
        pytest.param("PROGRAM --help >&-", 1, id="help"),
        pytest.param("PROGRAM completion bash >&-", 1, id="completion"),
        pytest.param(f"PROGRAM {_MODELS} >&-", 1, id="models"),
        pytest.param("PROGRAM chat <&-", 2, id="chat without input"),
    ],
)
def test_a_closed_stream_is_told_in_one_line(command: str, status: int) -> None:
    with ScriptedServer() as server:
        found = run(
            command.replace("PROGRAM", _PROGRAM), BASE_URL=server.base_url, MODEL="m"
        )
    assert found[:2] == (status, "")
    assert found[2].startswith("langchain-sse-chat")
    assert found[2].count("\n") == 1


@pytest.mark.parametrize(
    "command",
    ["echo Hi | PROGRAM chat 2>&-", "echo Hi | env -u HOME PROGRAM chat"],
    ids=["no errors", "no home"],
)
def test_an_answer_comes_all_the_same(command: str) -> None:
    found = run(command.replace("PROGRAM", _PROGRAM))
    assert found == (0, "You said: Hi\n", "")


@pytest.mark.parametrize("words", ["Hello?", "--help", "completion zsh"])
def test_a_reader_that_has_enough_ends_a_command_quietly(words: str) -> None:
    status, _, errors = run(f"{_PROGRAM} {words} | true")
    assert status in {0, 141}  # 0 if all of it was in the pipe before that
    assert errors == ""


def test_characters_that_the_terminal_does_not_have_are_replaced() -> None:
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    found = run(f"echo 'Привет, 金魚' | {_PROGRAM} chat", **ascii_only)
    assert found[0] == 0
    assert found[1].startswith("You said: ??")
    assert found[2] == ""
