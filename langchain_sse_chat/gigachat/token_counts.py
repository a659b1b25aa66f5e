"""Count tokens as `langchain_gigachat` does: by the server, or by their length."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from langchain_sse_chat.request.token_count import count_message_tokens

_CHARACTERS_PER_TOKEN = 4.6
"""Characters of a token, on average, in texts of GigaChat's users: the number of
`langchain_gigachat` (https://github.com/ai-forever/langchain-gigachat)."""


def estimated(text: str) -> int:
    """Return the approximate number of tokens in a text."""
    return round(len(text) / _CHARACTERS_PER_TOKEN)


def count_in_messages(
    messages: Sequence[Mapping[str, Any]],
    tools: Sequence[Mapping[str, Any]],
    count: Callable[[list[str]], list[int]],
) -> int:
    """Return the number of tokens in messages and tools, with texts counted together.

    Args:
        messages: Messages from `messages_to_wire`.
        tools: Tools from `tools_to_wire`.
        count: Counts the tokens of each text, with one request for all.
    """
    texts: list[str] = []

    def note(text: str) -> int:
        texts.append(text)
        return 0

    rest = count_message_tokens(messages, tools, count=note)
    return rest + (sum(count(texts)) if texts else 0)
