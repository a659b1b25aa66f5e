"""Agents of LangChain and graphs of LangGraph over the model, on real sockets."""

from __future__ import annotations

import functools
import operator
import warnings
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolMessage
from langchain_core.runnables import RunnableLambda

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.agent_runs import (
    BOTH,
    QUESTION,
    call_of,
    get_weather,
    invoked,
    steps_of,
    streamed,
    usage_of,
)

pytest.importorskip(
    "langchain", reason="the group agents is not installed: make integration_test"
)

from langchain.agents import create_agent
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition

# Two parallel calls after text and reasoning, then one call, then the answer.
STEPS = (
    Reply.text(
        ["Let me", " look"],
        reasoning=["Two", " cities"],
        tool_calls=[call_of("Rome"), call_of("Oslo")],
        usage=usage_of(15),
    ),
    Reply.text(tool_calls=[call_of("Paris")], usage=usage_of(23)),
    Reply.text(["Sunny", " all", " over"], reasoning=["Now"], usage=usage_of(34)),
)
TEXTS = [["Let me", " look"], [], ["Sunny", " all", " over"]]
REASONING = [["Two", " cities"], [], ["Now"]]
CITIES = [["Rome", "Oslo"], ["Paris"], []]
CALL_IDS = [["call_1_0", "call_1_1"], ["call_2_0"], []]
TOTALS = [15, 23, 34]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def chat(server: ScriptedServer) -> ChatSSE:
    return ChatSSE(model="echo", base_url=server.base_url, max_retries=0)


def agent_of(chat: ChatSSE) -> Any:
    return create_agent(chat, [get_weather])


def graph_of(chat: ChatSSE) -> Any:
    """Return an agent made of LangGraph's parts, whose model node reads a stream."""
    model = chat.bind_tools([get_weather])

    def ask(state: MessagesState) -> dict[str, Any]:
        chunks = list(model.stream(state["messages"]))
        return {"messages": [functools.reduce(operator.add, chunks)]}

    async def aask(state: MessagesState) -> dict[str, Any]:
        chunks = [chunk async for chunk in model.astream(state["messages"])]
        return {"messages": [functools.reduce(operator.add, chunks)]}

    graph = StateGraph(MessagesState)
    graph.add_node("model", RunnableLambda(ask, aask))
    graph.add_node("tools", ToolNode([get_weather]))
    graph.add_edge(START, "model")
    graph.add_conditional_edges("model", tools_condition)
    graph.add_edge("tools", "model")
    return graph.compile()


LOOPS = pytest.mark.parametrize("loop", [agent_of, graph_of])


def answers_in(messages: Iterable[BaseMessage]) -> list[AIMessage]:
    return [message for message in messages if isinstance(message, AIMessage)]


def cities_in(message: AIMessage) -> list[str]:
    assert message.invalid_tool_calls == []
    return [call["args"]["city"] for call in message.tool_calls]


def ids_in(message: AIMessage) -> list[str | None]:
    return [call["id"] for call in message.tool_calls]


def reasoning_of(message: AIMessage) -> str:
    return str(message.additional_kwargs.get("reasoning_content", ""))


def totals(messages: Iterable[AIMessage]) -> list[int]:
    return [m.usage_metadata["total_tokens"] for m in messages if m.usage_metadata]


def assert_the_steps(messages: Sequence[AIMessage]) -> None:
    assert [message.text for message in messages] == ["".join(t) for t in TEXTS]
    assert [reasoning_of(m) for m in messages] == ["".join(r) for r in REASONING]
    assert [cities_in(message) for message in messages] == CITIES
    assert [ids_in(message) for message in messages] == CALL_IDS
    assert totals(messages) == TOTALS
    assert [m.response_metadata["finish_reason"] for m in messages] == [
        "tool_calls",
        "tool_calls",
        "stop",
    ]


