"""`python -m langchain_sse_chat`, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from _langchain_sse_chat import main
from langchain_sse_chat import __main__ as module


def test_the_module_runs_what_the_console_script_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert vars(module)["main"] is main
    monkeypatch.setattr(sys, "argv", ["langchain-sse-chat", "serve", "nowhere:app"])
    assert main() == 2
    assert "There is no module 'nowhere'" in capsys.readouterr().err


def test_ctrl_c_during_the_import_ends_it_quietly(tmp_path: Path) -> None:
    # What a signal raises, in a module that the package imports first.
    (tmp_path / "langchain_core.py").write_text("raise KeyboardInterrupt")
    script = Path(sys.executable).with_name("langchain-sse-chat")
    done = subprocess.run(  # noqa: S603  our own program
        [str(script), "--version"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


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
