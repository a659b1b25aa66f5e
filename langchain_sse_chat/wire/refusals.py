"""Finish reasons by which a server says that it withheld an answer."""

from __future__ import annotations

from typing import Any

from langchain_sse_chat.wire.deltas import AnswerMessage

_REFUSED = frozenset(
    {
        # https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/post-chat
        "blacklist",
        # Claude through gateways:
        # https://docs.claude.com/en/api/handling-stop-reasons
        "refusal",
    }
)
"""Reasons with which the text, if there is any, is the refusal."""

_FILTERED = frozenset(
    {
        # https://platform.openai.com/docs/api-reference/chat/object
        "content_filter",
        # https://docs.bigmodel.cn/api-reference
        "sensitive",
        # https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails.html
        "guardrail_intervened",
        # https://ai.google.dev/api/generate-content#FinishReason
        "safety",
        "recitation",
        "blocklist",
        "prohibited_content",
        "spii",
        "image_safety",
    }
)
"""Reasons with which a filter stopped the answer: it may have begun."""


def is_refusal(reason: Any) -> bool:
    """Whether a finish reason says that the model refused to answer."""
    return isinstance(reason, str) and reason.lower() in _REFUSED


def is_filtered(reason: Any) -> bool:
    """Whether a finish reason says that a filter stopped the answer."""
    return isinstance(reason, str) and reason.lower() in _FILTERED


def is_withheld(message: AnswerMessage) -> bool:
    """Whether nothing of an answer came because of what it was about."""
    if is_refusal(message.finish_reason):
        return True
    return not (message.text or message.tool_calls) and is_filtered(
        message.finish_reason
    )
