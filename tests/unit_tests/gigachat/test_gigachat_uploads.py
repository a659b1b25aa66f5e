"""The uploaded files that a model remembers."""

from __future__ import annotations

import base64
from typing import Any

from langchain_core.messages import BaseMessage, HumanMessage

from langchain_sse_chat.gigachat.uploads import Uploads


def image(data: bytes) -> dict[str, Any]:
    text = base64.b64encode(data).decode()
    return {"type": "image", "base64": text, "mime_type": "image/png"}


def asked(*images: bytes) -> list[BaseMessage]:
    return [HumanMessage([image(data) for data in images])]


def upload(uploads: Uploads, messages: list[BaseMessage]) -> int:
    """Upload the files of messages; return their number."""
    count = 0
    for found in uploads.missing(messages):
        count += 1
        uploads.keep(found, f"id-{found.form_file().content.decode()}")
    return count


def test_each_content_is_uploaded_once() -> None:
    uploads = Uploads()

    assert upload(uploads, asked(b"a", b"b", b"a")) == 2
    assert upload(uploads, asked(b"b", b"c")) == 1
    [message] = uploads.applied(asked(b"a", b"c"))
    assert message.content == [
        {"type": "file", "file_id": "id-a"},
        {"type": "file", "file_id": "id-c"},
    ]


def test_a_file_that_another_call_uploaded_needs_no_request() -> None:
    uploads = Uploads()
    [first], [second] = (list(uploads.missing(asked(b"a"))) for _ in range(2))

    assert uploads.request(second) is not None
    uploads.keep(first, "id-a")
    assert uploads.request(second) is None


def test_the_oldest_are_forgotten() -> None:
    uploads = Uploads(most=2)
    upload(uploads, asked(b"a", b"b", b"c"))

    assert upload(uploads, asked(b"b", b"c")) == 0
    assert upload(uploads, asked(b"a")) == 1


def test_a_deleted_file_is_uploaded_again() -> None:
    uploads = Uploads()
    upload(uploads, asked(b"a", b"b"))

    uploads.forget("id-a")
    uploads.forget("unknown")

    assert upload(uploads, asked(b"a", b"b")) == 1


def test_messages_of_text_are_not_copied() -> None:
    messages: list[BaseMessage] = [HumanMessage("a")]

    assert Uploads().applied(messages) is messages
