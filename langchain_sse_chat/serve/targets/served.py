"""Let the caller choose how a runnable is served."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from langchain_core.runnables import RunnableConfig

from langchain_sse_chat.serve.request.chat_request import ChatRequest


@dataclass(frozen=True, slots=True)
class Served:
    """A chain, a graph or a function, and how it is served.

    ```python
    Served(chain, input=lambda request: {"topic": request.messages[-1].text})
    Served(team, nodes=["writer"])
    ```
    """

    runnable: Any
    """The model, chain, graph or function."""

    input: Callable[[ChatRequest], Any] | None = None
    """Returns the input for a request. By default it is what the runnable asks for: the
    messages, `{"messages": …}`, or the text of the last message of the user."""

    output: Callable[[Any], Any] | None = None
    """Returns what is served of each item that a chain yields, or of the last state of
    a graph: a text, a message, or `None` for nothing. Any other value becomes JSON."""

    nodes: Collection[str] | None = None
    """The nodes of a graph whose models' texts are streamed, also where a node is a
    graph itself. By default those are streamed whose model a node calls directly."""

    config: Callable[[ChatRequest], RunnableConfig] | None = None
    """Returns a configuration for a request. A graph with a checkpointer gets a new
    `thread_id` for each request unless this gives one."""

    accepts: Collection[str] = ()
    """The parameters of requests that a function or `input` and `config` use, such as
    `temperature` or `response_format`. Others are ignored, or refused if the answer
    would be wrong without them."""
