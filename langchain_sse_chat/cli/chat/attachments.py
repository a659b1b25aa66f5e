"""Turn a file into a part of a message, by its first bytes."""

from __future__ import annotations

import base64
import re
from pathlib import PurePath
from typing import Any

from langchain_sse_chat.cli.load import CommandError

_KINDS = (
    (rb"\x89PNG\r\n\x1a\n", "image", "image/png"),
    (rb"\xff\xd8\xff", "image", "image/jpeg"),
    (rb"GIF8[79]a", "image", "image/gif"),
    (rb"RIFF....WEBP", "image", "image/webp"),
    (rb"%PDF-", "file", "application/pdf"),
    (rb"RIFF....WAVE", "audio", "audio/wav"),
    (rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]", "audio", "audio/mpeg"),
    (rb"fLaC", "audio", "audio/flac"),
    (rb"OggS", "audio", "audio/ogg"),
    (rb"....ftypM4[AB] ", "audio", "audio/mp4"),
)
"""The first bytes of a file, its type of content block, and its media type."""


def attachment(path: PurePath, data: bytes) -> dict[str, Any]:
    """Return the content block for a file.

    Args:
        path: Its path, whose last part is the file name that the model is told.
        data: Its content.

    Raises:
        CommandError: It is not an image, a PDF or audio.
    """
    for start, kind, mime_type in _KINDS:
        if re.match(start, data, re.DOTALL):
            text = base64.b64encode(data).decode()
            block = {"type": kind, "base64": text, "mime_type": mime_type}
            return {**block, "filename": path.name} if kind == "file" else block
    what = "is empty" if not data else "is not an image, a PDF or audio"
    msg = (
        f"{path.name} {what}. Attach PNG, JPEG, GIF, WebP, PDF, WAV, MP3, FLAC, Ogg or "
        "M4A."
    )
    raise CommandError(msg)
