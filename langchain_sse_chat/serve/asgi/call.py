"""A request to the application, before it is known what it asks for."""

from __future__ import annotations

from dataclasses import dataclass

from langchain_sse_chat.serve.asgi.delivery import Receive, Scope
from langchain_sse_chat.serve.asgi.heads import (
    REQUEST_ID,
    Headers,
    encoded,
    request_id_of,
)
from langchain_sse_chat.serve.asgi.hosts import Asked


@dataclass(slots=True)
class Call:
    """A request to the application."""

    scope: Scope
    receive: Receive
    headers: dict[bytes, bytes]
    request_id: str
    model: str = "-"
    """The name of the model, if there is one of the name."""

    @classmethod
    def of(cls, scope: Scope, receive: Receive) -> Call:
        """Return the request of ASGI's scope, with the client's ID or one of ours."""
        headers = dict(scope["headers"])
        sent_id = headers.get(REQUEST_ID.encode(), b"").decode("latin-1")
        return cls(scope, receive, headers, request_id_of(sent_id))

    def header(self, name: str) -> str | None:
        """Return the value of a header, by its name in lower case."""
        value = self.headers.get(name.encode())
        return None if value is None else value.decode("latin-1")

    @property
    def own_headers(self) -> Headers:
        """The headers of every response to it."""
        return encoded({REQUEST_ID: self.request_id})

    @property
    def asked(self) -> Asked:
        """The names by which the server was asked."""
        server = self.scope.get("server")
        # A Unix socket has a path, and no port.
        address = server[0] if server and server[1] is not None else None
        return Asked(
            server=address,
            host=self.header("host"),
            origin=self.header("origin"),
            fetch_site=self.header("sec-fetch-site"),
        )
