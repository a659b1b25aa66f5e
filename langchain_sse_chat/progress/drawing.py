"""Draw progress with tqdm or rich, which are installed or not."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from typing import Any, Literal, Protocol, TextIO, cast

from langchain_sse_chat.errors import ConfigurationError

Draw = Literal["tqdm", "rich"]
"""The library that draws."""


class Bar(Protocol):
    """A line on the screen, on standard error, from the moment it is made."""

    def show(self, count: int, note: str) -> None:
        """Draw the line.

        Args:
            count: The number of calls that are done, or of tokens without a total.
            note: More figures.
        """

    def close(self) -> None:
        """Leave the line as it is."""


def bars(draw: Draw, total: int | None, initial: int = 0) -> Callable[[], Bar]:
    """Return the function that makes a bar.

    Args:
        draw: The library that draws.
        total: The number of calls; `None` for a line that counts tokens.
        initial: The count at which a bar begins.

    Raises:
        ConfigurationError: The library is unknown or not installed.
    """
    makers: dict[str, Callable[[int | None, int], Callable[[], Bar]]] = {
        "tqdm": _tqdm_bars,
        "rich": _rich_bars,
    }
    make = makers.get(draw)
    if make is None:
        msg = f"Invalid `draw`: {draw!r}. Pass 'tqdm', 'rich' or None."
        raise ConfigurationError(msg)
    try:
        return make(total, initial)
    except ImportError as error:
        if (error.name or "").partition(".")[0] != draw:
            raise
        msg = (
            f"`draw={draw!r}` needs {draw}, which is not installed: pip install {draw}"
        )
        raise ConfigurationError(msg) from None


def _tqdm_bars(total: int | None, initial: int) -> Callable[[], Bar]:
    from tqdm.auto import tqdm  # noqa: PLC0415  not everybody has it

    # The rates are in the note.
    form = "{n_fmt} tokens [{elapsed}{postfix}]"
    if total is not None:
        bar = "{l_bar}{bar}| {n_fmt}/{total_fmt} calls"
        form = bar + " [{elapsed}<{remaining}{postfix}]"
    settings: Any = {"total": total, "initial": initial, "bar_format": form}
    return lambda: _TqdmBar(tqdm(**settings, dynamic_ncols=True, file=_output()))


class _TqdmBar:
    def __init__(self, bar: Any) -> None:
        self._bar = bar

    def show(self, count: int, note: str) -> None:
        self._bar.n = count
        self._bar.set_postfix_str(note)

    def close(self) -> None:
        self._bar.close()


def _rich_bars(total: int | None, initial: int) -> Callable[[], Bar]:
    from rich.console import Console  # noqa: PLC0415  not everybody has it
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    calls = (MofNCompleteColumn(), TextColumn("calls"))
    tokens = (TextColumn("{task.completed:,.0f} tokens"),)

    def make() -> Bar:
        progress = Progress(
            BarColumn(),
            *(tokens if total is None else calls),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}"),
            console=Console(file=_output()),
        )
        return _RichBar(progress, total, initial)

    return make


def _output() -> TextIO:
    """Return standard error, without its errors.

    Both libraries raise them, and rich ends the program if a pipe is closed.
    """
    return cast("TextIO", _Lenient(sys.stderr))


class _Lenient:
    """A file that loses what cannot be written.

    Args:
        file: The file that is written to; `None` for a closed one.
    """

    def __init__(self, file: TextIO | None) -> None:
        self._file = file
        self.encoding = getattr(file, "encoding", None)

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            self._file.write(text)  # type: ignore[union-attr]
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            self._file.flush()  # type: ignore[union-attr]

    def isatty(self) -> bool:
        with contextlib.suppress(ValueError, AttributeError):
            return self._file.isatty()  # type: ignore[union-attr]
        return False

    def fileno(self) -> int:
        """Return the number by which the width of a terminal is found."""
        return self._file.fileno()  # type: ignore[union-attr]  # as for a closed file


class _RichBar:
    def __init__(self, progress: Any, total: int | None, initial: int) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=total, completed=initial, note="")
        progress.start()

    def show(self, count: int, note: str) -> None:
        self._progress.update(self._task, completed=count, note=note)

    def close(self) -> None:
        self._progress.stop()
