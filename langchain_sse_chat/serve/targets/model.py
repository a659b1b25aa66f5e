"""Serve a chat model."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from langchain_sse_chat.serve.request.chat_request import ChatRequest
from langchain_sse_chat.serve.targets.model_options import ModelOptions
from langchain_sse_chat.serve.targets.refusals import as_sent
from langchain_sse_chat.serve.targets.served import Served
from langchain_sse_chat.serve.targets.wrappers import changed, leaves


class ModelTarget:
    """Serves a chat model, also one with bound arguments, retries or fallbacks."""

    runs_tools = False

    def __init__(self, served: Served) -> None:
        self._model = served.runnable
        self._config = served.config
        self._options = {id(leaf): ModelOptions(leaf) for leaf in leaves(self._model)}

    def check(self, request: ChatRequest) -> tuple[str, ...]:
        """Return the parameters that one of the models does not know."""
        ignored = {
            name
            for options in self._options.values()
            for name in options.ignored(request)
        }
        return as_sent(ignored, request)

    def astream(self, request: ChatRequest) -> AsyncGenerator[Any, None]:
        """Return the chunks of the answer.

        Raises:
            RequestRefused: A model rejects the tools.
        """
        config = self._config(request) if self._config else None
        if options := self._options.get(id(self._model)):
            model, keywords = options.call(request)
        else:
            model, keywords = changed(self._model, self._changer(request)), {}
        chunks: AsyncGenerator[Any, None] = model.astream(
            request.messages, config, **keywords
        )
        return chunks

    def _changer(self, request: ChatRequest) -> Any:
        def change(leaf: Any) -> Any:
            model, keywords = self._options[id(leaf)].call(request)
            return model.bind(**keywords) if keywords else model

        return change
