"""Read a file that is uploaded, in any form that users pass it."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import IO, Any

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.request.multipart import FormFile

FileContent = IO[bytes] | bytes | str
"""An open file, bytes, or a text."""

FileTypes = (
    FileContent
    | PathLike[str]
    | tuple[str | None, FileContent]
    | tuple[str | None, FileContent, str | None]
    | tuple[str | None, FileContent, str | None, Mapping[str, str]]
)
"""A content, the path of a file as `pathlib.Path`, or a tuple: file name, content,
MIME type, headers (which are not sent)."""

_MIME_TYPES = {
    "application/epub+zip": "application/epub",
    "application/vnd.ms-powerpoint": "application/ppt",
    (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    ): "application/pptx",
    "audio/m4a": "audio/x-m4a",
    "audio/mpeg": "audio/mp3",
    "audio/ogg": "audio/x-ogg",
    "image/jpg": "image/jpeg",
}
"""Types that the API names in another way
(https://developers.sber.ru/docs/ru/gigachat/api/working-with-files; 2026-11-28)."""

_EXTENSIONS = {
    "application/epub": ".epub",
    "application/ppt": ".ppt",
    "application/pptx": ".pptx",
    "audio/mp3": ".mp3",
    "audio/mp4": ".mp4",
    "audio/opus": ".opus",
    "audio/wav": ".wav",
    "audio/wave": ".wav",
    "audio/webm": ".weba",
    "audio/x-m4a": ".m4a",
    "audio/x-ogg": ".ogg",
    "audio/x-pn-wav": ".wav",
    "audio/x-wav": ".wav",
    "image/jpeg": ".jpg",
}
"""Extensions of types that Python does not know, or knows several extensions for."""

_UNKNOWN = "application/octet-stream"


def form_file(file: FileTypes) -> FormFile:
    """Return a file as it is uploaded; reads it.

    Args:
        file: The file. Without a name, an open file has its own; the MIME type is
            found by the name.

    Raises:
        ConfigurationError: It has another type, or cannot be read.
    """
    parts: Any = file if isinstance(file, tuple) else (None, file)
    name, content, kind = (*parts, None, None, None)[:3]
    if isinstance(content, PathLike):
        name = name or Path(content).name
        content = _read(str(content), Path(content).read_bytes)
    name = name or Path(str(getattr(content, "name", "") or "file")).name
    if not isinstance(name, str) or not isinstance(kind, str | None):
        msg = f"The name and the MIME type of a file are strings, not {(name, kind)!r}."
        raise ConfigurationError(msg)
    if isinstance(content, str):
        content = content.encode("utf-8", "surrogatepass")
    if read := getattr(content, "read", None):
        content = _read(name, read)
    if not isinstance(content, bytes | bytearray):
        msg = (
            f"A file cannot be uploaded from a {type(content).__name__}. Pass bytes, a "
            "file that was opened with the mode 'rb', a `pathlib.Path`, or a tuple "
            "(name, bytes)."
        )
        raise ConfigurationError(msg)
    kind = kind or mimetypes.guess_type(name)[0] or _UNKNOWN
    return FormFile("file", name, bytes(content), api_type(kind))


def _read(name: str, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except (OSError, ValueError) as error:  # a closed file, a path with a null byte
        fault = getattr(error, "strerror", None) or str(error)
        msg = f"The file {name!r} cannot be read: {fault}."
        raise ConfigurationError(msg) from error


def api_type(mime_type: str) -> str:
    """Return a MIME type under the name that the API has for it."""
    plain = mime_type.partition(";")[0].strip().lower()
    return _MIME_TYPES.get(plain, plain)


def extension_of(mime_type: str) -> str:
    """Return the extension of a MIME type, `.bin` for an unknown one."""
    known = _EXTENSIONS.get(mime_type) or mimetypes.guess_extension(mime_type)
    return known or ".bin"
