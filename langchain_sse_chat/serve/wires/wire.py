"""Define what a wire is."""

from __future__ import annotations

from typing import Protocol

from langchain_sse_chat.serve.answer.parts import Finish, Part
from langchain_sse_chat.serve.failure.failure import Failure


class Wire(Protocol):
    """Converts the parts of one answer to bytes.

    The calls come in this order: `open`; any number of `text`, `feed` and `keep_alive`;
    then either `close` or `fail`. `fail` may also come first.
    """

    media_type: str
    """The Content-Type of the response."""

    def open(self) -> bytes:
        """Return the bytes before the first part."""
        ...

    def text(self, text: str) -> bytes:
        """Return the bytes of a text that is not empty."""
        ...

    def feed(self, part: Part) -> bytes:
        """Return the bytes of any part; empty for one that the wire does not send."""
        ...

    def keep_alive(self) -> bytes:
        """Return bytes that say nothing, for connections that must not be idle."""
        ...

    def close(self, finish: Finish) -> bytes:
        """Return the end of a complete answer."""
        ...

    def fail(self, failure: Failure) -> bytes:
        """Return the end of an answer that failed."""
        ...
