"""How far a call has come: over all of its attempts, and all endpoints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from langchain_sse_chat.convert.joined import JoinedAnswer
from langchain_sse_chat.errors import SSEChatError
from langchain_sse_chat.pipeline import Assembler, partial_message
from langchain_sse_chat.wire.chunks import WireMessage

OutputT = TypeVar("OutputT")


class Course(Generic[OutputT]):
    """What the attempts of a call have in common."""

    def __init__(
        self, make_assembler: Callable[[], Assembler[OutputT]], *, joins: bool
    ) -> None:
        """Start a call.

        Args:
            make_assembler: Makes what makes the outputs. What one made that gave
                nothing out is thrown away.
            joins: Whether an answer that breaks may be gone on with.
        """
        self._make_assembler = make_assembler
        self._joins = joins
        self._joined = JoinedAnswer(make_assembler())
        self._last: WireMessage | None = None
        self._gave = False
        self._is_over = False
        self.attempts = 0
        """How often the call was tried."""
        self._seams: list[int] = []
        self.begun = False
        """Whether anything was given out: from then on nothing may be repeated."""
        self.has_fallback = False
        """Whether there is another endpoint to go to."""
        self.broken_by: SSEChatError | None = None
        """What the answer broke with last, `None` while it has not."""

    @property
    def text(self) -> str:
        """All text that was given out."""
        return self._joined.text

    @property
    def notes(self) -> dict[str, Any]:
        """What the metadata of the message says of the attempts."""
        notes: dict[str, Any] = {}
        if self.attempts > 1:
            notes["attempts"] = self.attempts
        if self._seams:
            notes["resumed"] = len(self._seams)
            notes["resumed_at"] = list(self._seams)
        return notes

    def assembler(
        self, decorated: Callable[[Assembler[OutputT]], Assembler[OutputT]]
    ) -> Assembler[OutputT]:
        """Return the assembler for the next attempt.

        Args:
            decorated: Adds what the endpoint needs to an assembler.
        """
        if not self._joins:
            return decorated(self._make_assembler())
        if not self.begun:
            self._joined = JoinedAnswer(decorated(self._make_assembler()))
        return self._joined

    def can_go_on(self, message: WireMessage | None = None) -> bool:
        """Whether the answer can be gone on with.

        Args:
            message: The attempt's message as far as it came; `None` for that with which
                the last attempt broke.
        """
        if not self._joins or self._is_over:
            return False
        return self._joined.can_be_joined(message or self._last)

    def broke(
        self, error: SSEChatError, message: WireMessage | None, *, gave: bool
    ) -> None:
        """Learn that an attempt failed; put the whole answer so far on the error.

        Args:
            error: What it failed with.
            message: Its message as far as it came, `None` when nothing did.
            gave: Whether it gave anything out.
        """
        self._last = message
        if gave:
            self.begun = self._gave = True
            self.broken_by = error
            self._is_over = not error.is_retryable
        if self._joins and self.begun:
            error.partial = partial_message(self._joined.partial(message))

    def go_on(self, least_overlap: int | None) -> None:
        """Learn that another attempt goes on with the answer.

        Args:
            least_overlap: How many characters of the text must be repeated to be left
                out; `None` when nothing is.
        """
        self._joined.broke(self._last, least_overlap)
        self._last = None
        if self._gave:
            self._seams.append(len(self.text))
        self._gave = False
