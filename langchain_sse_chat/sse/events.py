"""Define the events of an event stream."""

from __future__ import annotations

from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    """One dispatched event of an event stream.

    https://html.spec.whatwg.org/multipage/server-sent-events.html#dispatchMessage
    """

    event: str = "message"
    """The event type; `"message"` if the server sent none."""

    data: str = ""
    """The values of the event's `data` lines, joined by a line feed."""

    id: str = ""
    """The last event ID when the event was dispatched, perhaps set by an earlier event;
    empty if it was never set, or was reset."""
