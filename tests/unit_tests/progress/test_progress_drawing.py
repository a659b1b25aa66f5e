from __future__ import annotations

import builtins
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

import pytest

from langchain_sse_chat import ConfigurationError
from langchain_sse_chat.progress.drawing import Draw, bars

LIBRARIES = pytest.mark.parametrize("draw", ["tqdm", "rich"])


@LIBRARIES
def test_a_bar_shows_how_many_calls_are_done(
    draw: Draw, capsys: pytest.CaptureFixture[str]
) -> None:
    bar = bars(draw, 4)()
    bar.show(3, "12 tokens")
    bar.close()

    shown = capsys.readouterr()
    assert "3/4" in shown.err
    assert "12 tokens" in shown.err
    assert shown.out == ""


@LIBRARIES
def test_a_bar_begins_at_a_count(
    draw: Draw, capsys: pytest.CaptureFixture[str]
) -> None:
    bars(draw, 4, 3)().close()
    assert "3/4" in capsys.readouterr().err


@LIBRARIES
def test_a_line_without_a_total_shows_tokens(
    draw: Draw, capsys: pytest.CaptureFixture[str]
) -> None:
    bar = bars(draw, None)()
    bar.show(5, "2.5 tokens/s")
    bar.close()

    shown = capsys.readouterr().err
    assert "5 tokens" in shown
    assert "2.5 tokens/s" in shown


@LIBRARIES
def test_a_library_that_is_not_installed_is_named(
    draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [each for each in sys.modules if each.partition(".")[0] == draw]:
        monkeypatch.delitem(sys.modules, name)
    there = builtins.__import__

    def without(name: str, *more: Any, **kwargs: Any) -> Any:
        if name.partition(".")[0] == draw:
            raise ModuleNotFoundError(name=name)
        return there(name, *more, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigurationError) as caught:
        bars(draw, None)
    assert str(caught.value) == (
        f"`draw={draw!r}` needs {draw}, which is not installed: pip install {draw}"
    )


def test_a_broken_installation_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    there = builtins.__import__

    def broken(name: str, *more: Any, **kwargs: Any) -> Any:
        if name == "tqdm.auto":
            raise ImportError(name="something_else")
        return there(name, *more, **kwargs)

    monkeypatch.setattr(builtins, "__import__", broken)
    with pytest.raises(ImportError) as caught:
        bars("tqdm", None)
    assert not isinstance(caught.value, ConfigurationError)


def test_an_unknown_library_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="Invalid `draw`: 'paint'"):
        bars("paint", None)  # type: ignore[arg-type]


def closed_pipe() -> TextIO:
    reading, writing = os.pipe()
    os.close(reading)
    return os.fdopen(writing, "w", buffering=1)


def full_disk() -> TextIO:
    return Path("/dev/full").open("w", buffering=1)


def closed_file() -> TextIO:
    file = io.StringIO()
    file.close()
    return file


@LIBRARIES
@pytest.mark.parametrize(
    "output",
    [
        pytest.param(closed_pipe, id="closed pipe"),
        pytest.param(full_disk, id="full disk"),
        pytest.param(closed_file, id="closed file"),
        pytest.param(lambda: None, id="none"),
    ],
)
def test_an_output_that_fails_does_not_end_the_program(
    draw: Draw, output: Callable[[], TextIO | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    if output is full_disk and not Path("/dev/full").exists():
        pytest.skip("Linux has it")
    file = output()
    monkeypatch.setattr(sys, "stderr", file)
    bar = bars(draw, 4)()
    bar.show(3, "12 tokens")
    bar.close()
    if file is not None and not file.closed:
        os.dup2(os.open(os.devnull, os.O_WRONLY), file.fileno())
        file.close()
