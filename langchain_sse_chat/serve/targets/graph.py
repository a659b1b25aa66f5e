"""Serve a graph of LangGraph, which is not imported: its methods tell what it is."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from inspect import signature
from typing import Any
from uuid import uuid4

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import merge_configs

from langchain_sse_chat.serve.request.chat_request import ChatRequest
from langchain_sse_chat.serve.targets.graph_answer import GraphAnswer
from langchain_sse_chat.serve.targets.graph_watch import ModelCalls
from langchain_sse_chat.serve.targets.inputs import from_messages, input_of
from langchain_sse_chat.serve.targets.refusals import check_demands, ignored_options
from langchain_sse_chat.serve.targets.served import Served
from langchain_sse_chat.serve.targets.wrappers import inner

logger = logging.getLogger("langchain_sse_chat.serve")

_MODES = ["messages", "updates", "values", "custom"]


def is_graph(runnable: Any) -> bool:
    """Return whether a runnable streams as the graphs of LangGraph do."""
    if not isinstance(runnable, Runnable):
        return False
    return "stream_mode" in signature(runnable.astream).parameters


class GraphTarget:
    """Serves a graph, such as an agent of `create_agent`.

    Raises:
        ValueError: The input has several values, and `served` does not say which.
    """

    runs_tools = True

    def __init__(self, served: Served) -> None:
        self._served = served
        self._graph = served.runnable
        # The client has no tools in a graph, which runs its own.
        self._accepts = set(served.accepts) - {"tools"}
        self._input = served.input or from_messages(input_of(self._graph))
        self._checkpointer: Any = getattr(inner(self._graph), "checkpointer", None)

    def check(self, request: ChatRequest) -> tuple[str, ...]:
        """Return the parameters of models that the request has."""
        check_demands(request, "graph", self._accepts)
        return ignored_options(request, self._accepts)

    async def astream(self, request: ChatRequest) -> AsyncGenerator[Any, None]:
        """Yield the items of the answer.

        Raises:
            RequestRefused: The graph waits for a decision.
        """
        served = self._served
        calls = ModelCalls()
        config, thread = self._new_config(calls, request)
        answer = GraphAnswer(calls, served.nodes, served.output)
        events = self._graph.astream(
            self._input(request),
            config,
            stream_mode=_MODES,
            subgraphs=served.nodes is not None,
        )
        try:
            async with aclosing(events):
                async for *namespace, mode, payload in events:
                    if mode == "messages":
                        items = answer.message(*payload)
                    elif mode == "custom" or not (namespace and namespace[0]):
                        items = answer.step(mode, payload)
                    else:
                        continue
                    for item in items:
                        yield item
            for item in answer.close():
                yield item
        finally:
            if thread is not None:
                await self._forget(thread)

    def _new_config(
        self, calls: ModelCalls, request: ChatRequest
    ) -> tuple[RunnableConfig, str | None]:
        """Return the configuration, and the ID of the thread that only it has."""
        given = self._served.config(request) if self._served.config else {}
        config = merge_configs(given, {"callbacks": [calls]})
        if not self._checkpointer or "thread_id" in config.get("configurable", {}):
            return config, None
        thread = uuid4().hex
        return merge_configs(config, {"configurable": {"thread_id": thread}}), thread

    async def _forget(self, thread: str) -> None:
        """Delete what the checkpointer kept of a thread that nobody comes back to."""
        try:
            await self._checkpointer.adelete_thread(thread)
        except (AttributeError, NotImplementedError):
            pass
        except Exception:
            logger.warning("could not delete thread %s", thread, exc_info=True)
