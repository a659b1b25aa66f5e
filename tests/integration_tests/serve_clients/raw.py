"""Requests as bytes, for those that no client would send."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

SECONDS = 20.0
"""The longest wait for bytes of the server."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The response that a server sent before it closed the connection."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def error(self) -> dict[str, Any]:
        """The error in OpenAI's form, with each of its fields."""
        error: dict[str, Any] = json.loads(self.body)["error"]
        assert error.keys() == {"message", "type", "param", "code"}
        return error


def post(
    body: bytes,
    *,
    path: str = "/v1/chat/completions",
    method: str = "POST",
    headers: dict[str, str] | None = None,
) -> bytes:
    """Return a request with this body. A header of `None` is left out."""
    fields: dict[str, str | None] = {
        "Host": "127.0.0.1",
        "Connection": "close",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **(headers or {}),
    }
    head = [f"{method} {path} HTTP/1.1"]
    head += [f"{name}: {value}" for name, value in fields.items() if value is not None]
    return "\r\n".join([*head, "", ""]).encode("latin-1") + body


def exchange(url: str, request: bytes, *, ends: bool = False) -> bytes:
    """Send bytes; return all that comes until the server closes.

    Args:
        url: The address of the server.
        request: The bytes.
        ends: Whether the client closes its side for writing.
    """
    address = urlsplit(url)
    with socket.create_connection(
        (address.hostname, address.port), timeout=SECONDS
    ) as connection:
        # A server may answer, and close, before it has read everything.
        try:
            connection.sendall(request)
            if ends:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        pieces = []
        try:
            while piece := connection.recv(65536):
                pieces.append(piece)
        except ConnectionResetError:
            pass
        return b"".join(pieces)


def answer_in(sent: bytes) -> Answer:
    """Return the response in these bytes."""
    head, _, body = sent.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.split(": ", 1) for line in lines)
    headers = {name.lower(): value for name, value in pairs}
    return Answer(int(first.split()[1]), headers, body)