def assert_the_history_was_sent(server: ScriptedServer) -> None:
    """Each call has gone back with its id, its arguments and its result after it."""
    *_, last = server.requests
    assert len(server.requests) == len(STEPS)
    messages = last.json()["messages"]
    assert [message["role"] for message in messages] == [
        *("user", "assistant", "tool", "tool", "assistant", "tool"),
    ]
    calls = [call for m in messages for call in m.get("tool_calls", ())]
    assert [call["id"] for call in calls] == [*chain(*CALL_IDS)]
    assert [call["function"]["arguments"] for call in calls] == [
        f'{{"city": "{city}"}}' for city in chain(*CITIES)
    ]
    results = {m["tool_call_id"]: m["content"] for m in messages if m["role"] == "tool"}
    assert results == {
        "call_1_0": "Sunny in Rome",
        "call_1_1": "Sunny in Oslo",
        "call_2_0": "Sunny in Paris",
    }


@BOTH
@LOOPS
async def test_a_loop_of_tool_calls_has_every_step_right(
    server: ScriptedServer, chat: ChatSSE, *, loop: Any, sync: bool
) -> None:
    server.script(*STEPS)

    result = await invoked(loop(chat), sync=sync)

    assert_the_steps(answers_in(result["messages"]))
    assert_the_history_was_sent(server)


@BOTH
@LOOPS
async def test_each_token_of_each_step_is_in_the_messages_once(
    server: ScriptedServer, chat: ChatSSE, *, loop: Any, sync: bool
) -> None:
    server.script(*STEPS)

    parts = await streamed(loop(chat), sync=sync, mode="messages")

    chunks = [message for message, _ in parts if not isinstance(message, ToolMessage)]
    assert all(isinstance(chunk, AIMessageChunk) for chunk in chunks)
    steps = steps_of(chunks)
    assert [[c.text for c in step if c.text] for step in steps] == TEXTS
    thoughts = [[reasoning_of(c) for c in step if reasoning_of(c)] for step in steps]
    assert thoughts == REASONING
    assert [totals(step) for step in steps] == [[total] for total in TOTALS]
    assert [[c.chunk_position for c in step][-1] for step in steps] == ["last"] * 3
    wholes = [functools.reduce(operator.add, step) for step in steps]
    assert_the_steps(wholes)
    assert {meta["ls_provider"] for _, meta in parts if "ls_provider" in meta} == {
        wholes[0].response_metadata["model_provider"]
    }
    assert_the_history_was_sent(server)


@BOTH
@LOOPS
async def test_updates_have_the_messages_that_were_streamed_under_the_same_ids(
    server: ScriptedServer, chat: ChatSSE, *, loop: Any, sync: bool
) -> None:
    server.script(*STEPS)

    parts = await streamed(loop(chat), sync=sync, mode=["updates", "messages"])

    chunks = [
        part[0]
        for mode, part in parts
        if mode == "messages" and isinstance(part[0], AIMessageChunk)
    ]
    updates = [part for mode, part in parts if mode == "updates"]
    messages = [
        m for part in updates if "model" in part for m in part["model"]["messages"]
    ]
    assert_the_steps(answers_in(messages))
    assert [message.id for message in messages] == [
        step[0].id for step in steps_of(chunks)
    ]
    assert [len([c for c in s if c.text]) for s in steps_of(chunks)] == [2, 0, 3]


@BOTH
async def test_protocol_events_of_an_agent_have_each_token_once(
    server: ScriptedServer, chat: ChatSSE, *, sync: bool
) -> None:
    server.script(*STEPS)
    agent = agent_of(chat)
    texts, reasoning, messages = [], [], []

    with warnings.catch_warnings():
        # LangGraph names its own code as the caller, so no filter by module catches it.
        warnings.simplefilter("ignore")
        if sync:
            run = agent.stream_events(QUESTION, version="v3")
            for message in run.messages:
                texts.append(list(message.text))
                reasoning.append(list(message.reasoning))
                messages.append(message.output)
        else:
            run = await agent.astream_events(QUESTION, version="v3")
            async for message in run.messages:
                texts.append([text async for text in message.text])
                reasoning.append([thought async for thought in message.reasoning])
                messages.append(await message.output)

    assert texts == TEXTS
    assert reasoning == REASONING
    assert_the_steps(messages)
    assert_the_history_was_sent(server)
