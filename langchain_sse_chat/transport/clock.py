"""The clock, and how long an answer may take.

No I/O, and no waiting: deadlines are told the time.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import TypeVar, overload

from langchain_sse_chat.errors import (
    ModelClosedError,
    SSEChatError,
    TimedOutError,
    TimeoutPhase,
)
from langchain_sse_chat.transport.protocols import Timeouts

OtherT = TypeVar("OtherT")

MIN_TIMEOUT = 0.001
"""Seconds for what is past its deadline: bytes that are there may still be taken, and 0
would make a socket non-blocking, where they are an error."""

# A part of the request may have the same limit as a whole answer: it ends first, so
# that the error names it.
_ENDS_LAST = 0.05


def monotonic() -> float:
    """Return the seconds on the clock of all deadlines.

    Looked up each time, never bound to a default: under freezegun and the like, all
    readings must come from the same clock.
    """
    return time.monotonic()


def wall_clock() -> float:
    """Return the seconds since the epoch, looked up each time."""
    return time.time()


class Deadline:
    """A moment up to which something may take."""

    __slots__ = ("at",)

    def __init__(self, at: float) -> None:
        """Set the moment in seconds on the clock of `monotonic`; `inf` is never.

        Args:
            at: The moment.
        """
        self.at = at

    def remaining(self, now: float) -> float | None:
        """Return the seconds left, negative when past, `None` when there is no end."""
        return None if self.at == math.inf else self.at - now


class Limits(dict[str, float | None]):
    """httpx's limits by phase, none of which outlasts a deadline.

    httpcore asks for a phase's limit when the phase begins
    (https://www.python-httpx.org/advanced/extensions/#timeout), so that the time of
    those before it is taken off.
    """

    def __init__(
        self,
        limits: Mapping[str, float | None],
        deadline: Deadline,
        now: Callable[[], float],
    ) -> None:
        """Lay a deadline over limits.

        Args:
            limits: Seconds by phase: `connect`, `write`, `pool`, `read`.
            deadline: The end of all phases together.
            now: The clock, as `monotonic`.
        """
        super().__init__(limits)
        self._deadline = deadline
        self._now = now

    def __getitem__(self, phase: str) -> float | None:
        limit = super().__getitem__(phase)
        left = self._deadline.remaining(self._now())
        if left is None:
            return limit
        return max(MIN_TIMEOUT, left if limit is None else min(limit, left))

    @overload
    def get(self, phase: str, default: None = None, /) -> float | None: ...

    @overload
    def get(self, phase: str, default: OtherT, /) -> float | OtherT | None: ...

    def get(
        self, phase: str, default: OtherT | None = None, /
    ) -> float | OtherT | None:
        """Return the seconds for a phase that begins now, `None` for no limit."""
        try:
            return self[phase]
        except KeyError:
            return default


class StreamClock(Deadline):
    """The clock of one answer: to the first progress, then from progress to progress.

    Only progress moves it on. Keep-alive comments do not, or a server that trickles
    them would hold a caller for ever. An answer that is not streamed has one deadline
    for the whole.
    """

    __slots__ = ("_gap", "_streamed", "_timeouts", "_url", "phase")

    def __init__(
        self,
        timeouts: Timeouts,
        now: float,
        *,
        streamed: bool = True,
        url: str = "the server",
    ) -> None:
        """Start the clock.

        Args:
            timeouts: The limits.
            now: Seconds on the clock of `monotonic`.
            streamed: Whether an event stream was asked for.
            url: The URL as it may stand in a message.
        """
        self._timeouts = timeouts
        self._streamed = streamed
        self._url = url
        self._gap = math.inf if timeouts.gap is None else timeouts.gap
        self.phase: TimeoutPhase = "first_token" if streamed else "read"
        seconds = timeouts.first_token if streamed else timeouts.read
        if seconds is not None and not streamed:
            seconds += _ENDS_LAST
        super().__init__(math.inf if seconds is None else now + seconds)

    def progressed(self, now: float) -> None:
        """Learn that the answer made progress: the gap counts anew from `now`."""
        if self._streamed:
            self.phase = "gap"
            self.at = now + self._gap

    def stop(self) -> None:
        """Run out for good, because the model was closed."""
        self.at = self._gap = -math.inf

    @property
    def is_stopped(self) -> bool:
        """Whether the model was closed."""
        return self._gap == -math.inf

    def expired(self, now: float) -> SSEChatError | None:
        """Return the error for a clock that has run out, `None` when it has not."""
        return self.timed_out() if now >= self.at else None

    def timed_out(self) -> SSEChatError:
        """Return the error that says which clock ran out and how to set it."""
        if self.is_stopped:
            return ModelClosedError(_CLOSED.format(url=self._url))
        seconds = getattr(self._timeouts, self.phase)
        msg = _MESSAGES[self.phase].format(url=self._url, seconds=seconds)
        return TimedOutError(msg, phase=self.phase)


_CLOSED = (
    "The model was closed while it waited for {url}: by `close()`, `aclose()` or the "
    "end of a `with` block, maybe in another task or thread. The server is not to "
    "blame. Close a model when its calls have ended; it can be used again."
)

_MESSAGES: dict[TimeoutPhase, str] = {
    "first_token": (
        "{url} sent no token within {seconds} s of the request. The model may be "
        "loading, or thinking without a sign of it; raise `first_token_timeout` "
        "(None switches it off)."
    ),
    "gap": (
        "{url} sent no further token for {seconds} s, though the connection is "
        "open. Raise `stream_chunk_timeout` if the model pauses that long (None "
        "switches it off)."
    ),
    "read": (
        "{url} did not finish its answer within {seconds} s. Raise `timeout`, or "
        "stream the answer (None switches it off)."
    ),
}
