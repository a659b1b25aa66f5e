"""Record a request of a client."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal["answering", "completed", "client closed", "server closed"]
"""The outcome of the answer to a request.

`completed`: the answer was sent to its end. `client closed`: the client closed the
connection before that. `server closed`: a scripted fault broke the connection, or the
server was stopped.
"""


@dataclass(slots=True, eq=False, kw_only=True)
class Request:
    """One HTTP request with its body, and the outcome of its answer."""

    number: int
    """Position among all requests of this server, from 1."""
    connection: int
    """Number of the TCP connection that carried the request, from 1."""
    method: str
    path: str
    """The path without its query."""
    query: str
    """The part after the `?`, or an empty string."""
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case; repeated headers are joined by `, `."""
    body: bytes
    time: float
    """When the request was complete, in seconds of `time.monotonic()`."""
    outcome: Outcome = "answering"
    events_sent: int = 0
    """Number of events of the answer sent so far; comments do not count."""

    def json(self) -> Any:
        """Return the parsed body; raise `ValueError` if it is not JSON."""
        return json.loads(self.body)

    def settings(self) -> dict[str, Any]:
        """Return the body's fields; empty if the body is not a JSON object."""
        try:
            parsed = self.json()
        except ValueError:
            return {}
        return parsed if isinstance(parsed, dict) else {}
