"""Decode a stream together with the text between its events.

By the standard, lines that are not fields are ignored. But a server that fails in the
middle of an answer may write its error like that, as bare JSON.
"""

from __future__ import annotations

from langchain_sse_chat.errors import EventTooLargeError
from langchain_sse_chat.sse.decoder import FIELDS, SSEDecoder
from langchain_sse_chat.sse.events import ServerSentEvent

BARE = "\n"
"""Event type of text between events. No server can send it, as it ends a line."""

_FIELDS = FIELDS | {b""}
_LONGEST = 64 * 1024
"""Bytes that are kept of the lines before a blank line: errors are shorter."""


class BareTextDecoder(SSEDecoder):
    """Also returns lines that are not fields, when a blank line ends them.

    They are one item of the type `BARE`, before the event that the same blank line
    ends, or after it if the event's `data` line came first.

    Args:
        max_event_size: Limit on the size of one event, in bytes.
        url: The URL without query, for the error about a larger one.
    """

    __slots__ = ("_bare", "_is_after_data", "_url")

    def __init__(self, max_event_size: int, url: str) -> None:
        super().__init__(max_event_size)
        self._url = url
        self._bare = bytearray()
        self._is_after_data = False

    def _process_field(self, line: bytes) -> None:
        if line.partition(b":")[0] in _FIELDS:
            super()._process_field(line)
        elif len(self._bare) < _LONGEST:
            if not self._bare:
                self._is_after_data = bool(self._data)
            self._bare += line[:_LONGEST] + b"\n"

    def _too_large(self) -> EventTooLargeError:
        limit = self._max_event_size
        msg = (
            f"{self._url} sent an event of more than {limit} bytes. Ask for less in "
            "one answer."
        )
        return EventTooLargeError(msg, limit=limit)

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
