"""How far a call has come: over all of its attempts, and all endpoints."""

from __future__ import annotations

from typing import Any, Generic, TypeVar, cast

from langchain_sse_chat.answer.pipeline import partial_message
from langchain_sse_chat.errors import SSEChatError
from langchain_sse_chat.exchange.resumed_answer import ResumedAnswer
from langchain_sse_chat.wire.deltas import AnswerMessage, Assembler

OutputT = TypeVar("OutputT")


class CallState(Generic[OutputT]):
    """What the attempts of a call have in common."""

    def __init__(self, assembler: Assembler[OutputT], *, joins: bool) -> None:
        """Start a call.

        Args:
            assembler: Makes the outputs.
            joins: Whether a broken answer may be resumed.
        """
        self._assembler = assembler
        self._joined = ResumedAnswer(assembler) if joins else None
        self._last: AnswerMessage | None = None
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
        return self._joined.text if self._joined else ""

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

    def assembler(self) -> Assembler[OutputT]:
        """Return the assembler for the next attempt."""
        if self._joined is not None and not self.begun:
            self._joined = ResumedAnswer(self._assembler)
        return self._joined or self._assembler

    def can_go_on(self, message: AnswerMessage | None = None) -> bool:
        """Whether the answer can be gone on with.

        Args:
            message: The attempt's message as far as it came; `None` for that with which
                the last attempt broke.
        """
        if self._joined is None or self._is_over:
            return False
        return self._joined.can_be_joined(message or self._last)

    def broke(
        self, error: SSEChatError, message: AnswerMessage | None, *, gave: bool
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
        if self._joined is not None and self.begun:
            error.partial = partial_message(self._joined.partial(message))

    def go_on(self, least_overlap: int | None) -> None:
        """Learn that another attempt goes on with the answer.

        Args:
            least_overlap: How many characters of the text must be repeated to be left
                out; `None` when nothing is.
        """
        # Only an answer that may be resumed comes here: see `can_go_on`.
        cast("ResumedAnswer[OutputT]", self._joined).broke(self._last, least_overlap)
        self._last = None
        if self._gave:
            self._seams.append(len(self.text))
        self._gave = False
