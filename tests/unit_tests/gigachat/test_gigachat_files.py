"""A file that is uploaded, in every form."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from langchain_sse_chat import ConfigurationError
from langchain_sse_chat.gigachat.files import api_type, extension_of, form_file


@pytest.mark.parametrize(
    ("given", "name", "content", "mime_type"),
    [
        (b"x", "file", b"x", "application/octet-stream"),
        (bytearray(b"x"), "file", b"x", "application/octet-stream"),
        ("тест", "file", "тест".encode(), "application/octet-stream"),
        (("a.png", b"x"), "a.png", b"x", "image/png"),
        (("a.png", b"x", None), "a.png", b"x", "image/png"),
        (("a.mp3", b"x"), "a.mp3", b"x", "audio/mp3"),
        (("a", b"x", "image/JPG; q=1"), "a", b"x", "image/jpeg"),
        (("a", io.BytesIO(b"x"), "text/plain", {"X-A": "b"}), "a", b"x", "text/plain"),
        ((None, b"x"), "file", b"x", "application/octet-stream"),
    ],
    ids=["bytes", "bytearray", "text", "pair", "no type", "mp3", "type", "all", "none"],
)
def test_a_file_has_a_name_a_content_and_a_type(
    given: Any, name: str, content: bytes, mime_type: str
) -> None:
    made = form_file(given)

    assert (made.name, made.filename) == ("file", name)
    assert (made.content, made.mime_type) == (content, mime_type)


def test_an_open_file_has_its_own_name(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")

    with path.open("rb") as opened:
        made = form_file(opened)

    assert (made.filename, made.content) == ("a.pdf", b"%PDF")
    assert made.mime_type == "application/pdf"
    assert form_file(path) == made


def test_a_path_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nothing\.pdf'? cannot be read"):
        form_file(tmp_path / "nothing.pdf")


def test_a_file_that_cannot_be_read_is_an_error() -> None:
    closed = io.BytesIO(b"x")
    closed.close()

    for given in (closed, ("a.png", closed), Path("null\0byte")):
        with pytest.raises(ConfigurationError, match="cannot be read"):
            form_file(given)


@pytest.mark.parametrize(
    "given", [(5, b"x"), ("a", b"x", 5), (b"a", b"x")], ids=["name", "type", "bytes"]
)
def test_names_and_types_are_strings(given: Any) -> None:
    with pytest.raises(ConfigurationError, match="are strings"):
        form_file(given)


@pytest.mark.parametrize(
    "given",
    [None, 3, (), ("a",), io.StringIO("text")],
    ids=["None", "number", "no parts", "one part", "text file"],
)
def test_other_types_are_an_error(given: Any) -> None:
    with pytest.raises(ConfigurationError, match="cannot be uploaded from a"):
        form_file(given)


@pytest.mark.parametrize(
    ("mime_type", "name", "extension"),
    [
        ("audio/mpeg", "audio/mp3", ".mp3"),
        ("image/jpg", "image/jpeg", ".jpg"),
        ("application/pdf", "application/pdf", ".pdf"),
        ("x/unknown", "x/unknown", ".bin"),
    ],
)
def test_the_api_has_names_of_its_own_for_types(
    mime_type: str, name: str, extension: str
) -> None:
    assert api_type(mime_type) == name
    assert extension_of(name) == extension
