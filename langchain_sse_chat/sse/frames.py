"""Fast reading of what chat servers send most: events of one `data: ` line.

Before it there may be a line with the event's type. Nothing here is needed for a right
answer. What has another form is refused, and the decoder reads it line by line.
"""

from __future__ import annotations

from langchain_sse_chat.sse.events import ServerSentEvent

_CR = 13
_LF = 10
_PREFIX = b"data: "
_EVENT = b"event: "
_LF_LF = b"\n\n"
_CRLF_CRLF = b"\r\n\r\n"

# What the constructor of a named tuple calls. That constructor is a Python function,
# and alone it would add a quarter to the cost of an event.
new_event = tuple.__new__


def read_frame(data: bytes, last_event_id: str) -> ServerSentEvent | None:
    """Return the event when `data` is one frame.

    Args:
        data: Bytes that begin where an event begins.
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
    # A line end that is left would be that of another line.
    if _LF in value or _CR in value:
        return None
    text = value.decode("utf-8", "replace")
    return new_event(ServerSentEvent, (event_type, text, last_event_id))


def find_frames(data: bytes, *, begins_event: bool) -> tuple[int, int] | None:
    """Return where in `data` there may be nothing but frames that begin alike.

    Args:
        data: Bytes from anywhere in a stream.
        begins_event: Whether an event begins where `data` does.

    Returns:
        The offsets of a stretch that begins like a frame where an event begins, and
        ends with a blank line; `None` when there is none.
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
    """Return the events of a stretch made of nothing but frames that begin alike.

    Args:
        stretch: What `find_frames` found.
        last_event_id: The ID of the events; frames do not change it.

    Returns:
        The events, or `None` when the stretch holds anything else.
    """
    blank_line = _blank_line(stretch)
    prefix = _prefix(stretch)
    if prefix is None:
        return None
    event_type = _event_type(prefix)
    # Decoding many lines at once gives what decoding each would: a line end is never
    # part of a UTF-8 sequence, and an unfinished sequence before it is replaced.
    text = stretch[len(prefix) : -len(blank_line)].decode("utf-8", "replace")
    values = text.split((blank_line + prefix).decode("utf-8", "replace"))
    # Each separator was the end of a line, a blank line and the beginning of the next
    # frame. A line end that is left would be that of another line.
    left = "".join(values)
    if "\n" in left or "\r" in left:
        return None
    return [new_event(ServerSentEvent, (event_type, v, last_event_id)) for v in values]


def _prefix(data: bytes) -> bytes | None:
    """Return all that comes before the value of the `data` line that begins a frame.

    It is `data: `, or that after a line with the event's type and LF.
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
    """Return the end of a line and the blank line after it, as in most of `data`."""
    return _CRLF_CRLF if _CR in data else _LF_LF
