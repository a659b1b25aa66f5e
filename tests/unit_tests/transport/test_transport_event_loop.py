"""Async calls where asyncio does not run."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest

from langchain_sse_chat import ChatSSE, ConfigurationError


async def _astream(chat: ChatSSE) -> None:
    async for _ in chat.astream("Hi"):
        raise AssertionError


WAYS: dict[str, Callable[[ChatSSE], Coroutine[Any, Any, Any]]] = {
    "ainvoke": lambda chat: chat.ainvoke("Hi"),
    "astream": _astream,
    "aclose": lambda chat: chat.aclose(),
}


@pytest.mark.parametrize("own_client", [True, False])
@pytest.mark.parametrize("way", WAYS)
def test_trio_is_said_not_to_be_supported(way: str, own_client: bool) -> None:
    client = httpx.AsyncClient() if own_client else None
    chat = ChatSSE(model="m", base_url="http://test/v1", http_async_client=client)

    with pytest.raises(ConfigurationError, match="trio is not supported"):
        # As another event loop runs it.
        WAYS[way](chat).send(None)
