"""The files, models and token counts of the embedded GigaChat."""

from __future__ import annotations

import json
from typing import Any

import pytest

from langchain_sse_chat.request.multipart import FormFile, Multipart
from langchain_sse_chat.testing import gigachat_storage as storage
from langchain_sse_chat.testing.request import Request

FILE = FormFile("file", "a.png", b"\x89PNG\r\n\x00", "image/png")


def asked(method: str, path: str, body: bytes = b"", content_type: str = "") -> Request:
    headers = {"content-type": content_type} if content_type else {}
    return Request(
        number=1,
        connection=1,
        method=method,
        path=path,
        query="",
        headers=headers,
        body=body,
        time=0.0,
    )


def said(reply: Any, request: Request) -> tuple[int, Any]:
    """Return the status and the document of a reply."""
    parts = reply.render(request).parts
    return reply.status_code, json.loads(b"".join(parts))


def upload(files: storage.Storage, form: Multipart) -> tuple[int, Any]:
    request = asked("POST", "/v1/files", form.encode(), form.content_type)
    return said(files.answer(request), request)


def test_a_file_is_kept_as_it_was_sent() -> None:
    files = storage.Storage()

    status, document = upload(files, Multipart({"purpose": "general"}, (FILE,)))

    [stored] = files.files.values()
    assert status == 200
    assert document == stored.description()
    assert (stored.content, stored.mime_type) == (FILE.content, "image/png")
    assert (document["filename"], document["bytes"]) == ("a.png", 7)
    assert files.unknown([stored.file_id]) is None
    assert files.unknown([stored.file_id, "other"]) == "other"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (Multipart({}, (FILE,)), "purpose"),
        (Multipart({"purpose": "other"}, (FILE,)), "purpose"),
        (Multipart({"purpose": "general"}), "no file"),
        (Multipart({"purpose": "general", "file": "x"}), "no file"),
    ],
    ids=["no purpose", "other purpose", "no file", "no name"],
)
def test_a_form_that_lacks_something_is_rejected(form: Multipart, words: str) -> None:
    status, document = upload(storage.Storage(), form)

    assert status == 400
    assert words in document["message"]


def test_a_body_that_is_not_a_form_is_rejected() -> None:
    request = asked("POST", "/v1/files", b"{}", "application/json")

    status, _ = said(storage.Storage().answer(request), request)

    assert status == 400


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("DELETE", "/v1/files/f", 405),
        ("GET", "/v1/files/f/delete", 405),
        ("GET", "/v1/files/f/other", 405),
        ("GET", "/v1/files/f", 404),
    ],
)
def test_other_requests_are_rejected(method: str, path: str, status: int) -> None:
    request = asked(method, path)

    assert said(storage.Storage().answer(request), request)[0] == status


def test_models_are_known_by_their_names() -> None:
    every, one, none = (
        asked("GET", path)
        for path in ("/v1/models", "/v1/models/GigaChat-2", "/v1/models/other")
    )

    assert said(storage.models(every), every)[1]["data"][0]["id"] == "GigaChat"
    assert said(storage.models(one), one)[1]["id"] == "GigaChat-2"
    assert said(storage.models(none), none)[0] == 404


@pytest.mark.parametrize("body", [b"{}", b'{"model": "m", "input": "text"}', b"x"])
def test_only_lists_are_counted(body: bytes) -> None:
    request = asked("POST", "/v1/tokens/count", body)

    assert said(storage.token_counts(request), request)[0] == 422


def test_words_are_counted() -> None:
    body = b'{"model": "m", "input": ["one two", ""]}'
    request = asked("POST", "/v1/tokens/count", body)

    _, rows = said(storage.token_counts(request), request)

    assert [(row["tokens"], row["characters"]) for row in rows] == [(2, 7), (0, 0)]
