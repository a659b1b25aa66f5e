"""Finish reasons by which a server says that it withheld an answer."""

from __future__ import annotations

from typing import Any

from langchain_sse_chat.wire.deltas import AnswerMessage
from langchain_sse_chat.wire.finish_reasons import FILTERED, REFUSED, says


def is_refusal(reason: Any) -> bool:
    """Whether a finish reason says that the model refused to answer."""
    return says(reason, REFUSED)


def is_filtered(reason: Any) -> bool:
    """Whether a finish reason says that a filter stopped the answer."""
    return says(reason, FILTERED)


def is_withheld(message: AnswerMessage) -> bool:
    """Whether nothing of an answer came because of what it was about."""
    if is_refusal(message.finish_reason):
        return True
    return not (message.text or message.tool_calls) and is_filtered(
        message.finish_reason
    )
