"""Read the content of a delta: a text, a number, a part, or a list of these."""

from __future__ import annotations

from typing import Any

from langchain_sse_chat.wire.reasoning import plain_text, reasoning_in

PARTS_KEY = "content_parts"
"""Field of the message for content parts that are neither text nor reasoning."""

IN_PROGRESS = "function_in_progress"
"""The role of deltas that report the progress of a function that the server runs. They
are not part of the answer
(https://developers.sber.ru/docs/ru/gigachat/guides/functions/calling-builtin-functions)."""


def as_delta(value: object) -> dict[str, Any]:
    """Return a delta for a value that was sent instead of one, such as a text."""
    if isinstance(value, list) and len(value) == 1:
        [only] = value
        value = only if isinstance(only, dict) and "content" in only else value
    return value if isinstance(value, dict) else {"content": value}


def brings_only_text(delta: dict[str, Any]) -> bool:
    """Whether a delta has only content: other fields are its role, null or empty."""
    if len(delta) == 1:
        return True
    if delta.get("role") == IN_PROGRESS:
        return False
    for key, value in delta.items():
        if key not in ("role", "content") and (value or value == 0):
            return False
    return True


def split_content(content: object) -> tuple[str, str, list[Any]]:
    """Return text, reasoning and other parts of a delta's content.

    Args:
        content: A string, a number, a list of parts, a part, or null.
    """
    if not isinstance(content, (dict, list)):
        return plain_text(content), "", []
    text, reasoning, others = [], [], []
    for part in content if isinstance(content, list) else [content]:
        if not isinstance(part, dict):
            text.append(plain_text(part))
        elif part.get("type") in ("thinking", "reasoning"):
            reasoning.append(reasoning_in(part))
        elif isinstance(part.get("text"), (str, int, float)):
            text.append(plain_text(part["text"]))
        else:
            others.append(part)
    return "".join(text), "".join(reasoning), others
