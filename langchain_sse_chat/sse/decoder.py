"""Decode bytes to events, as the standard parses and interprets event streams.

https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

Bytes are split into lines, and complete lines are decoded. A line end is never part of
a UTF-8 sequence, so the text equals that of the decoded stream for any split of the
bytes.
"""

from __future__ import annotations

import sys
from codecs import BOM_UTF8

from langchain_sse_chat.errors import ConfigurationError, EventTooLargeError
from langchain_sse_chat.sse.events import ServerSentEvent
from langchain_sse_chat.sse.frames import (
    find_frames,
    new_event,
    read_frame,
    read_frames,
)

FIELDS = frozenset({b"data", b"event", b"id", b"retry"})
"""The names of the fields of an event."""

_LF = 10
_CR = 13
_NUL = 0

# An event with a base64 image has several MiB; the default limit of httpx2 2.16, 1 MiB,
# would reject it.
_DEFAULT_MAX_EVENT_SIZE = 16 * 1024 * 1024

# A longer number does not fit in a float, and `int()` rejects very long ones.
_MAX_RETRY_DIGITS = sys.float_info.max_10_exp

# In fewer bytes, searching for frames costs more than it saves.
_WORTH_A_SEARCH = 512


class SSEDecoder:
    """Decodes the bytes of one event stream, split anywhere, to its events.

    Events are dispatched as the standard requires of browsers, with one addition:
    `close` dispatches a last event without a blank line after it. `feed` returns an
    event as soon as it gets its last byte. Time and memory are linear in the number of
    bytes, regardless of the size of the reads.

    Args:
        max_event_size: Limit on the size of one event: the bytes of its lines,
            including comments but not line ends. Default: 16 MiB.

    Raises:
        ConfigurationError: `max_event_size` is less than 1.
    """

    __slots__ = (
        "_after_cr",
        "_at_start",
        "_closed",
        "_data",
        "_event_type",
        "_failed",
        "_id",
        "_last_event_id",
        "_line",
        "_max_event_size",
        "_reconnection_time",
        "pending",
    )

    def __init__(self, max_event_size: int = _DEFAULT_MAX_EVENT_SIZE) -> None:
        if max_event_size < 1:
            msg = f"max_event_size must be at least 1 byte, not {max_event_size!r}."
            raise ConfigurationError(msg)
        self._max_event_size = max_event_size
        self._reconnection_time: int | None = None
        self._last_event_id = ""
        # The buffers of the standard. They are byte arrays, because an object for each
        # `data` line or piece of a line would need many times the memory of its bytes.
        self._data = bytearray()
        self._event_type = ""
        self._id = ""
        # The unfinished line.
        self._line = bytearray()
        self.pending = 0
        """The size of the unfinished event so far, in bytes; 0 between events."""
        self._at_start = True
        self._after_cr = False
        self._closed = False
        self._failed = False

    @property
    def last_event_id(self) -> str:
        """The last event ID string, as of the last blank line; empty when not set."""
        return self._last_event_id

    @property
    def reconnection_time(self) -> int | None:
        """Milliseconds to wait before reconnecting; `None` if the stream did not say.

        A number of more than 308 digits is ignored.
        """
        return self._reconnection_time

    def feed(self, data: bytes) -> list[ServerSentEvent]:
        """Return the events that the next bytes of the stream complete.

        Args:
            data: Any number of bytes, split anywhere.

        Raises:
            EventTooLargeError: An event is larger than `max_event_size`. Events that
                the same bytes completed before it are returned first; the error then
                comes from the next call. Buffered data is dropped, and all later calls
                raise the error again.
            ValueError: The decoder is closed.
        """
        if not (self.pending or self._closed) and len(data) <= self._max_event_size:
            if data[:6] == b"data: " and data[-2:] == b"\n\n":
                # Same as `read_frame`, without a call, because nearly all reads are one
                # such frame.
                value = data[6:-2]
                if _LF not in value and _CR not in value:
                    self._at_start = self._after_cr = False
                    text = value.decode("utf-8", "replace")
                    return [
                        new_event(
                            ServerSentEvent, ("message", text, self._last_event_id)
                        )
                    ]
            event = read_frame(data, self._last_event_id)
            if event is not None:
                self._at_start = self._after_cr = False
                return [event]
        if self._failed:
            raise self._too_large()
        if self._closed:
            msg = "The decoder is closed. Use a new one for another stream."
            raise ValueError(msg)
        events: list[ServerSentEvent] = []
        try:
            self._read(data, events)
        except EventTooLargeError:
            self._failed = True
            self._line.clear()
            self._data.clear()
            self._event_type = self._id = ""
            if not events:
                raise
        return events

    def close(self) -> list[ServerSentEvent]:
        """Return the last event if the stream ended within it; close the decoder.

        The standard drops such an event. Here it is dispatched as if a line end and a
        blank line followed, because some servers never send them. A second call returns
        an empty list.

        Raises:
            EventTooLargeError: An event of the stream is larger than `max_event_size`.
        """
        if self._failed:
            raise self._too_large()
        self._closed = True
        events: list[ServerSentEvent] = []
        self._read_lines(b"\n\n", events)
        return events

    def _read(self, data: bytes, events: list[ServerSentEvent]) -> None:
        """Add the events that `data` completes, and frames among them in one go."""
        if self._at_start:
            data = self._without_bom(data)
        if self.pending and data and _LF not in data and _CR not in data:
            # Part of a large event.
            self._after_cr = False
            self._hold(data)
            return
        # Within this limit, no frame can be too large.
        if _WORTH_A_SEARCH <= len(data) <= self._max_event_size:
            found = find_frames(data, begins_event=not self.pending)
            if found is not None:
                start, end = found
                self._read_lines(data[:start], events)
                frames = read_frames(data[start:end], self._last_event_id)
                if frames is None:
                    self._read_lines(data[start:end], events)
                else:
                    events += frames
                    self._after_cr = False
                data = data[end:]
        self._read_lines(data, events)

    def _without_bom(self, data: bytes) -> bytes:
        """Return the beginning of the stream without its byte order mark.

        A possible beginning of the mark is kept in `_line`.
        """
        data = bytes(self._line) + data
        self._line.clear()
        self.pending = 0
        if len(data) < len(BOM_UTF8) and BOM_UTF8.startswith(data):
            self._line += data
            self.pending = len(data)
            return b""
        self._at_start = False
        return data.removeprefix(BOM_UTF8)

    def _read_lines(self, data: bytes, events: list[ServerSentEvent]) -> None:
        """Add the events that `data` completes, read line by line."""
        if self._after_cr or _CR in data:
            data = self._to_line_feeds(data)
        lines = data.split(b"\n")
        unfinished = lines.pop()
        if lines and self._line:
            self.pending -= len(self._line)
            lines[0] = bytes(self._line) + lines[0]
            self._line.clear()
        buffer = self._data
        for line in lines:
            if not line:
                self._dispatch(events)
                continue
            self._grow(len(line))
            if line[:5] == b"data:":
                buffer += line[6:] if line[5:6] == b" " else line[5:]
                buffer += b"\n"
            else:
                self._process_field(line)
        if unfinished:
            self._hold(unfinished)

    def _hold(self, piece: bytes) -> None:
        """Keep part of an unfinished line."""
        self._grow(len(piece))
        self._line += piece

    def _to_line_feeds(self, data: bytes) -> bytes:
        """Return `data` with LF for each line end.

        CR ends a line immediately; an LF after it, even in the next read, belongs to
        the same line end.
        """
        if self._after_cr and data:
            data = data.removeprefix(b"\n")
            self._after_cr = False
        if _CR in data:
            self._after_cr = data.endswith(b"\r")
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return data

    def _grow(self, size: int) -> None:
        """Count bytes of the event before they are kept."""
        self.pending += size
        if self.pending > self._max_event_size:
            raise self._too_large()

    def _process_field(self, line: bytes) -> None:
        """Process a line that is not blank; a comment is a field without a name."""
        name, _, value = line.partition(b":")
        if value[:1] == b" ":
            value = value[1:]
        if name == b"data":  # without a colon: lines with one were handled before
            self._data += b"\n"
        elif name == b"event":
            self._event_type = value.decode("utf-8", "replace")
        elif name == b"id":
            if _NUL not in value:
                self._id = value.decode("utf-8", "replace")
        # For bytes, unlike text, `isdigit` accepts only ASCII digits.
        elif name == b"retry" and value.isdigit():
            digits = value.lstrip(b"0") or b"0"
            if len(digits) <= _MAX_RETRY_DIGITS:
                self._reconnection_time = int(digits)

    def _dispatch(self, events: list[ServerSentEvent]) -> None:
        """Process a blank line: add the event, unless it has no `data` line."""
        self._last_event_id = self._id
        if self._data:
            self._data.pop()
            data = self._data.decode("utf-8", "replace")
            self._data.clear()
            event_type = self._event_type or "message"
            events.append(ServerSentEvent(event_type, data, self._last_event_id))
        self._event_type = ""
        self.pending = 0

    def _too_large(self) -> EventTooLargeError:
        msg = (
            f"The stream has an event of more than {self._max_event_size} bytes, the "
            "`max_event_size` of its decoder."
        )
        return EventTooLargeError(msg, limit=self._max_event_size)
