"""How far a call has come: over all of its attempts, and all endpoints."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from langchain_sse_chat.answer.pipeline import partial_message
from langchain_sse_chat.errors import SSEChatError
from langchain_sse_chat.exchange.resumed_answer import ResumedAnswer
from langchain_sse_chat.wire.deltas import AnswerMessage, Assembler

OutputT = TypeVar("OutputT")


class CallState(Generic[OutputT]):
    """What the attempts of a call have in common."""

    def __init__(self, assembler: Assembler[OutputT], *, may_resume: bool) -> None:
        """Start a call.

        Args:
            assembler: Makes the outputs.
            may_resume: Whether a broken answer may be resumed.
        """
        self._assembler = assembler
        self._resumed = ResumedAnswer(assembler) if may_resume else None
        self._last: AnswerMessage | None = None
        self._attempt_has_output = False
        self._is_over = False
        self.attempts = 0
        """How often the call was tried."""
        self._resumed_at: list[int] = []
        self.has_output = False
        """Whether anything was given out: from then on nothing may be repeated."""
        self.has_fallback = False
        """Whether there is another endpoint to go to."""
        self.broken_by: SSEChatError | None = None
        """What the answer broke with last, `None` while it has not."""

    @property
    def text(self) -> str:
        """All text that was given out."""
        return self._resumed.text if self._resumed else ""

    @property
    def notes(self) -> dict[str, Any]:
        """What the metadata of the message says of the attempts."""
        notes: dict[str, Any] = {}
        if self.attempts > 1:
            notes["attempts"] = self.attempts
        if self._resumed_at:
            notes["resumed"] = len(self._resumed_at)
            notes["resumed_at"] = list(self._resumed_at)
        return notes

    def assembler(self) -> Assembler[OutputT]:
        """Return the assembler for the next attempt."""
        if self._resumed is not None and not self.has_output:
            self._resumed = ResumedAnswer(self._assembler)
        return self._resumed or self._assembler

    def can_resume(self, message: AnswerMessage | None = None) -> bool:
        """Whether the answer can be gone on with.

        Args:
            message: The attempt's message as far as it came; `None` for that with which
                the last attempt broke.
        """
        if self._resumed is None or self._is_over:
            return False
        return self._resumed.can_resume(message or self._last)

    def record_failure(
        self, error: SSEChatError, message: AnswerMessage | None, *, has_output: bool
    ) -> None:
        """Learn that an attempt failed; put the whole answer so far on the error.

        Args:
            error: What it failed with.
            message: Its message as far as it came, `None` when nothing did.
            has_output: Whether it gave anything out.
        """
        self._last = message
        if has_output:
            self.has_output = self._attempt_has_output = True
            self.broken_by = error
            self._is_over = not error.is_retryable
        if self._resumed is not None and self.has_output:
            error.partial = partial_message(self._resumed.partial(message))

    def resume(self, least_overlap: int | None) -> None:
        """Learn that another attempt goes on with the answer.

        Args:
            least_overlap: How many characters of the text must be repeated to be left
                out; `None` when nothing is.
        """
        if self._resumed is not None:
            self._resumed.resume(self._last, least_overlap)
        self._last = None
        if self._attempt_has_output:
            self._resumed_at.append(len(self.text))
        self._attempt_has_output = False
