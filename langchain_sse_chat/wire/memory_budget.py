"""Limit the memory for data that is kept until the end of an answer.

Text is emitted as it arrives, so the caller decides when it is enough. Other data grows
unseen until the end of the answer: other choices, unknown fields, tool calls without a
name. A server that sends these endlessly must not exhaust the memory.
"""

from __future__ import annotations

from langchain_sse_chat.errors import EventTooLargeError

KEPT_LIMIT = 128 * 1024 * 1024
"""Limit on the weight of the events of an answer that produce no output, in bytes.

Half an hour of audio in base64, 100,000 empty deltas, or 16 choices of 8,000 tokens."""

LARGE = 64 * 1024
"""Size in bytes from which an event counts even if it produces output. With top log
probabilities or search results an event has 2,000 to 30,000."""

_WEIGHT_OF_A_VALUE = 32
"""Bytes that a value takes in addition to its text; an empty object takes 64."""

_MOST_VALUES = 1_750_000
"""Values in one JSON text: 16 MiB of log probabilities have fewer, and `[[],[],…` of
that size would take 20 times its bytes."""


class MemoryBudget:
    """The memory that an answer may still use.

    Args:
        url: The URL without query, for error messages.
    """

    __slots__ = ("_left", "_url")

    def __init__(self, url: str) -> None:
        self._url = url
        self._left = KEPT_LIMIT

    def take(self, data: str) -> None:
        """Use memory for an event's data.

        Raises:
            EventTooLargeError: Too little is left, or the data holds more values
                than an event may.
        """
        self._left -= len(data) + _WEIGHT_OF_A_VALUE * self.count(data)
        if self._left < 0:
            msg = (
                f"{self._url} sent more than {KEPT_LIMIT} bytes in addition to its "
                "answer: other choices, unknown fields, or tool calls without a name. "
                "Ask for less in one answer."
            )
            raise EventTooLargeError(msg, limit=KEPT_LIMIT)

    def count(self, text: str) -> int:
        """Return the approximate number of values in a JSON text.

        Raises:
            EventTooLargeError: It holds more than an event may.
        """
        values = text.count(",") + text.count("[") + text.count("{")
        if values > _MOST_VALUES:
            msg = (
                f"{self._url} sent JSON with more than {_MOST_VALUES} values. Ask for "
                "less in one answer."
            )
            raise EventTooLargeError(msg, limit=_MOST_VALUES)
        return values
