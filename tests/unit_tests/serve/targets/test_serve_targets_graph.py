from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage
from langchain_core.runnables import Runnable, RunnableLambda

from langchain_sse_chat.serve.failure.failure import RequestRefused
from langchain_sse_chat.serve.targets.graph import is_graph
from langchain_sse_chat.serve.targets.served import Served
from langchain_sse_chat.serve.targets.target import Target
from tests.served_answers import answer_of, request_of


class Saver:
    """A checkpointer that knows which threads were deleted."""

    def __init__(self, error: Exception | None = None) -> None:
        self.deleted: list[str] = []
        self.error = error

    async def adelete_thread(self, thread_id: str) -> None:
        if self.error:
            raise self.error
        self.deleted.append(thread_id)


class Graph(Runnable[Any, Any]):
    """A graph whose node calls one model."""

    def __init__(self, checkpointer: Any = None) -> None:
        self.checkpointer = checkpointer
        self.calls: list[dict[str, Any]] = []
        self.closed = 0

    def get_input_jsonschema(self, config: Any = None, **kwargs: Any) -> Any:
        return {"properties": {"messages": {"type": "array"}}}

    def invoke(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    async def astream(  # type: ignore[override]
        self,
        value: Any,
        config: Any = None,
        *,
        stream_mode: Any = None,
        subgraphs: bool = False,
    ) -> AsyncIterator[Any]:
        self.calls.append({"value": value, "config": config, "subgraphs": subgraphs})
        metadata = {"langgraph_checkpoint_ns": "model:1"}
        [handler] = config["callbacks"]
        handler.on_chat_model_start({}, [], run_id=1, metadata=metadata)
        text = AIMessage("hello", id="m1")
        events: list[Any] = [
            ((), "values", value),
            ((), "custom", {"n": 1}),
            (("model:1",), "custom", {"n": 2}),
            ((), "messages", (AIMessageChunk(content="hel"), metadata)),
            (
                (),
                "messages",
                (AIMessageChunk(content="lo", chunk_position="last"), metadata),
            ),
            (("model:1",), "updates", {"inner": {"messages": [AIMessage("inner")]}}),
            (("model:1",), "values", {"messages": [AIMessage("inner")]}),
            ((), "updates", {"model": {"messages": [text]}}),
            ((), "values", {"messages": [*value["messages"], text]}),
        ]
        try:
            for namespace, *event in events:
                if subgraphs:
                    yield (namespace, *event)
                elif not namespace:
                    yield tuple(event)
        finally:
            self.closed += 1


def test_a_graph_is_known_by_its_method() -> None:
    assert is_graph(Graph())
    assert not is_graph(RunnableLambda(str))
    assert not is_graph(str)


async def test_a_graph_streams() -> None:
    graph = Graph()
    answer = await answer_of(graph)
    assert answer.texts == ["hel", "lo"]
    assert answer.notes == [{"n": 1}]
    [call] = graph.calls
    assert call["value"] == {"messages": [HumanMessage("hi")]}
    assert call["subgraphs"] is False
    assert graph.closed == 1


async def test_of_graphs_in_named_nodes_texts_and_notes_are_served() -> None:
    graph = Graph()
    answer = await answer_of(Served(graph, nodes=["model"]))
    assert answer.texts == ["hel", "lo"]
    assert answer.notes == [{"n": 1}, {"n": 2}]
    assert graph.calls[0]["subgraphs"] is True


async def test_wrappers_of_a_graph_are_looked_through() -> None:
    graph = Graph()
    for wrapped in (graph.with_retry(), graph.with_fallbacks([Graph()])):
        assert Target.of(wrapped).runs_tools


async def test_the_caller_may_choose_input_and_output() -> None:
    graph = Graph()
    served = Served(
        graph,
        input=lambda request: {"messages": []},
        output=lambda state: f"hello {len(state['messages'])}",
    )
    assert (await answer_of(served)).texts == ["hel", "lo", " 1"]


async def test_each_request_has_a_thread_of_its_own_that_is_deleted() -> None:
    saver = Saver()
    graph = Graph(saver)
    for _ in range(2):
        await answer_of(graph)
    threads = [c["config"]["configurable"]["thread_id"] for c in graph.calls]
    assert threads == saver.deleted
    assert len(set(threads)) == 2


async def test_a_thread_that_the_caller_gives_is_kept() -> None:
    saver = Saver()
    graph = Graph(saver)

    def config(request: Any) -> Any:
        return {"configurable": {"thread_id": "t1"}, "tags": ["a"]}

    await answer_of(Served(graph, config=config))
    assert graph.calls[0]["config"]["configurable"] == {"thread_id": "t1"}
    assert graph.calls[0]["config"]["tags"] == ["a"]
    assert saver.deleted == []


@pytest.mark.parametrize(
    ("saver", "logged"),
    [(object(), 0), (Saver(NotImplementedError()), 0), (Saver(OSError("x")), 1)],
    ids=[
        "no way to delete",
        "not implemented",
        "fails",
    ],
)
async def test_a_thread_that_cannot_be_deleted_does_not_spoil_the_answer(
    saver: Any, logged: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "langchain_sse_chat.serve"):
        assert (await answer_of(Graph(saver))).text == "hello"
    assert len(caplog.records) == logged


async def test_leaving_closes_the_run_and_deletes_its_thread() -> None:
    saver = Saver()
    graph = Graph(saver)
    items = Target.of(graph).astream(request_of())
    await anext(items)
    await items.aclose()
    assert graph.closed == 1
    assert len(saver.deleted) == 1


def test_options_are_ignored_by_name_and_tools_are_refused() -> None:
    target = Target.of(Served(Graph(), accepts=["tools", "n"]))
    request = request_of(options={"temperature": 1}, n=2)
    assert target.check(request) == ("temperature",)
    with pytest.raises(RequestRefused, match=r"graph.*`tools`"):
        target.check(request_of(tools=[{}]))
