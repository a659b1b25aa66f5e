"""Counting tokens without a tokenizer: offline, and for any model's name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_BYTES_PER_TOKEN = 4
"""UTF-8 bytes of a token on the average.

English has about 4 letters to a token, Russian about 2.2 of 2 bytes, Chinese about 1.3
of 3 bytes in the usual vocabularies: in bytes they come out nearly alike.
"""

_TOKENS_PER_MESSAGE = 3
"""What role and separators of a message cost, as in OpenAI's cookbook."""

_TOKENS_PER_MEDIA = 256
"""What an image, a sound or a file is taken for: servers price them by their size,
which is not known here."""


def text_to_token_ids(text: str) -> list[int]:
    """Return as many made-up token ids as a text has tokens, about.

    The ids are those of no vocabulary: only their number means something.
    """
    data = text.encode("utf-8", "surrogatepass")
    starts = range(0, len(data), _BYTES_PER_TOKEN)
    return [int.from_bytes(data[i : i + _BYTES_PER_TOKEN], "big") for i in starts]


def count_tokens(text: str) -> int:
    """Return about how many tokens a text has."""
    size = len(text.encode("utf-8", "surrogatepass"))
    return -(-size // _BYTES_PER_TOKEN)


def count_message_tokens(
    messages: Sequence[Mapping[str, Any]],
    tools: Sequence[Mapping[str, Any]] = (),
    count: Callable[[str], int] = count_tokens,
) -> int:
    """Return about how many tokens a request's messages and tools have.

    Args:
        messages: Messages as `messages_to_wire` gives them.
        tools: Tools as `tools_to_wire` gives them.
        count: Counts the tokens of a text.
    """
    total = sum(
        _TOKENS_PER_MESSAGE + _count_message(message, count) for message in messages
    )
    if messages:
        total += _TOKENS_PER_MESSAGE  # the answer's own beginning
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
