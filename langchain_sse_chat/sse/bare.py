"""A decoder that also gives the text which stands between the events of a stream.

The standard has lines ignored that are no field. A server that fails in the midst of an
answer may print its error like that, as bare JSON.
"""

from __future__ import annotations

from langchain_sse_chat.sse.decoder import SSEDecoder
from langchain_sse_chat.sse.events import ServerSentEvent

BARE = "\n"
"""The type of what is no event. No server can send it: it ends a line."""

_FIELDS = frozenset({b"data", b"event", b"id", b"retry", b""})
_LONGEST = 64 * 1024
"""Bytes that are kept of the lines up to a blank one: errors are shorter."""


class BareTextDecoder(SSEDecoder):
    """Gives, before the event that a blank line ends, the lines that were no field.

    They come as one item of the type `BARE`. Those after a `data` line are ignored: the
    event is whole without them.
    """

    __slots__ = ("_bare",)

    def __init__(self, max_event_size: int) -> None:
        """Start a stream."""
        super().__init__(max_event_size)
        self._bare = bytearray()

    def _process_field(self, line: bytes) -> None:
        if line.partition(b":")[0] in _FIELDS:
            super()._process_field(line)
        elif not self._data and len(self._bare) < _LONGEST:
            self._bare += line[:_LONGEST] + b"\n"

    def _dispatch(self, events: list[ServerSentEvent]) -> None:
        if self._bare:
            text = self._bare.decode("utf-8", "replace")
            events.append(ServerSentEvent(BARE, text))
            self._bare.clear()
        super()._dispatch(events)
