"""The Tab key in real shells, after their completion script is loaded."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.integration_tests.terminal import Terminal

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="Linux")

_BIN = str(Path(sys.executable).parent)
_LOAD = 'eval "$(langchain-sse-chat completion {})"'

SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], _LOAD.format("bash")),
    "zsh": (
        ["zsh", "-f", "-i"],
        f"autoload -U compinit; compinit -D; {_LOAD.format('zsh')}",
    ),
    "fish": (
        ["fish", "--no-config", "-i"],
        "langchain-sse-chat completion fish | source",
    ),
}


@pytest.mark.parametrize("shell", SHELLS)
def test_tab_completes_commands_options_providers_and_files(
    shell: str, tmp_path: Path
) -> None:
    if shutil.which(shell) is None and not os.environ.get("CI"):
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "recordings").mkdir()
    argv, load = SHELLS[shell]
    variables = {"PATH": f"{_BIN}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    terminal = Terminal(argv, variables, columns=200)
    try:
        terminal.type(load)
        terminal.type("echo loa''ded")
        terminal.until("loaded")
        for keys, text in (
            ("langchain-sse-chat pr", "probe"),
            ("--prov", "--provider"),
            ("openro", "openrouter"),
            ("--rec", "--record"),
            (f"{tmp_path}/rec", "recordings/"),
        ):
            terminal.type(f"{keys}\t".encode())
            terminal.until(text)
    finally:
        terminal.close()
