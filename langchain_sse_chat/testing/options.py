"""Define how a reply is sent: pace, faults and ends."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

Ending = Literal["end", "truncate", "reset", "stall"]
"""The end after the last event sent: the regular end of the body, the end of the
connection inside the body, a TCP reset, or nothing at all."""


class ReplyOptions(TypedDict, total=False):
    """How a reply is sent; all constructors of `Reply` accept these keywords.

    An event is one event of a stream; a document (JSON, HTML) counts as one event.
    Times are in seconds. At most one of `cut_after`, `reset_after`, `truncate_after`,
    `stall_after` and `hang_after_done` may be given.
    """

    headers: Mapping[str, str | None]
    """Response headers that replace the server's own; `None` removes a header."""
    head_delay: float
    """Time before the status line."""
    first_delay: float
    """Time between the response headers and the first event."""
    delay: float
    """Time before each event after the first."""
    delays: Sequence[float]
    """Time before each event; replaces `first_delay` and `delay`. One more is the time
    before the end."""
    gate: threading.Semaphore | None
    """Each event waits for one `release()`."""
    keepalive: float | None
    """Interval of the comments that a stream sends while waiting."""
    write_size: int | None
    """Maximum of body bytes in one write and one HTTP chunk."""
    merge: bool
    """Whether to send all events in one write and one HTTP chunk."""
    cut_after: int | None
    """Number of events after which the body ends as if it were complete."""
    reset_after: int | None
    """Number of events after which the connection is reset (TCP RST)."""
    truncate_after: int | None
    """Number of events after which, inside the next one, the connection is closed."""
    stall_after: int | None
    """Number of events after which nothing is sent, on an open connection."""
    hang_after_done: bool
    """Whether to omit the end of the body after the last event."""
    headless: bool
    """Whether to omit even the status line; with `reset_after`, `truncate_after` or
    `stall_after`."""
    close: bool
    """Whether to close the connection after the reply."""
