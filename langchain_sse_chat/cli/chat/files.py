"""Read and write the files that the user names."""

from __future__ import annotations

import os
import shlex
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

    A file that is not a saved conversation is never replaced.

    Raises:
        CommandError: The file has something else, or cannot be written.
    """
    path = _path(name)
    try:
        if path.exists() and path.stat().st_size:
            read_messages(path.name, path.read_text("utf-8", errors="replace"))
        path.touch(mode=0o600)
        path.write_text(dump_messages(messages), "utf-8", errors="replace")
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


def _read(path: Path, limit: int) -> bytes:
    try:
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


def _failed(path: Path, what: str, error: OSError) -> CommandError:
    return CommandError(f"{path} cannot be {what}: {error.strerror or error}.")
