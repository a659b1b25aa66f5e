from __future__ import annotations

import io
import sys

import pytest

from langchain_sse_chat.cli import completion
from langchain_sse_chat.cli.main import main, parser


def printed(shell: str) -> tuple[int, str]:
    out = io.StringIO()
    return completion.main([shell], parser(), out), out.getvalue()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_has_commands_options_and_providers(shell: str) -> None:
    status, script = printed(shell)
    assert status == 0
    for word in ("probe", "yes-spend", "openrouter"):
        assert word in script


@pytest.mark.parametrize(("option", "kind"), [("__record", "dirs"), ("__uds", "files")])
def test_files_and_folders_are_completed(option: str, kind: str) -> None:
    _, script = printed("bash")
    [line] = [each for each in script.splitlines() if f"{option}_COMPGEN" in each]
    assert line.endswith(f"=_shtab_compgen_{kind}")


def test_the_script_is_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "fish"]) == 0
    assert capsys.readouterr().out == printed("fish")[1]


def test_without_the_extra_it_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert printed("bash") == (2, "")
    assert "pip install 'langchain-sse-chat[cli]'" in capsys.readouterr().err


def test_another_shell_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        printed("tcsh")
    assert "invalid choice: 'tcsh'" in capsys.readouterr().err
