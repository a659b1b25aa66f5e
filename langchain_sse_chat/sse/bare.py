"""A decoder that also gives the text which stands between the events of a stream.

The standard has lines ignored that are no field. A server that fails in the midst of an
answer may print its error like that, as bare JSON.
"""

from __future__ import annotations

from langchain_sse_chat.sse.decoder import FIELDS, SSEDecoder
from langchain_sse_chat.sse.events import ServerSentEvent

BARE = "\n"
"""The type of what is no event. No server can send it: it ends a line."""

_FIELDS = FIELDS | {b""}
_LONGEST = 64 * 1024
"""Bytes that are kept of the lines up to a blank one: errors are shorter."""


class BareTextDecoder(SSEDecoder):
    """Gives the lines that were no field, when a blank line ends them.

    They come as one item of the type `BARE`: before the event that the blank line ends
    too, or after it when a `data` line came first.
    """

    __slots__ = ("_bare", "_is_after_data")

    def __init__(self, max_event_size: int) -> None:
        """Start a stream."""
        super().__init__(max_event_size)
        self._bare = bytearray()
        self._is_after_data = False

    def _process_field(self, line: bytes) -> None:
        if line.partition(b":")[0] in _FIELDS:
            super()._process_field(line)
        elif len(self._bare) < _LONGEST:
            if not self._bare:
                self._is_after_data = bool(self._data)
            self._bare += line[:_LONGEST] + b"\n"

    def _dispatch(self, events: list[ServerSentEvent]) -> None:
        if not self._bare:
            super()._dispatch(events)
            return
        bare = ServerSentEvent(BARE, self._bare.decode("utf-8", "replace"))
        self._bare.clear()
        if not self._is_after_data:
            events.append(bare)
        super()._dispatch(events)
        if self._is_after_data:
            events.append(bare)
