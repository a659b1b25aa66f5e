"""What a decoder of event streams hands out."""

from __future__ import annotations

from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    """One dispatched event of an event stream.

    https://html.spec.whatwg.org/multipage/server-sent-events.html#dispatchMessage
    """

    event: str = "message"
    """The event type; `"message"` when the server named none."""

    data: str = ""
    """The values of the event's `data` lines, joined by a line feed."""

    id: str = ""
    """The last event ID when the event was dispatched, which an earlier event may have
    set; empty when no event has set it, or one has reset it."""
