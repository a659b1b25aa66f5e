"""Keep the events of one answer, numbered, up to a size."""

from __future__ import annotations

from collections.abc import Iterable

_BLANK_LINE = b"\n\n"


def split_events(data: bytes) -> list[bytes]:
    """Return the events in bytes of whole events, without the blank lines at the end.

    A line break in data is another `data` line, so that there are no blank lines in an
    event.
    """
    events = data.split(_BLANK_LINE)
    events.pop()
    return events


class EventsDropped(Exception):  # noqa: N818  the name says what happened
    """Events that a reader needs are no longer kept."""


class EventLog:
    """The events of an answer.

    Args:
        answer_id: Stands in the ID of each event.
        limit: The most bytes that are kept. The oldest events are dropped beyond it,
            but not those that came last, all together: no reader has them yet.
    """

    def __init__(self, answer_id: str, limit: int) -> None:
        self.size = 0
        """The bytes of the events that are kept."""
        self._prefix = f"id: {answer_id}.".encode()
        self._limit = limit
        self._events: list[bytes] = []
        self._dropped = 0

    @property
    def last(self) -> int:
        """The number of the last event, 0 before the first one."""
        return self._dropped + len(self._events)

    @property
    def first(self) -> int:
        """The number of the first event that is kept, 1 before there is one."""
        return self._dropped + 1

    def append(self, events: Iterable[bytes]) -> None:
        """Keep more events, which are without IDs and blank lines at the end."""
        prefix = self._prefix
        number = self.last
        known = len(self._events)
        for event in events:
            number += 1
            named = b"%b%d\n%b\n\n" % (prefix, number, event)
            self._events.append(named)
            self.size += len(named)
        if self.size > self._limit:
            self._drop(known)

    def after(self, number: int) -> bytes:
        """Return the events after the one of a number, ready to be sent.

        Raises:
            EventsDropped: The next event is no longer kept.
        """
        if number < self._dropped:
            raise EventsDropped
        return b"".join(self._events[number - self._dropped :])

    def part(self, number: int, limit: int) -> tuple[bytes, int]:
        """Return events after the one of a number, and the number of their last one.

        Args:
            number: At least that of the last event that was dropped.
            limit: The most bytes, if it is more than one event.
        """
        events: list[bytes] = []
        size = 0
        for event in self._events[number - self._dropped :]:
            size += len(event)
            if events and size > limit:
                break
            events.append(event)
        return b"".join(events), number + len(events)

    def _drop(self, most: int) -> None:
        # A quarter more than needed, so that it is seldom done.
        wanted = self._limit * 3 // 4
        count = 0
        for event in self._events[:most]:
            if self.size <= wanted:
                break
            self.size -= len(event)
            count += 1
        del self._events[:count]
        self._dropped += count
