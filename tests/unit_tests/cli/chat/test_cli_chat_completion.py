from __future__ import annotations

from pathlib import Path

import pytest

from langchain_sse_chat.cli.chat.completion import Completer, completed


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "images").mkdir()
    for name in ("in two words.png", "images/a.png", ".hidden", "other.json"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("/sy", ["/system"]),
        ("/", ["/model", "/system", "/retry", "/undo", "/attach"]),
        ("", []),
        ("hello /s", []),
        ("/attach i", ["/attach images/", "/attach in two words.png"]),
        ("/attach in t", ["/attach in two words.png"]),
        ("/attach images/", ["/attach images/a.png"]),
        ("/attach ./images/a", ["/attach ./images/a.png"]),
        ("/load ~/oth", ["/load ~/other.json"]),
        ("/load .h", ["/load .hidden"]),
        ("/save ", ["/save images/", "/save in two words.png", "/save other.json"]),
        ("/save nowhere/", []),
        ("/save a\0b/", []),
        ("/model g", []),
    ],
)
def test_commands_and_files_are_completed(line: str, expected: list[str]) -> None:
    assert completed(line)[:5] == expected


class Line:
    """The part of `readline` that tells which line is edited."""

    def __init__(self, line: str) -> None:
        self._line = line

    def get_line_buffer(self) -> str:
        return f"{self._line}more"

    def get_endidx(self) -> int:
        return len(self._line)

    def get_begidx(self) -> int:
        return self._line.rfind(" ") + 1


@pytest.mark.usefixtures("folder")
def test_readline_gets_the_part_after_the_last_space() -> None:
    complete = Completer(Line("/attach in t"))
    assert [complete("t", 0), complete("t", 1)] == ["two words.png", None]
