"""How much an answer may make us keep before anybody sees it.

Text is given out as it comes, and who takes it decides when it is enough. What is kept
for the end of the answer is not seen to grow: other choices, fields that nobody knows,
tool calls without a name. A server that sends these without end must not fill the
memory.
"""

from __future__ import annotations

from langchain_sse_chat.errors import EventTooLargeError

KEPT_LIMIT = 128 * 1024 * 1024
"""Limit on the weight of the events of an answer that give nothing out, in bytes.

Half an hour of sound in base64, 100,000 empty deltas, or 16 choices of 8,000 tokens."""

LARGE = 64 * 1024
"""Bytes from which an event counts although it gives something out. With top log
probabilities or search results an event takes 2,000 to 30,000."""

_WEIGHT_OF_A_VALUE = 32
"""Bytes that a value takes beside its text: an empty object as much as 64."""

_MOST_VALUES = 1_750_000
"""Values in one JSON text: 16 MiB of log probabilities have no more, and `[[],[],…` of
that size would take 20 times its bytes."""


class MemoryBudget:
    """What is left of the room for an answer."""

    __slots__ = ("_left", "_url")

    def __init__(self, url: str) -> None:
        """Start an answer.

        Args:
            url: The URL without query, for the messages of errors.
        """
        self._url = url
        self._left = KEPT_LIMIT

    def take(self, data: str) -> None:
        """Take the room for an event's data.

        Raises:
            EventTooLargeError: There is not enough left, or the data holds more values
                than an event may.
        """
        self._left -= len(data) + _WEIGHT_OF_A_VALUE * self.count(data)
        if self._left < 0:
            msg = (
                f"{self._url} sent more than {KEPT_LIMIT} bytes in addition to its "
                "answer: other choices, unknown fields, or tool calls without a name."
            )
            raise EventTooLargeError(msg, limit=KEPT_LIMIT)

    def count(self, text: str) -> int:
        """Return about how many values a JSON text holds.

        Raises:
            EventTooLargeError: It holds more than an event may.
        """
        values = text.count(",") + text.count("[") + text.count("{")
        if values > _MOST_VALUES:
            msg = f"{self._url} sent JSON with more than {_MOST_VALUES} values."
            raise EventTooLargeError(msg, limit=_MOST_VALUES)
        return values
