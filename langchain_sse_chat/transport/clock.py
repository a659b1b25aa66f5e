"""Measure how long an answer may take.

Nothing here waits or does I/O, and no deadline reads the time itself: the caller passes
`now`. So one rule serves threads and event loops, and tests run without real time.
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
"""Seconds of a read whose deadline has passed. Not 0, which would make the socket
non-blocking: bytes that have already arrived may still be read."""

# `timeout=60` limits each phase of a request and the whole answer alike. The whole gets
# a little longer, so that the error names the phase that was slow.
_ENDS_LAST = 0.05


def monotonic() -> float:
    """Return the seconds on the clock of all deadlines.

    `time.monotonic` is looked up on each call and never stored: freezegun and similar
    libraries replace it, and two readings of different clocks cannot be compared.
    """
    return time.monotonic()


def wall_clock() -> float:
    """Return the seconds since the epoch; see `monotonic` for the lookup."""
    return time.time()


class Deadline:
    """The moment by which something must have ended."""

    __slots__ = ("at",)

    def __init__(self, at: float) -> None:
        """Set the deadline.

        Args:
            at: Seconds on the clock of `monotonic`; `inf` for no deadline.
        """
        self.at = at

    def remaining(self, now: float) -> float | None:
        """Return the seconds left, negative if it has passed, `None` if unlimited."""
        return None if self.at == math.inf else self.at - now


class Limits(dict[str, float | None]):
    """The timeouts of httpx's phases, each capped by the time left until a deadline.

    A lazy mapping and not a plain dict of seconds: httpcore looks a timeout up when its
    phase begins (https://www.python-httpx.org/advanced/extensions/#timeout), so the
    time that earlier phases took is already subtracted.
    """

    def __init__(
        self,
        limits: Mapping[str, float | None],
        deadline: Deadline,
        now: Callable[[], float],
    ) -> None:
        """Cap the timeouts of phases.

        Args:
            limits: Seconds by phase: `connect`, `write`, `pool`, `read`.
            deadline: The deadline for all phases together.
            now: The clock, such as `monotonic`.
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
        """Return the timeout of a phase that begins now, `None` for no limit."""
        try:
            return self[phase]
        except KeyError:
            return default


class StreamClock(Deadline):
    """The deadline of one answer: until the first progress, then from each to the next.

    Only progress moves the deadline. Bytes alone do not, as they do with the read
    timeout of HTTP libraries: OpenRouter and others send keep-alive comments while the
    model hangs, and would hold the caller forever. An answer that is not streamed has
    one deadline for the whole.
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
            streamed: Whether the request asks for an event stream.
            url: The URL, safe to show in a message.
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
        """Record progress of the answer: the gap starts again at `now`."""
        if self._streamed:
            self.phase = "gap"
            self.at = now + self._gap

    def stop(self) -> None:
        """Expire for good, because the model was closed."""
        self.at = self._gap = -math.inf

    @property
    def is_stopped(self) -> bool:
        """Whether the model was closed."""
        return self._gap == -math.inf

    def expired(self, now: float) -> SSEChatError | None:
        """Return the error if the deadline has passed, else `None`."""
        return self.timed_out() if now >= self.at else None

    def timed_out(self) -> SSEChatError:
        """Return the error that names the timeout and how to change it."""
        if self.is_stopped:
            return ModelClosedError(_CLOSED.format(url=self._url))
        seconds = getattr(self._timeouts, self.phase)
        msg = _MESSAGES[self.phase].format(url=self._url, seconds=seconds)
        return TimedOutError(msg, phase=self.phase)


_CLOSED = (
    "The model was closed while it waited for {url}: by `close()`, `aclose()` or the "
    "end of a `with` block, perhaps in another task or thread. The server is not at "
    "fault. Close a model after its calls have ended; it can be used again."
)

_MESSAGES: dict[TimeoutPhase, str] = {
    "first_token": (
        "{url} sent no token within {seconds} s of the request. The model may be "
        "loading, or thinking without sending anything. Raise `first_token_timeout` "
        "(None switches it off)."
    ),
    "gap": (
        "{url} sent no more tokens for {seconds} s, although the connection is open. "
        "Raise `stream_chunk_timeout` if the model pauses that long (None switches it "
        "off)."
    ),
    "read": (
        "{url} did not finish its answer within {seconds} s. Raise `timeout` (None "
        "switches it off). A chat model can stream the answer instead."
    ),
}
