"""Keep the state of a call across all of its attempts and endpoints."""

from __future__ import annotations

from typing import Any, Generic, TypeVar, cast

from langchain_sse_chat.answer.pipeline import partial_message
from langchain_sse_chat.errors import SSEChatError
from langchain_sse_chat.exchange.resumed_answer import ResumedAnswer
from langchain_sse_chat.wire.deltas import AnswerMessage, Assembler

OutputT = TypeVar("OutputT")


class CallState(Generic[OutputT]):
    """The state that all attempts of a call share."""

    def __init__(self, assembler: Assembler[OutputT], *, may_resume: bool) -> None:
        """Start a call.

        Args:
            assembler: Creates the outputs.
            may_resume: Whether a broken answer may be resumed.
        """
        self._assembler = assembler
        self._resumed = ResumedAnswer(assembler) if may_resume else None
        self._last: AnswerMessage | None = None
        self._attempt_has_output = False
        self._is_over = False
        self.attempts = 0
        """Number of attempts so far."""
        self._resumed_at: list[int] = []
        self.has_output = False
        """Whether the caller has received an output, which must not be repeated."""
        self.has_fallback = False
        """Whether another endpoint is left."""
        self.broken_by: SSEChatError | None = None
        """The error that broke the answer last, `None` while none did."""

    @property
    def text(self) -> str:
        """The text that the caller has received."""
        return self._resumed.text if self._resumed else ""

    @property
    def attempt_metadata(self) -> dict[str, Any]:
        """Fields about the attempts for the metadata of the message."""
        attempt_metadata: dict[str, Any] = {}
        if self.attempts > 1:
            attempt_metadata["attempts"] = self.attempts
        if self._resumed_at:
            attempt_metadata["resumed"] = len(self._resumed_at)
            attempt_metadata["resumed_at"] = list(self._resumed_at)
        return attempt_metadata

    def assembler(self) -> Assembler[OutputT]:
        """Return the assembler for the next attempt."""
        if self._resumed is not None and not self.has_output:
            self._resumed = ResumedAnswer(self._assembler)
        return self._resumed or self._assembler

    def can_resume(self, message: AnswerMessage | None = None) -> bool:
        """Whether the answer can be resumed.

        Args:
            message: The attempt's message so far; `None` for the message of the last
                failed attempt.
        """
        if self._resumed is None or self._is_over:
            return False
        return self._resumed.can_resume(message or self._last)

    def record_failure(
        self, error: SSEChatError, message: AnswerMessage | None, *, has_output: bool
    ) -> None:
        """Record a failed attempt; attach the entire answer so far to the error.

        Args:
            error: The error of the attempt.
            message: Its message so far, `None` if nothing was received.
            has_output: Whether it had an output.
        """
        self._last = message
        if has_output:
            self.has_output = self._attempt_has_output = True
            self.broken_by = error
            self._is_over = not error.is_retryable
        if self._resumed is not None and self.has_output:
            error.partial = partial_message(self._resumed.partial(message))

    def resume(self, least_overlap: int | None) -> None:
        """Prepare for another attempt that resumes the answer.

        Args:
            least_overlap: Number of repeated characters from which a repetition is
                removed; `None` to remove nothing.
        """
        # Only reached if `can_resume` was true.
        cast("ResumedAnswer[OutputT]", self._resumed).resume(self._last, least_overlap)
        self._last = None
        if self._attempt_has_output:
            self._resumed_at.append(len(self.text))
        self._attempt_has_output = False
