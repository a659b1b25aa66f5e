from __future__ import annotations

import os
import resource
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage

from langchain_sse_chat.cli.chat import files
from langchain_sse_chat.cli.chat.files import (
    load_attachment,
    load_conversation,
    save_conversation,
)
from langchain_sse_chat.cli.load import CommandError

MESSAGES = [HumanMessage("Hi \ud800")]


def test_a_conversation_is_saved_and_loaded(tmp_path: Path) -> None:
    name = str(tmp_path / "a.json")
    assert save_conversation(name, MESSAGES) == Path(name)
    assert load_conversation(name) == [HumanMessage("Hi ?")]
    assert stat.S_IMODE(Path(name).stat().st_mode) == 0o600
    save_conversation(name, [])
    assert load_conversation(name) == []


def test_another_file_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "main.py"
    path.write_text("print()")
    with pytest.raises(CommandError, match=r"main.py is not a saved conversation"):
        save_conversation(str(path), MESSAGES)
    assert path.read_text() == "print()"


@pytest.fixture
def _disk_is_full() -> Iterator[None]:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.usefixtures("_disk_is_full")
def test_a_file_stays_until_the_new_one_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    save_conversation(str(path), [])
    before = path.read_text()
    with pytest.raises(CommandError, match=r"a.json cannot be written: File too large"):
        save_conversation(str(path), MESSAGES)
    assert path.read_text() == before
    assert list(tmp_path.iterdir()) == [path]


def test_links_and_modes_of_a_replaced_file_stay(tmp_path: Path) -> None:
    path, link = tmp_path / "a.json", tmp_path / "link.json"
    path.write_text("[]")
    path.chmod(0o640)
    link.symlink_to(path)
    save_conversation(str(link), MESSAGES)
    assert link.is_symlink()
    assert load_conversation(str(path)) == [HumanMessage("Hi ?")]
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_write_protected_file_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("[]")
    path.chmod(0o400)
    with pytest.raises(CommandError, match=r"a.json cannot be written: Permission"):
        save_conversation(str(path), MESSAGES)


def test_a_device_or_a_folder_is_not_a_file(tmp_path: Path) -> None:
    for name in (os.devnull, str(tmp_path)):
        with pytest.raises(CommandError, match=f"^{name} is not a file.$"):
            save_conversation(name, MESSAGES)


def test_an_empty_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.touch()
    assert save_conversation(str(path), MESSAGES) == path


def test_what_the_system_refuses_is_told(tmp_path: Path) -> None:
    missing = str(tmp_path / "no" / "a.json")
    with pytest.raises(CommandError, match=r"a.json cannot be written: No such file"):
        save_conversation(missing, MESSAGES)
    for load in (load_conversation, load_attachment):
        with pytest.raises(CommandError, match=r"a.json cannot be read: No such file"):
            load(missing)


@pytest.mark.parametrize("use", [load_conversation, load_attachment])
@pytest.mark.parametrize(
    ("name", "why"),
    [
        pytest.param("x" * 5000, "cannot be read: File name too long", id="long"),
        pytest.param("a\0b", "NUL character", id="NUL"),
        pytest.param("~nobody-here/a", "cannot be read: No such file", id="no user"),
    ],
)
def test_an_odd_name_is_told(use: Callable[[str], Any], name: str, why: str) -> None:
    with pytest.raises(CommandError, match=why):
        use(name)


@pytest.mark.parametrize(
    "form", ["{}", "'{}'", '"{}"', pytest.param("\\", id="backslash")]
)
def test_names_may_be_quoted(tmp_path: Path, form: str) -> None:
    path = tmp_path / "a cat.png"
    path.write_bytes(b"GIF89a")
    name = str(path).replace(" ", "\\ ") if form == "\\" else form.format(path)
    assert load_attachment(name)["mime_type"] == "image/gif"


def test_an_open_quote_is_a_part_of_the_name() -> None:
    with pytest.raises(CommandError, match=r"^it's cannot be read"):
        load_attachment("it's")


def test_a_large_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_MAX_ATTACHED", 2**20)
    path = tmp_path / "a.gif"
    path.write_bytes(b"GIF89a" + bytes(2**20))
    with pytest.raises(CommandError, match=r"^a.gif is larger than 1 MB\.$"):
        load_attachment(str(path))
    monkeypatch.setattr(files, "_MAX_LOADED", 2**20)
    with pytest.raises(CommandError, match=r"^a.gif is larger than 1 MB\.$"):
        load_conversation(str(path))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes")
@pytest.mark.parametrize("use", [load_conversation, load_attachment])
def test_a_pipe_is_not_waited_for(tmp_path: Path, use: Callable[[str], Any]) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(CommandError, match=r"pipe is not a file\.$"):
        use(str(path))
    with pytest.raises(CommandError, match=r" is not a file\.$"):
        use(str(tmp_path))
