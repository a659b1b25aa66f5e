"""Serve a chain, or any other runnable."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

from langchain_sse_chat.serve.request.chat_request import ChatRequest
from langchain_sse_chat.serve.targets.inputs import from_messages, input_of
from langchain_sse_chat.serve.targets.refusals import (
    check_demands,
    ignored_options,
)
from langchain_sse_chat.serve.targets.served import Served


class ChainTarget:
    """Serves a chain: what it yields is the answer.

    Raises:
        ValueError: The input has several values, and `served` does not say which.
    """

    runs_tools = False

    def __init__(self, served: Served) -> None:
        self._chain = served.runnable
        self._accepts = served.accepts
        self._config = served.config
        self._output = served.output
        self._input = served.input or from_messages(input_of(self._chain))

    def check(self, request: ChatRequest) -> tuple[str, ...]:
        """Return the parameters of models that the request has."""
        check_demands(request, "chain", self._accepts)
        return ignored_options(request, self._accepts)

    def astream(self, request: ChatRequest) -> AsyncGenerator[Any, None]:
        """Return the items that the chain yields."""
        config = self._config(request) if self._config else None
        items: AsyncGenerator[Any, None] = self._chain.astream(
            self._input(request), config
        )
        return items if self._output is None else _mapped(items, self._output)


async def _mapped(
    items: AsyncGenerator[Any, None], output: Callable[[Any], Any]
) -> AsyncGenerator[Any, None]:
    async with aclosing(items):
        async for item in items:
            if (value := output(item)) is not None:
                yield value
