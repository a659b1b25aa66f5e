"""Define what each kind of target does."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any, Protocol

from langchain_sse_chat.serve.request.chat_request import ChatRequest


class Kind(Protocol):
    """A kind of thing that can be served."""

    runs_tools: bool
    """Whether it runs the tools that its models call."""

    def check(self, request: ChatRequest) -> tuple[str, ...]:
        """Return the names of the parameters that are ignored.

        Raises:
            RequestRefused: A parameter cannot be ignored and is not supported.
        """
        ...

    def astream(self, request: ChatRequest) -> AsyncGenerator[Any, None]:
        """Return the items of the answer. Closing the generator stops the model."""
        ...
