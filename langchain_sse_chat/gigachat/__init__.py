"""GigaChat under the names of `langchain_gigachat`, so that one import changes."""

from langchain_sse_chat.gigachat.chat_models import GigaChat

__all__ = ["GigaChat"]
