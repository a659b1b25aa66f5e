"""Define the events of an event stream, and write them."""

from __future__ import annotations

import re
from typing import NamedTuple

_LINE_END = re.compile("\r\n|\r|\n")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_ID = re.compile("[\r\n\0]")


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

    def encode(self) -> bytes:
        """Return the event as the bytes of an event stream.

        An `SSEDecoder` reads the same event from them, with two limits of the format:
        each line end of the data becomes a line feed, and a surrogate without its pair
        becomes U+FFFD.

        Raises:
            ValueError: The event type or the ID has a line end, or the ID a NUL. No
                stream can hold these.
        """
        lines: list[str] = []
        if self.event != "message":
            if _LINE_END.search(self.event):
                msg = f"An event type cannot have line ends: {self.event!r}."
                raise ValueError(msg)
            lines.append(f"event: {self.event}\n")
        if self.id:
            if _NO_ID.search(self.id):
                msg = f"An event ID cannot have line ends or NUL: {self.id!r}."
                raise ValueError(msg)
            lines.append(f"id: {self.id}\n")
        lines += [f"data: {line}\n" for line in _LINE_END.split(self.data)]
        text = "".join(lines) + "\n"
        try:
            return text.encode()
        except UnicodeEncodeError:
            return _LONE_SURROGATE.sub("\ufffd", text).encode()
