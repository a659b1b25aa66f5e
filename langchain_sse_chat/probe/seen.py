"""A response as it came: status, headers, and bytes with their times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from langchain_sse_chat.probe.ask import Ask

_SUCCESS = range(200, 300)


@dataclass(frozen=True, slots=True)
class Seen:
    """The response to one request, as it came."""

    ask: Ask
    status: int | None = None
    """The HTTP status, `None` if no response came."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    pieces: tuple[tuple[float, bytes], ...] = ()
    """The bytes of each read of the body, with the seconds since the request."""
    error: str = ""
    """Why the exchange failed; empty if it did not."""
    was_cut: bool = False
    """Whether the probe stopped reading, because the answer was too long."""
    http_version: str = ""
    """The version of HTTP, such as `HTTP/1.1`."""
    connection: int = 0
    """A number that responses on the same connection share; 0 if it is not known."""

    @property
    def has_success(self) -> bool:
        """Whether the status is a success (2xx)."""
        return self.status in _SUCCESS

    @property
    def body(self) -> bytes:
        """The body as far as it came."""
        return b"".join(data for _, data in self.pieces)
