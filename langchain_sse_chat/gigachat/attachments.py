"""Find images, audio and documents in messages, and refer to uploaded ones instead."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import BaseMessage

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.gigachat.files import api_type, extension_of
from langchain_sse_chat.request.content import block_to_wire
from langchain_sse_chat.request.multipart import FormFile

_MEDIA = (
    "image",
    "image_url",
    "input_image",
    "audio",
    "audio_url",
    "input_audio",
    "video",
    "video_url",
    "file",
    "input_file",
    "document",
    "document_url",
    "media",
)
"""Types of blocks that may hold the data of a file. A tuple, because the type of a
block may be anything."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """The data of a file in a message."""

    key: str
    """Equal for equal data of the same type."""
    path: str
    """Its path in the messages, for errors."""
    mime_type: str
    data: str = field(repr=False)
    """The data in Base64."""
    name: str | None = None

    def form_file(self) -> FormFile:
        """Return the file as it is uploaded.

        Raises:
            ConfigurationError: The data is not base64.
        """
        try:
            content = base64.b64decode(self.data, validate=True)
        except (binascii.Error, ValueError):
            msg = (
                f"The data at {self.path} is not valid base64. Pass "
                "`base64.b64encode(data).decode()`."
            )
            raise ConfigurationError(msg) from None
        kind = api_type(self.mime_type)
        name = self.name or f"{self.key[:16]}{extension_of(kind)}"
        return FormFile("file", name, content, kind)


def attachments_in(messages: Sequence[BaseMessage]) -> Iterator[Attachment]:
    """Yield the data of files in messages, in order.

    Raises:
        ConfigurationError: A block lacks a field of its type.
    """
    for number, message in enumerate(messages):
        if isinstance(message.content, str) or message.type == "ai":
            continue
        for position, block in enumerate(message.content):
            path = f"messages[{number}].content[{position}]"
            if found := _attachment(block, path):
                yield found


def with_file_ids(
    messages: Sequence[BaseMessage], id_of: Callable[[str], str | None]
) -> list[BaseMessage]:
    """Return messages that refer to uploaded files instead of having their data.

    A part with the ID of a file in `langchain_gigachat`'s form,
    `{"type": "image_url", "image_url": {"giga_id": …}}`, refers to it too.

    Args:
        messages: The messages, which are not changed.
        id_of: Returns the ID of the file with a key, `None` if it was not uploaded.
    """
    return [
        message
        if isinstance(message.content, str) or message.type == "ai"
        else _with_file_ids(message, f"messages[{number}]", id_of)
        for number, message in enumerate(messages)
    ]


def _with_file_ids(
    message: BaseMessage, path: str, id_of: Callable[[str], str | None]
) -> BaseMessage:
    content = [
        _reference(block, f"{path}.content[{position}]", id_of)
        for position, block in enumerate(message.content)
    ]
    if all(new is old for new, old in zip(content, message.content, strict=True)):
        return message
    return message.model_copy(update={"content": content})


def _reference(block: Any, path: str, id_of: Callable[[str], str | None]) -> Any:
    file_id = _giga_id(block)
    if file_id is None and (found := _attachment(block, path)):
        file_id = id_of(found.key)
    return block if file_id is None else {"type": "file", "file_id": file_id}


def _giga_id(block: Any) -> str | None:
    """Return the ID of a file in `langchain_gigachat`'s form."""
    kind = block.get("type") if isinstance(block, Mapping) else None
    inner = block.get(kind) if isinstance(kind, str) else None
    found = inner.get("giga_id") if isinstance(inner, Mapping) else None
    return found if isinstance(found, str) and found else None


def _attachment(block: Any, path: str) -> Attachment | None:
    """Return the data of a block, `None` for one without data."""
    if not isinstance(block, Mapping) or block.get("type") not in _MEDIA:
        return None
    if _giga_id(block):
        return None
    mime_type, data, name = _data_of(block_to_wire(block, path))
    if not data:
        return None
    key = hashlib.sha256(f"{mime_type};{data}".encode()).hexdigest()
    return Attachment(key, path, mime_type, data, name)


def _data_of(part: Mapping[str, Any]) -> tuple[str, str, str | None]:
    """Return the type, the data and the name of a file; no data for a reference."""
    kind = part["type"]
    inner = part.get(kind)
    if not isinstance(inner, Mapping):
        return "", "", None
    if kind == "input_audio":
        return f"audio/{inner.get('format')}", inner.get("data") or "", None
    url = inner.get("file_data") if kind == "file" else inner.get("url")
    if not isinstance(url, str) or not url.startswith("data:"):
        return "", "", None
    head, _, data = url.removeprefix("data:").partition(",")
    mime_type, *options = head.split(";")
    if "base64" not in options:
        return "", "", None
    return mime_type, data, inner.get("filename")
