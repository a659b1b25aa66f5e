"""Estimate token counts without a tokenizer: offline, and for any model."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_BYTES_PER_TOKEN = 4
"""UTF-8 bytes of a token, on average.

In the usual vocabularies, a token has about 4 letters in English, 2.2 letters of 2
bytes in Russian and 1.3 characters of 3 bytes in Chinese: nearly the same number of
bytes.
"""

_TOKENS_PER_MESSAGE = 3
"""Tokens for the role and separators of a message, as in OpenAI's cookbook."""

_TOKENS_PER_MEDIA = 256
"""Tokens for an image, audio or a file: servers count them by size, which is not known
here."""


def text_to_token_ids(text: str) -> list[int]:
    """Return about as many made-up token IDs as a text has tokens.

    The IDs belong to no vocabulary: only their number is meaningful.
    """
    data = text.encode("utf-8", "surrogatepass")
    starts = range(0, len(data), _BYTES_PER_TOKEN)
    return [int.from_bytes(data[i : i + _BYTES_PER_TOKEN], "big") for i in starts]


def count_tokens(text: str) -> int:
    """Return the approximate number of tokens in a text."""
    size = len(text.encode("utf-8", "surrogatepass"))
    return -(-size // _BYTES_PER_TOKEN)


def count_message_tokens(
    messages: Sequence[Mapping[str, Any]],
    tools: Sequence[Mapping[str, Any]] = (),
    count: Callable[[str], int] = count_tokens,
) -> int:
    """Return the approximate number of tokens in messages and tools.

    Args:
        messages: Messages from `messages_to_wire`.
        tools: Tools from `tools_to_wire`.
        count: Counts the tokens of a text.
    """
    total = sum(
        _TOKENS_PER_MESSAGE + _count_message(message, count) for message in messages
    )
    if messages:
        total += _TOKENS_PER_MESSAGE  # the start of the answer
    return total + sum(count(_as_json(tool)) for tool in tools)


def _count_message(message: Mapping[str, Any], count: Callable[[str], int]) -> int:
    total = 0
    for key, value in message.items():
        if key == "content" and isinstance(value, list):
            total += sum(_count_part(part, count) for part in value)
        elif value:
            total += count(value if isinstance(value, str) else _as_json(value))
    return total


def _count_part(part: Mapping[str, Any], count: Callable[[str], int]) -> int:
    text = part.get("text")
    return count(text) if isinstance(text, str) else _TOKENS_PER_MEDIA


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
