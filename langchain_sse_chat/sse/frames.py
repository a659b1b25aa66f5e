"""Read the commonest events fast: those with a single `data: ` line.

A line with the event's type may precede it. Nothing here is needed for correctness: any
other form is rejected, and the decoder reads it line by line.
"""

from __future__ import annotations

from langchain_sse_chat.sse.events import ServerSentEvent

_CR = 13
_LF = 10
_PREFIX = b"data: "
_EVENT = b"event: "
_LF_LF = b"\n\n"
_CRLF_CRLF = b"\r\n\r\n"

# The constructor of a named tuple calls this. That constructor is a Python function and
# would add a quarter to the cost of an event.
new_event = tuple.__new__


def read_frame(data: bytes, last_event_id: str) -> ServerSentEvent | None:
    """Return the event when `data` is one frame.

    Args:
        data: Bytes that start at the start of an event.
        last_event_id: The ID of the event; a frame does not change it.

    Returns:
        The event, or `None` when `data` is anything else, or mixes LF and CRLF.
    """
    if data[-2:] == _LF_LF:
        end = -2
    elif data[-4:] == _CRLF_CRLF:
        end = -4
    else:
        return None
    if data[:6] == _PREFIX:
        event_type, value = "message", data[6:end]
    else:
        prefix = _prefix(data)
        if prefix is None:
            return None
        event_type, value = _event_type(prefix), data[len(prefix) : end]
    # A remaining line end would belong to another line.
    if _LF in value or _CR in value:
        return None
    text = value.decode("utf-8", "replace")
    return new_event(ServerSentEvent, (event_type, text, last_event_id))


def find_frames(data: bytes, *, begins_event: bool) -> tuple[int, int] | None:
    """Return the range of `data` that may hold only frames with the same prefix.

    Args:
        data: Bytes from anywhere in a stream.
        begins_event: Whether `data` starts at the start of an event.

    Returns:
        The offsets of a range that starts with a frame at the start of an event and
        ends with a blank line; `None` if there is none.
    """
    blank_line = _blank_line(data)
    start = 0
    if not begins_event or _prefix(data) is None:
        found = data.find(blank_line + _PREFIX)
        if found < 0:
            found = data.find(blank_line + _EVENT)
        if found < 0:
            return None
        start = found + len(blank_line)
    last = data.rfind(blank_line, start)
    return None if last < 0 else (start, last + len(blank_line))


def read_frames(stretch: bytes, last_event_id: str) -> list[ServerSentEvent] | None:
    """Return the events of a range that holds only frames with the same prefix.

    Args:
        stretch: A range from `find_frames`.
        last_event_id: The ID of the events; frames do not change it.

    Returns:
        The events, or `None` if the range holds anything else.
    """
    blank_line = _blank_line(stretch)
    prefix = _prefix(stretch)
    if prefix is None:
        return None
    event_type = _event_type(prefix)
    # Decoding many lines together gives the same text as decoding each: a line end is
    # never part of a UTF-8 sequence, and an incomplete sequence before it is replaced.
    text = stretch[len(prefix) : -len(blank_line)].decode("utf-8", "replace")
    values = text.split((blank_line + prefix).decode("utf-8", "replace"))
    # Each separator was a line end, a blank line and the start of the next frame. A
    # remaining line end would belong to another line.
    left = "".join(values)
    if "\n" in left or "\r" in left:
        return None
    return [new_event(ServerSentEvent, (event_type, v, last_event_id)) for v in values]


def _prefix(data: bytes) -> bytes | None:
    """Return everything before the value of the `data` line of the first frame.

    That is `data: `, perhaps after a line with the event's type that ends in LF.
    """
    if data[:6] == _PREFIX:
        return _PREFIX
    end = data.find(_LF)
    if data[:7] != _EVENT or data[end + 1 : end + 7] != _PREFIX:
        return None
    prefix = data[: end + 7]
    return None if _CR in prefix else prefix


def _event_type(prefix: bytes) -> str:
    return prefix[7:-7].decode("utf-8", "replace") or "message"


def _blank_line(data: bytes) -> bytes:
    """Return a line end and a blank line, with the line ends of `data`."""
    return _CRLF_CRLF if _CR in data else _LF_LF
