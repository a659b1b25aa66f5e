from __future__ import annotations

import sys
from pathlib import Path

import pytest

from langchain_sse_chat.cli.load import CommandError, load


@pytest.fixture(autouse=True)
def _a_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "served_things.py").write_text("agent = 'an agent'\n")
    (tmp_path / "needs_another.py").write_text("import not_there_at_all\n")
    (tmp_path / "fails.py").write_text("1 / 0\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name in ("served_things", "needs_another", "fails"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def test_a_file_of_the_folder_is_a_module() -> None:
    assert load("served_things:agent") == "an agent"
    assert load("served_things:agent.upper")() == "AN AGENT"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("app", "module:attribute"),
        (":agent", "module:attribute"),
        ("app.py:agent", "app.py:agent"),
        ("./app:agent", "module:attribute"),
        ("no_such_module:agent", "no module 'no_such_module'"),
        ("no_such_module.sub:agent", "no module 'no_such_module'"),
        ("served_things:other", "'served_things' has no 'other'"),
    ],
)
def test_what_is_not_there_is_said(address: str, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        load(address)


def test_a_failure_of_the_module_is_its_own() -> None:
    with pytest.raises(ModuleNotFoundError, match="not_there_at_all"):
        load("needs_another:agent")
    with pytest.raises(ZeroDivisionError):
        load("fails:agent")


def test_a_module_without_a_key_is_told_in_a_sentence(tmp_path: Path) -> None:
    code = "from langchain_sse_chat import ChatSSE\nChatSSE(model='m')\n"
    (tmp_path / "keyless_module.py").write_text(code)
    with pytest.raises(CommandError, match=r"^keyless_module: No API key for openai"):
        load("keyless_module:agent")
