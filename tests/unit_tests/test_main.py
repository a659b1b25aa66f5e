"""`python -m langchain_sse_chat`, in a process of its own."""

from __future__ import annotations

import subprocess
import sys

from langchain_sse_chat import __main__ as module
from langchain_sse_chat.cli.main import main


def test_the_module_runs_the_command_line() -> None:
    assert vars(module)["main"] is main


def test_head_gets_its_line_and_nobody_a_traceback() -> None:
    program = [sys.executable, "-m", "langchain_sse_chat", "Hi"]
    with subprocess.Popen(  # noqa: S603  our own program
        program, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"Asking echo at the embedded")
        process.stdout.close()
        assert process.stderr.read() == b""


def test_it_is_the_command_line() -> None:
    program = [sys.executable, "-m", "langchain_sse_chat", "serve", "--help"]
    done = subprocess.run(  # noqa: S603  our own program
        program, check=True, capture_output=True, text=True
    )
    assert "module:attribute" in done.stdout
