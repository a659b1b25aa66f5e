"""How a reply is sent, whatever it says: pace, faults and ends."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

Ending = Literal["end", "truncate", "reset", "stall"]
"""What follows the last event that is sent: the regular end of the body, the end of the
connection inside the body, a TCP reset, or nothing at all."""


class ReplyOptions(TypedDict, total=False):
    """How a reply is sent; every constructor of `Reply` takes these as keywords.

    An event is one event of a stream; a document (JSON, HTML) counts as one event.
    Times are in seconds. At most one of `cut_after`, `reset_after`, `truncate_after`,
    `stall_after` and `hang_after_done` may be given.
    """

    headers: Mapping[str, str | None]
    """Response headers over the server's own; `None` leaves a header out."""
    head_delay: float
    """Time before the status line."""
    first_delay: float
    """Time between the response headers and the first event."""
    delay: float
    """Time before each event after the first."""
    delays: Sequence[float]
    """Time before each event, over `first_delay` and `delay`. One more is the time
    before the end."""
    gate: threading.Semaphore | None
    """Each event waits for one `release()`."""
    keepalive: float | None
    """Interval of the comments that a stream sends while it waits."""
    write_size: int | None
    """Largest number of body bytes in one write and one HTTP chunk."""
    merge: bool
    """Whether all events leave in one write and one HTTP chunk."""
    cut_after: int | None
    """After so many events the body ends as if it were complete."""
    reset_after: int | None
    """After so many events the connection is reset (TCP RST)."""
    truncate_after: int | None
    """After so many events and a half, the connection is closed inside the body."""
    stall_after: int | None
    """After so many events nothing more is sent, but the connection stays open."""
    hang_after_done: bool
    """Whether the body is left without its end after the last event."""
    headless: bool
    """Whether not even the status line is sent; with `reset_after`, `truncate_after` or
    `stall_after`."""
    close: bool
    """Whether the connection is closed after the reply."""
