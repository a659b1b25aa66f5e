"""Answers that hold messages in place of choices.

That is GigaChat's second API: named events (`response.message.delta`,
`response.message.done`), content in parts, function calls among them, the finish reason
at the top, and no `[DONE]`
(https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/gigachat-api).
"""

from __future__ import annotations

from typing import Any

_OURS = frozenset({"messages", "finish_reason"})
_PART_OF_A_MESSAGE = frozenset({"role", "content"})


def with_choices(chunk: dict[str, Any]) -> dict[str, Any]:
    """Return a chunk with choices, when it has messages or a bare finish reason.

    Args:
        chunk: A parsed chunk, or a whole answer, without `choices`.

    Returns:
        A new chunk, or the same one when it holds nothing of the kind.
    """
    messages = chunk.get("messages")
    reason = chunk.get("finish_reason")
    if not messages or not isinstance(messages, list):
        if not isinstance(reason, str):
            return chunk
        messages = []
    choice = {"index": 0, "delta": _delta(messages), "finish_reason": reason}
    rest = {key: value for key, value in chunk.items() if key not in _OURS}
    return {**rest, "choices": [choice]}


def _delta(messages: list[Any]) -> dict[str, Any]:
    """Return what the answer's messages bring; what its own tools say is left out."""
    content: list[Any] = []
    calls: list[dict[str, Any]] = []
    others: dict[str, Any] = {}
    for message in messages:
        if not isinstance(message, dict) or message.get("role") not in (
            None,
            "",
            "assistant",
        ):
            continue
        others |= {k: v for k, v in message.items() if k not in _PART_OF_A_MESSAGE}
        parts = message.get("content")
        for part in parts if isinstance(parts, list) else [parts]:
            call = part.get("function_call") if isinstance(part, dict) else None
            if isinstance(call, dict):
                calls.append({"function": call})
            elif part:
                content.append(part)
    return {"content": content, "tool_calls": calls, **others}
