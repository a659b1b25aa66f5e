"""Read how a choice ends."""

from __future__ import annotations

from typing import Any

from langchain_sse_chat.wire.deltas import AnswerMessage
from langchain_sse_chat.wire.finish_reasons import Ending, finish_reason_of, rank


class ChoiceEnd:
    """The end of a choice, as far as it has been received."""

    __slots__ = ("_is_early", "is_over", "reason")

    def __init__(self) -> None:
        self.reason: str | None = None
        """The finish reason."""
        self.is_over = False
        """Whether a finish reason ended the choice."""
        self._is_early = False

    def read(self, choice: dict[str, Any]) -> bool:
        """Read the finish reason of a choice; return whether it has one.

        Gemini's compatible endpoint has sent it as `finishReason`, next to a
        `finish_reason` that was null.
        """
        value = choice.get("finish_reason") or choice.get("finishReason")
        reason = finish_reason_of(value) if value else None
        # The highest rank wins, not the last one: relays send `stop` before or after
        # the real reason.
        if reason and rank(reason) > rank(self.reason):
            self.reason = reason
        return reason is not None

    def take(self, *, has_reason: bool, has_content: bool) -> None:
        """Decide whether an event ended the choice.

        Some servers send a reason with every piece, or with the first. After one that
        was not the end, only a reason without content is.
        """
        if has_content and self.is_over:
            self._is_early, self.is_over = True, False
        if has_reason and not (has_content and self._is_early):
            self.is_over = True


def ends_well(reason: str | None, native: object) -> bool:
    """Whether a call without arguments is complete rather than truncated.

    Args:
        reason: The finish reason.
        native: The reason of the upstream server, where a relay tells it.
    """
    if isinstance(native, str) and rank(native) >= Ending.CUT:
        return False
    return rank(reason) in {Ending.PLAIN, Ending.CALLS}


def set_finish_reason(
    message: AnswerMessage, sent: str | None, *, truncated: bool, tried_calls: bool
) -> None:
    """Set the finish reason of a message: as sent, corrected by what was received.

    Args:
        message: The message with its calls.
        sent: The reason as sent.
        truncated: Whether the stream ended before the answer did.
        tried_calls: Whether the server sent anything as a tool call.
    """
    reason, kind, calls = sent, rank(sent), message.tool_calls
    if kind == Ending.CALLS and not (calls or tried_calls):
        reason = "stop"
    elif calls and kind in {Ending.PLAIN, Ending.CALLS}:
        reason = "tool_calls"
    elif reason is None and not truncated:
        reason = "tool_calls" if calls else "stop"
        message.finish_reason_inferred = True
    message.finish_reason = reason
    message.native_finish_reason = sent if sent != reason else None
