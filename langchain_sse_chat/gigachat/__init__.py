"""GigaChat, under the names of `langchain_gigachat`, and what only it needs.

`chat_models` and `embeddings` have the classes, `connection` their common fields. The
other modules convert to and from the forms of its API; `request` and `answer` use them
if the dialect says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langchain_sse_chat.gigachat.chat_models import GigaChat
    from langchain_sse_chat.gigachat.embeddings import GigaChatEmbeddings

__all__ = ["GigaChat", "GigaChatEmbeddings"]


def __getattr__(name: str) -> Any:
    """Import a class on first access, because it imports the whole package."""
    if name == "GigaChat":
        from langchain_sse_chat.gigachat.chat_models import GigaChat  # noqa: PLC0415

        return GigaChat
    if name == "GigaChatEmbeddings":
        from langchain_sse_chat.gigachat.embeddings import (  # noqa: PLC0415
            GigaChatEmbeddings,
        )

        return GigaChatEmbeddings
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
