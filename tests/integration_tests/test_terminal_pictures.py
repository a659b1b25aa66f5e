"""The pictures of the docs show what the commands show now."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import terminal_pictures

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="Linux")


@pytest.mark.parametrize("name", terminal_pictures.PICTURES)
def test_a_picture_shows_what_the_command_shows(name: str) -> None:
    file = terminal_pictures.IMAGES / f"{name}.svg"
    made = terminal_pictures.picture(name, terminal_pictures.PICTURES[name]())
    there = terminal_pictures.words(file.read_text(encoding="utf-8"))
    assert there == terminal_pictures.words(made), "run: make pictures"
    assert any("langchain-sse-chat" in each for each in there)
