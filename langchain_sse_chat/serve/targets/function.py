"""Serve a function."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing
from typing import Any

from langchain_sse_chat.serve.request.chat_request import ChatRequest
from langchain_sse_chat.serve.targets.refusals import check_demands
from langchain_sse_chat.serve.targets.served import Served
from langchain_sse_chat.serve.targets.threads import in_threads


class FunctionTarget:
    """Serves a function of messages and request.

    It may be an async generator, a coroutine function that returns the answer, or a
    plain function or generator, which runs in a thread.
    """

    runs_tools = False

    def __init__(self, served: Served) -> None:
        self._function = served.runnable
        self._accepts = served.accepts

    def check(self, request: ChatRequest) -> tuple[str, ...]:
        """Return nothing: only the function knows which parameters it ignores."""
        check_demands(request, "function", self._accepts)
        return ()

    async def astream(self, request: ChatRequest) -> AsyncGenerator[Any, None]:
        """Yield what the function yields or returns."""
        function, messages = self._function, list(request.messages)
        if _is_async(function):
            result = function(messages, request)
        else:
            result = await asyncio.to_thread(function, messages, request)
        if inspect.isawaitable(result):
            result = await result
        if isinstance(result, Iterator):
            result = in_threads(result)
        if not isinstance(result, AsyncIterator):
            yield result
            return
        async with aclosing(_closable(result)) as items:
            async for item in items:
                yield item


def _is_async(function: Callable[..., Any]) -> bool:
    """Return whether a call of the function does not block."""
    # An object is called by the method of its class.
    method = type(function).__call__
    return any(
        inspect.iscoroutinefunction(one) or inspect.isasyncgenfunction(one)
        for one in (function, method)
    )


def _closable(items: AsyncIterator[Any]) -> AsyncGenerator[Any, None]:
    return items if isinstance(items, AsyncGenerator) else _items_of(items)


async def _items_of(items: AsyncIterator[Any]) -> AsyncGenerator[Any, None]:
    async for item in items:
        yield item
