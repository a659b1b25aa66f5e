"""Name the events of kept answers.

A reader that comes back sends the ID of the last event that it has, in the header
`Last-Event-ID`: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

_FORM = re.compile(r"(?P<answer>[A-Za-z0-9_-]{16,64})\.(?P<number>[0-9]{1,9}|end)")
_LAST = 999_999_999
"""The number of the last event for a reader that must not come back."""


def new_answer_id() -> str:
    """Return an ID that nobody can guess."""
    return secrets.token_urlsafe(18)


@dataclass(frozen=True, slots=True)
class EventId:
    """The place of an event: `<answer>.<number>`."""

    answer: str
    """The ID of the answer."""
    number: int
    """The number of the event, from 1; 0 for the place before the first one."""

    def __str__(self) -> str:
        """Return the text that is sent."""
        return f"{self.answer}.{'end' if self.is_end else self.number}"

    @property
    def is_end(self) -> bool:
        """Whether nothing comes after it."""
        return self.number == _LAST

    @classmethod
    def parse(cls, text: str) -> EventId | None:
        """Return the ID in a `Last-Event-ID` header, `None` for any other text."""
        found = _FORM.fullmatch(text)
        if found is None:
            return None
        number = found["number"]
        return cls(found["answer"], _LAST if number == "end" else int(number))

    @classmethod
    def end(cls, answer: str) -> EventId:
        """Return the ID of an event after which nothing comes."""
        return cls(answer, _LAST)
