from __future__ import annotations

import base64
from pathlib import PurePath

import pytest

from langchain_sse_chat.cli.chat.attachments import attachment
from langchain_sse_chat.cli.load import CommandError


@pytest.mark.parametrize(
    ("data", "kind", "mime_type"),
    [
        (b"\x89PNG\r\n\x1a\n...", "image", "image/png"),
        (b"\xff\xd8\xff\xe0", "image", "image/jpeg"),
        (b"GIF89a", "image", "image/gif"),
        (b"RIFF\n\0\0\0WEBP", "image", "image/webp"),
        (b"%PDF-1.7", "file", "application/pdf"),
        (b"RIFF\n\0\0\0WAVE", "audio", "audio/wav"),
        (b"ID3\x04", "audio", "audio/mpeg"),
        (b"\xff\xfb\x90", "audio", "audio/mpeg"),
        (b"fLaC", "audio", "audio/flac"),
        (b"OggS", "audio", "audio/ogg"),
        (b"\0\0\0\x20ftypM4A ", "audio", "audio/mp4"),
    ],
    ids=[
        *("PNG", "JPEG", "GIF", "WebP", "PDF", "WAV", "MPEG with tags", "MPEG"),
        *("FLAC", "Ogg", "M4A file"),
    ],
)
def test_the_first_bytes_tell_the_type(data: bytes, kind: str, mime_type: str) -> None:
    block = attachment(PurePath("folder/name.bin"), data)
    assert (block["type"], block["mime_type"]) == (kind, mime_type)
    assert base64.b64decode(block["base64"]) == data
    assert block.get("filename") == ("name.bin" if kind == "file" else None)


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"hello", "is not an image, a PDF or audio"), (b"", "is empty")],
)
def test_another_file_is_refused_whatever_its_name(data: bytes, why: str) -> None:
    with pytest.raises(CommandError, match=rf"^cat.png {why}\. Attach PNG, "):
        attachment(PurePath("cat.png"), data)
