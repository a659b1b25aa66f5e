"""Convert answers with messages instead of choices.

This is GigaChat's second API: named events (`response.message.delta`,
`response.message.done`), content in parts that include function calls, a top-level
finish reason, and no `[DONE]`
(https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/gigachat-api).
"""

from __future__ import annotations

from typing import Any

_OURS = frozenset({"messages", "finish_reason"})
_PART_OF_A_MESSAGE = frozenset({"role", "content"})


def with_choices(chunk: dict[str, Any]) -> dict[str, Any]:
    """Return a chunk with choices if it has messages or a top-level finish reason.

    Args:
        chunk: A parsed chunk or a complete answer, without `choices`.

    Returns:
        A new chunk, or the same one if it has neither.
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
    """Return the delta of the messages, without those of server-side tools."""
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
