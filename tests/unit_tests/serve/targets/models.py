"""Chat models of several kinds, none of this package."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable


class SyncModel(BaseChatModel):
    """Has only a sync `_stream`, and says what it was called with."""

    temperature: float | None = None
    max_output_tokens: int | None = None

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        raise NotImplementedError

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        said = {
            "temperature": self.temperature,
            "max_output_tokens": self.max_output_tokens,
            "stop": stop,
            **kwargs,
        }
        for name, value in said.items():
            if value is not None:
                text = f"{name}={value};"
                yield ChatGenerationChunk(message=AIMessageChunk(content=text))

    @property
    def _llm_type(self) -> str:
        return "sync"


class ToolModel(SyncModel):
    """Takes tools in the way of LangChain."""

    response_format: dict[str, Any] | None = None

    def bind_tools(
        self,
        tools: Sequence[Any],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[Any, Any]:
        if not tools[0].get("type"):
            msg = "secret detail"
            raise ValueError(msg)
        return self.bind(tools=len(tools), tool_choice=tool_choice, **kwargs)


class ChoosyModel(SyncModel):
    """Takes tools, but no choice of one; binds itself with a configuration."""

    def bind_tools(  # type: ignore[override]
        self, tools: Sequence[Any], *, parallel_tool_calls: bool = True
    ) -> Runnable[Any, Any]:
        bound = self.bind(parallel=parallel_tool_calls)
        return bound.with_config(tags=["tools"])


class WireModel(ToolModel):
    """Takes the wire's own words, as the models of `langchain_openai`."""


WireModel.__module__ = "langchain_openai.chat_models.base"
