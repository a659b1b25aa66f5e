"""For the tests of settings: a secret, an answer, and where a key goes."""

from __future__ import annotations

from collections.abc import Callable

import httpx
from pydantic import SecretStr

from langchain_sse_chat import ChatSSE
from tests.unit_tests.chat_models.scripted import completion

MakeChat = Callable[..., ChatSSE]

SECRET = "sk-a-secret-of-some-length"


def answer() -> httpx.Response:
    """Return an answer that is not streamed."""
    return httpx.Response(200, json=completion({"content": "Hi"}))


def where_and_with(chat: ChatSSE) -> tuple[str | None, str | None]:
    """Return the address of a model, and its key in the clear."""
    key = chat.api_key
    return chat.base_url, key.get_secret_value() if isinstance(key, SecretStr) else None
