"""Read and write the files that the user names."""

from __future__ import annotations

import os
import shlex
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from langchain_core.messages import BaseMessage

from langchain_sse_chat.cli.chat.attachments import attachment
from langchain_sse_chat.cli.chat.saved import dump_messages, read_messages
from langchain_sse_chat.cli.load import CommandError
from langchain_sse_chat.cli.user_path import user_path

_MAX_ATTACHED = 20 * 2**20
"""Bytes. Providers accept less in most cases."""
_MAX_LOADED = 200 * 2**20
"""Bytes. A conversation with several attachments is smaller."""


def save_conversation(name: str, messages: Sequence[BaseMessage]) -> Path:
    """Write a conversation, for its owner alone; return where it is.

    A file that is not a saved conversation is never replaced, and one that is stays as
    it was until the new one is complete.

    Raises:
        CommandError: The file has something else, or cannot be written.
    """
    path = _path(name)
    try:
        if path.exists():
            _check_replaceable(path)
        _write_whole(path.resolve(), dump_messages(messages))
    except OSError as error:
        raise _failed(path, "written", error) from None
    return path


def load_conversation(name: str) -> list[BaseMessage]:
    """Return the messages of a saved conversation.

    Raises:
        CommandError: It cannot be read, or is something else.
    """
    path = _path(name)
    text = _read(path, _MAX_LOADED).decode("utf-8", errors="replace")
    return read_messages(path.name, text)


def load_attachment(name: str) -> dict[str, Any]:
    """Return the content block for a file.

    Raises:
        CommandError: It cannot be read, is too large or of an unknown type.
    """
    path = _path(name)
    return attachment(path, _read(path, _MAX_ATTACHED))


def _check_replaceable(path: Path) -> None:
    """Check that what exists is a saved conversation, or an empty file.

    Raises:
        CommandError: It is something else.
        OSError: It cannot be read, or it is write-protected.
    """
    if not path.is_file():
        raise _not_a_file(path)
    with path.open("r+", encoding="utf-8", errors="replace") as file:
        if text := file.read():
            read_messages(path.name, text)


def _write_whole(path: Path, text: str) -> None:
    """Write a text beside a file, then put it in its place in one step."""
    number, name = tempfile.mkstemp(dir=path.parent)
    new = Path(name)
    try:
        with os.fdopen(number, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        if path.exists():
            shutil.copymode(path, new)
        new.replace(path)
    except BaseException:  # Ctrl-C too
        new.unlink(missing_ok=True)
        raise


def _read(path: Path, limit: int) -> bytes:
    try:
        if path.exists() and not path.is_file():  # opening a pipe would wait
            raise _not_a_file(path)
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise _failed(path, "read", error) from None
    if len(data) > limit:
        msg = f"{path.name} is larger than {limit // 2**20} MB."
        raise CommandError(msg)
    return data


def _path(name: str) -> Path:
    """Return the path that a user wrote, perhaps quoted as terminals do it."""
    path = user_path(name)
    if os.path.exists(path):  # noqa: PTH110  pathlib fails for some names
        return path
    try:
        return user_path(" ".join(shlex.split(name)))
    except ValueError:
        return path


def _not_a_file(path: Path) -> CommandError:
    return CommandError(f"{path} is not a file.")


def _failed(path: Path, what: str, error: OSError) -> CommandError:
    return CommandError(f"{path} cannot be {what}: {error.strerror or error}.")
