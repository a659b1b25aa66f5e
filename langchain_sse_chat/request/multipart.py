"""Encode a form with files, as `multipart/form-data` (RFC 7578)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

_ESCAPES = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})
"""Characters that would end a name. Escaped as browsers do
(https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data)."""

_LINE = b"\r\n"


def _boundary() -> str:
    # Random, so that no file contains it.
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class FormFile:
    """A file in a form."""

    name: str
    """The name of the field."""
    filename: str
    content: bytes = field(repr=False)
    mime_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Multipart:
    """A form with fields and files."""

    fields: Mapping[str, str] = field(default_factory=dict)
    files: tuple[FormFile, ...] = ()
    boundary: str = field(default_factory=_boundary)

    @property
    def content_type(self) -> str:
        """The value of the header `Content-Type`."""
        return f"multipart/form-data; boundary={self.boundary}"

    def encode(self) -> bytes:
        """Return the body of the request."""
        parts: list[bytes] = []
        for name, value in self.fields.items():
            parts += self._head(_disposition(name)), value.encode(), _LINE
        for file in self.files:
            named = f'{_disposition(file.name)}; filename="{_escaped(file.filename)}"'
            head = self._head(named, file.mime_type)
            parts += head, file.content, _LINE
        parts.append(f"--{self.boundary}--\r\n".encode())
        return b"".join(parts)

    def _head(self, disposition: str, mime_type: str = "") -> bytes:
        """Return the lines before the content of a part."""
        kind = f"Content-Type: {_escaped(mime_type)}\r\n" if mime_type else ""
        head = f"--{self.boundary}\r\nContent-Disposition: {disposition}\r\n{kind}\r\n"
        return head.encode("utf-8", "replace")


def _disposition(name: str) -> str:
    return f'form-data; name="{_escaped(name)}"'


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)
