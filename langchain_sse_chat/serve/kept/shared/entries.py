"""Write and read the entries of an answer in Redis.

The ID of an entry with events is `<number of the last of them>-0`. The last entry is
the end, `<number of the last event>-1`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from langchain_sse_chat.serve.ending import COMPLETE
from langchain_sse_chat.serve.failure.failure import Failure
from langchain_sse_chat.serve.kept.event_log import EventsDropped, split_events

EVENTS = b"e"
"""The field with events."""
END = b"end"
"""The field with the ending, and the failure of an answer without events."""

Reply = Iterable[tuple[bytes, Mapping[bytes, bytes]]]
"""Entries as `redis` returns them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry."""

    last: int
    """The number of its last event; of the last event of all, for the end."""
    events: bytes = b""
    is_end: bool = False
    ending: str = COMPLETE
    """Of the end: how the answer ended, as logs name it."""
    failure: Failure | None = None
    """The failure of an answer without events."""

    def after(self, number: int) -> bytes:
        """Return the events after the one of a number.

        Raises:
            EventsDropped: The next event is in none of the entries.
        """
        if number >= self.last:
            return b""
        count = self.events.count(b"\n\n")
        known = number - (self.last - count)
        if known < 0:
            raise EventsDropped
        if known == 0:
            return self.events
        return b"".join(b"%b\n\n" % one for one in split_events(self.events)[known:])


def events_id(last: int) -> str:
    """Return the ID of an entry with events."""
    return f"{last}-0"


def end_id(last: int) -> str:
    """Return the ID of the end."""
    return f"{last}-1"


def number_of(entry_id: str) -> int:
    """Return the number of the last event of an entry; 0 for no entry."""
    return int(entry_id.partition("-")[0] or 0)


def is_end(entry_id: str) -> bool:
    """Return whether the ID is that of an end."""
    return entry_id.endswith("-1")


def end_of(ending: str, failure: Failure | None) -> bytes:
    """Return the content of the end.

    Args:
        ending: How the answer ended, as logs name it.
        failure: The failure of an answer without events.
    """
    shown = failure and asdict(failure)
    return json.dumps({"ending": ending, "failure": shown}).encode()


def entries_of(reply: Reply) -> list[Entry]:
    """Return the entries in a reply."""
    return [_entry(entry_id.decode(), fields) for entry_id, fields in reply]


def _entry(entry_id: str, fields: Mapping[bytes, bytes]) -> Entry:
    last = number_of(entry_id)
    if END not in fields:
        return Entry(last, fields[EVENTS])
    end = json.loads(fields[END])
    failure = end["failure"] and Failure(**end["failure"])
    return Entry(last, is_end=True, ending=end["ending"], failure=failure)
