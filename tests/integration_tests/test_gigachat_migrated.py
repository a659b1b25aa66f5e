"""A program for `langchain_gigachat` runs with one import changed.

What it prints was printed by langchain-gigachat 0.5.1 too.
"""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest

from langchain_sse_chat.testing import ScriptedGigaChat

PROGRAM = Path(__file__).with_name("gigachat_program.txt")

PRINTED = """\
You said: Hello 13
stop
You said: How are you?
weather {'city': 'Oslo'}
The tool says: {"weather": "sunny in Oslo"}
weather
name='Oslo'
note.txt 7 general
True
note.txt QSBub3RlLg==
You said: Read it.
True
You said: What is this? You said: What is this?
True
GigaChat-2 salutedevices
[2, 1]
2
You said: Later
You said: And on
6
True
3
"""


def test_a_program_prints_the_same_with_one_import_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = PROGRAM.read_text("utf-8")
    migrated = text.replace(
        "from langchain_gigachat", "from langchain_sse_chat.gigachat"
    )
    printed = io.StringIO()
    monkeypatch.setenv("SERVER_KEY", "sk-of-the-program")

    with ScriptedGigaChat() as server:
        monkeypatch.setenv("SERVER_URL", server.url)
        with contextlib.redirect_stdout(printed):
            exec(compile(migrated, "program", "exec"), {"__name__": "program"})  # noqa: S102  # our own program

    assert printed.getvalue() == PRINTED
    assert server.files == {}
