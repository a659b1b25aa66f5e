"""Find out what is served, and serve it: a model, a chain, a graph or a function."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable

from langchain_sse_chat.serve.request.chat_request import ChatRequest
from langchain_sse_chat.serve.targets.chain import ChainTarget
from langchain_sse_chat.serve.targets.function import FunctionTarget
from langchain_sse_chat.serve.targets.graph import GraphTarget, is_graph
from langchain_sse_chat.serve.targets.kind import Kind
from langchain_sse_chat.serve.targets.model import ModelTarget
from langchain_sse_chat.serve.targets.served import Served
from langchain_sse_chat.serve.targets.wrappers import inner, leaves


class Target:
    """A thing that is served.

    Args:
        kind: What it is, and how it answers.
        name: Its name among the models of a server.
    """

    __slots__ = ("_kind", "name")

    def __init__(self, kind: Kind, name: str = "") -> None:
        self._kind = kind
        self.name = name
        """Its name among the models of a server."""

    @classmethod
    def of(cls, target: Any, name: str = "") -> Target:
        """Return the target for a model, a chain, a graph or a function.

        Args:
            target: What is served, or a `Served` with it.
            name: Its name among the models of a server.

        Raises:
            TypeError: It cannot be served.
            ValueError: Its input has several values, and only `Served` can say which of
                them are in the messages.
        """
        if isinstance(target, Target):
            return target
        served = target if isinstance(target, Served) else Served(target)
        try:
            return cls(_kind(served, name), name)
        except ValueError as error:
            msg = f"{name or 'The runnable'}: {error}"
            raise ValueError(msg) from None

    @property
    def runs_tools(self) -> bool:
        """Whether it runs the tools that its models call, as an agent does."""
        return self._kind.runs_tools

    def check(self, request: ChatRequest) -> tuple[str, ...]:
        """Return the names of the parameters that have no effect.

        Raises:
            RequestRefused: The answer would be wrong without a parameter that is not
                supported.
        """
        return (*request.ignored, *self._kind.check(request))

    def astream(self, request: ChatRequest) -> AsyncGenerator[Any, None]:
        """Return the items of the answer, for `AnswerReader.feed`.

        Closing the generator, or canceling the task that waits for it, stops the model.
        Every failure is raised by the generator: also that of a function that makes the
        input, and the `RequestRefused` of a model that rejects a parameter.

        Args:
            request: A request that `check` has accepted.
        """
        try:
            return self._kind.astream(request)
        except Exception as error:  # noqa: BLE001  raised as soon as it is read
            return _failing(error)


async def _failing(error: Exception) -> AsyncGenerator[Any, None]:
    yield _raised(error)


def _raised(error: Exception) -> Any:
    raise error


def _kind(served: Served, name: str) -> Kind:
    target = served.runnable
    first = inner(target)
    if is_graph(first):
        return GraphTarget(served)
    if served.input is None and served.output is None and _is_model(target):
        return ModelTarget(served)
    if isinstance(target, Runnable):
        return ChainTarget(served)
    if callable(target) and not isinstance(target, type):
        return FunctionTarget(served)
    named = f"{name}: " if name else ""
    msg = (
        f"{named}{type(target).__name__} cannot be served. Pass a chat model, such as "
        "ChatSSE(model='gpt-4o'), a chain, a graph, or a function of messages and "
        "request."
    )
    raise TypeError(msg)


def _is_model(target: Any) -> bool:
    return all(isinstance(leaf, BaseChatModel) for leaf in leaves(target))
