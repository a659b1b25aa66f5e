"""Choose what of a request a chat model gets, and in which form."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableBinding

from langchain_sse_chat.chat_models import ChatSSE
from langchain_sse_chat.serve.failure.failure import refused
from langchain_sse_chat.serve.request.chat_request import ChatRequest

_TOKEN_LIMITS = (
    "max_tokens",
    "max_output_tokens",  # Google
    "num_predict",  # Ollama
    "max_new_tokens",  # Hugging Face
    "max_completion_tokens",
)
"""Names that models have for the limit on tokens, the most usual first."""

_NEEDS_NOTHING = ("auto", "none", None)
"""Choices of tools that a model without the parameter obeys."""


class ModelOptions:
    """The parameters that one chat model takes.

    Models of this package and of `langchain_openai` take the fields of the wire as
    keywords of a call. Others read their own fields, so that a copy of the model with
    other values takes those that it has.

    Args:
        model: The model.
    """

    def __init__(self, model: BaseChatModel) -> None:
        self._model = model
        self._takes_wire = isinstance(model, ChatSSE) or _is_of_openai(model)
        self._tools = _parameters(model.bind_tools)
        self._fields = type(model).model_fields

    def ignored(self, request: ChatRequest) -> set[str]:
        """Return the names of the parameters that the model does not know.

        Raises:
            RequestRefused: The answer would be wrong without the parameter.
        """
        for param in request.demands:
            if not self._meets(param):
                msg = f"The model does not support `{param}`."
                raise refused(msg, param, "unsupported_parameter")
        ignored = {"metadata"} if request.metadata else set()
        if not self._takes_wire:
            choice = request.tool_choice
            if "tool_choice" not in self._tools and choice not in _NEEDS_NOTHING:
                msg = "The model does not support `tool_choice`."
                raise refused(msg, "tool_choice", "unsupported_parameter")
            if request.parallel_tool_calls is not None and not self._takes_parallel:
                ignored.add("parallel_tool_calls")
            options = set(request.options) - {"stop"}
            ignored |= {name for name in options if not self._field(name)}
        return ignored

    def call(self, request: ChatRequest) -> tuple[Any, dict[str, Any]]:
        """Return the model to call, and the keywords of the call.

        Raises:
            RequestRefused: The model rejects the tools.
        """
        if self._takes_wire:
            model, keywords = self._model, _wire_options(request)
        else:
            model, keywords = self._copy(request), {}
            if stop := request.options.get("stop"):
                keywords["stop"] = stop
        if not request.tools or self._withholds_tools(request):
            return model, keywords
        try:
            bound = self._bind(model, request)
        except Exception as error:
            kind = type(error).__name__
            msg = f"The model rejected the `tools` ({kind}). Check their schemas."
            raise refused(msg, "tools", "invalid_value") from error
        if _only_adds_keywords(bound, model):
            return model, {**bound.kwargs, **keywords}
        return bound, keywords

    def _meets(self, param: str) -> bool:
        if param == "tools":
            return type(self._model).bind_tools is not BaseChatModel.bind_tools
        if param == "n":  # in a stream, others mix the answers
            return isinstance(self._model, ChatSSE)
        return self._takes_wire or param in self._fields

    def _withholds_tools(self, request: ChatRequest) -> bool:
        """Whether the model gets no tools, since it knows no other way to `none`."""
        return request.tool_choice == "none" and not self._takes_wire

    @property
    def _takes_parallel(self) -> bool:
        return "parallel_tool_calls" in self._tools

    def _field(self, option: str) -> str | None:
        """Return the model's own field for an option."""
        names = _TOKEN_LIMITS if option == "max_tokens" else (option,)
        return next((name for name in names if name in self._fields), None)

    def _copy(self, request: ChatRequest) -> BaseChatModel:
        values = {
            name: value
            for option, value in request.options.items()
            if option != "stop" and (name := self._field(option))
        }
        values |= {
            name: value
            for name, value in request.demands.items()
            if name in self._fields
        }
        return self._model.model_copy(update=values) if values else self._model

    def _bind(self, model: BaseChatModel, request: ChatRequest) -> Any:
        choice = request.tool_choice
        given: dict[str, Any] = {}
        if choice is not None and (self._takes_wire or "tool_choice" in self._tools):
            given["tool_choice"] = choice if self._takes_wire else _standard(choice)
        parallel = request.parallel_tool_calls
        if parallel is not None and (self._takes_wire or self._takes_parallel):
            given["parallel_tool_calls"] = parallel
        return model.bind_tools(request.tools or [], **given)


def _only_adds_keywords(bound: Any, model: BaseChatModel) -> bool:
    """Whether a call of the model itself does the same, without a layer per token."""
    return (
        isinstance(bound, RunnableBinding)
        and bound.bound is model
        and not bound.config
        and not bound.config_factories
    )


def _wire_options(request: ChatRequest) -> dict[str, Any]:
    demands = {k: v for k, v in request.demands.items() if k != "tools"}
    if request.top_logprobs is not None:
        demands["top_logprobs"] = request.top_logprobs
    return {**request.options, **demands}


def _standard(choice: str | Mapping[str, Any]) -> str:
    """Return a choice of tools in LangChain's own words."""
    if isinstance(choice, str):
        return "any" if choice == "required" else choice
    return str(choice[choice["type"]]["name"])


def _is_of_openai(model: BaseChatModel) -> bool:
    return any(
        base.__module__.partition(".")[0] == "langchain_openai"
        for base in type(model).__mro__
    )


def _parameters(function: Any) -> frozenset[str]:
    return frozenset(inspect.signature(function).parameters)
