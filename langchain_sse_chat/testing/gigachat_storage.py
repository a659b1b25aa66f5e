"""Keep the files of a GigaChat inside the process; list its models; count tokens."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import HTTP
from typing import Any
from urllib.parse import unquote

from langchain_sse_chat.testing.completions import Body, split_tokens
from langchain_sse_chat.testing.replies import Fixed, Reply
from langchain_sse_chat.testing.request import Request

FILES = "/v1/files"
MODELS = "/v1/models"
TOKENS = "/v1/tokens/count"

_CREATED = 1_750_000_000  # fixed, as in an answer
_MODELS = ("GigaChat", "GigaChat-2", "GigaChat-2-Pro", "GigaChat-2-Max", "Embeddings")
_OWNER = "salutedevices"
_PURPOSES = frozenset({"general", "assistant"})


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the storage."""

    file_id: str
    filename: str
    purpose: str
    mime_type: str
    content: bytes

    def description(self) -> dict[str, Any]:
        """Return the description of the file as sent."""
        return {
            "id": self.file_id,
            "object": "file",
            "bytes": len(self.content),
            "created_at": _CREATED,
            "filename": self.filename,
            "purpose": self.purpose,
            "access_policy": "private",
        }


class Storage:
    """The files, by their IDs."""

    def __init__(self) -> None:
        self.files: dict[str, StoredFile] = {}

    def unknown(self, ids: Iterable[object]) -> str | None:
        """Return the first ID that no file has."""
        return next((str(each) for each in ids if each not in self.files), None)

    def answer(self, request: Request) -> Reply:
        """Return the reply to a request about files."""
        rest = request.path.removeprefix(FILES).strip("/")
        if not rest:
            return self._all(request)
        name, _, action = rest.partition("/")
        methods = {"": "GET", "content": "GET", "delete": "POST"}
        if request.method != methods.get(action):
            return refusal(405, "Method not allowed")
        stored = self.files.get(unquote(name))
        if stored is None:
            return refusal(404, "No such file")
        if action == "content":
            body = Body(stored.mime_type, (stored.content,), chunked=False)
            return Reply(content=Fixed(body))
        if action == "delete":
            del self.files[stored.file_id]
            return Reply.json({"id": stored.file_id, "deleted": True})
        return Reply.json(stored.description())

    def _all(self, request: Request) -> Reply:
        if request.method == "POST":
            return self._upload(request)
        return Reply.json(
            {"data": [stored.description() for stored in self.files.values()]}
        )

    def _upload(self, request: Request) -> Reply:
        fields = _form(request)
        purpose, file = fields.get("purpose"), fields.get("file")
        if purpose is None or purpose.get_content().strip() not in _PURPOSES:
            return refusal(400, "purpose must be general or assistant")
        if file is None or not file.get_filename():
            return refusal(400, "there is no file")
        content: Any = file.get_payload(decode=True)
        stored = StoredFile(
            file_id=str(uuid.uuid4()),
            filename=str(file.get_filename()),
            purpose=purpose.get_content().strip(),
            mime_type=file.get_content_type(),
            content=content,
        )
        self.files[stored.file_id] = stored
        return Reply.json(stored.description())


def _form(request: Request) -> dict[str, EmailMessage]:
    """Return the parts of a form by their names, empty for another body."""
    head = f"Content-Type: {request.headers.get('content-type', '')}\r\n\r\n"
    form: Any = message_from_bytes(head.encode() + request.body, policy=HTTP)
    if not form.is_multipart():
        return {}
    parts: Iterable[EmailMessage] = form.iter_parts()
    return {_name(part): part for part in parts}


def _name(part: EmailMessage) -> str:
    return str(part.get_param("name", header="content-disposition"))


def models(request: Request) -> Reply:
    """Return the reply to a request for all models, or for one."""
    listed = [{"id": m, "object": "model", "owned_by": _OWNER} for m in _MODELS]
    name = unquote(request.path.removeprefix(MODELS).strip("/"))
    if not name:
        return Reply.json({"object": "list", "data": listed})
    found = [model for model in listed if model["id"] == name]
    return Reply.json(found[0]) if found else refusal(404, "No such model")


def token_counts(request: Request) -> Reply:
    """Return the reply to a request to count tokens: the words of each text."""
    body = request.settings()
    texts = body.get("input")
    if not body.get("model") or not isinstance(texts, list):
        return refusal(422, "Invalid params: model and input are required")
    return Reply.json(
        [
            {
                "object": "tokens",
                "tokens": len(split_tokens(text)),
                "characters": len(text),
            }
            for text in texts
        ]
    )


def refusal(status: int, message: str) -> Reply:
    """Return an error in GigaChat's form."""
    return Reply.json({"status": status, "message": message}, status)
