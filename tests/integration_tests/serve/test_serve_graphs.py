"""Agents and graphs of LangGraph as they are served."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, TypedDict

import pytest
from langchain_core.messages import AIMessage, AnyMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import tool
from pydantic import BaseModel

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.serve.answer.parts import ToolRun
from langchain_sse_chat.serve.failure.failure import RequestRefused, failure_of
from langchain_sse_chat.serve.targets.served import Served
from langchain_sse_chat.serve.targets.target import Target
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.agent_runs import call_of, get_weather, usage_of
from tests.served_answers import answer_of, request_of

pytest.importorskip(
    "langchain", reason="the group agents is not installed: make integration_test"
)

from langchain.agents import create_agent
from langchain.agents.structured_output import ProviderStrategy, ToolStrategy
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.config import get_stream_writer
from langgraph.func import entrypoint
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt

CALLS = Reply.text(
    ["Let me", " look"],
    tool_calls=[call_of("Rome"), call_of("Oslo")],
    usage=usage_of(15),
)
ANSWER = Reply.text(["Sunny", " all", " over"], usage=usage_of(34))


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def chat(server: ScriptedServer) -> ChatSSE:
    return ChatSSE(model="echo", base_url=server.base_url, max_retries=0)


def graph_of(*nodes: Any, state: Any = MessagesState, **options: Any) -> Any:
    graph = StateGraph(state)
    before = START
    for node in nodes:
        name = getattr(node, "__name__", "team")
        graph.add_node(name, node)
        graph.add_edge(before, name)
        before = name
    return graph.compile(**options)


async def test_an_agent_streams_its_texts_and_shows_its_tools(
    server: ScriptedServer, chat: ChatSSE
) -> None:
    server.script(CALLS, ANSWER)

    answer = await answer_of(create_agent(chat, [get_weather]))

    assert answer.texts == ["Let me", " look", "\n\nSunny", " all", " over"]
    begins = [ToolRun(f"call_1_{n}", "get_weather", {"city": c}) for n, c in CITIES]
    ends = [
        ToolRun(f"call_1_{n}", "get_weather", {}, f"Sunny in {c}") for n, c in CITIES
    ]
    assert answer.tools[:2] == begins
    assert sorted(answer.tools[2:], key=lambda run: run.id) == ends
    assert answer.finish.reason == "stop"
    assert answer.finish.usage is not None
    assert answer.finish.usage["total_tokens"] == 49


CITIES = list(enumerate(["Rome", "Oslo"]))


async def test_what_a_model_says_inside_a_tool_stays_there(
    server: ScriptedServer, chat: ChatSSE
) -> None:
    @tool
    async def ask_an_expert(question: str) -> str:
        """Ask."""
        return str((await chat.ainvoke(question)).text)

    call = {"name": "ask_an_expert", "arguments": {"question": "?"}}
    server.script(
        Reply.text("Asking", tool_calls=[call], usage=usage_of(10)),
        Reply.text("Secret of the expert", usage=usage_of(20)),
        Reply.text("It is known", usage=usage_of(30)),
    )

    answer = await answer_of(create_agent(chat, [ask_an_expert]))

    assert answer.text == "Asking\n\nIt is known"
    assert [run.output for run in answer.tools] == [None, "Secret of the expert"]
    assert answer.finish.usage is not None
    assert answer.finish.usage["total_tokens"] == 60


async def test_what_an_agent_says_that_is_called_as_a_tool_stays_there(
    server: ScriptedServer, chat: ChatSSE
) -> None:
    member: Any = create_agent(chat, [])

    @tool
    async def delegate(task: str) -> str:
        """Delegate."""
        result = await member.ainvoke({"messages": [("user", task)]})
        return str(result["messages"][-1].text)

    call = {"name": "delegate", "arguments": {"task": "?"}}
    server.script(
        Reply.text(tool_calls=[call]), Reply.text("inner"), Reply.text("outer")
    )

    answer = await answer_of(create_agent(chat, [delegate]))

    assert answer.text == "outer"


async def test_the_answer_of_a_subgraph_is_sent_whole(
    server: ScriptedServer, chat: ChatSSE
) -> None:
    server.script(CALLS, ANSWER)
    team = create_agent(chat, [get_weather], name="member")

    answer = await answer_of(graph_of(team))

    assert answer.texts == ["Sunny all over"]
    assert answer.finish.usage is not None
    assert answer.finish.usage["total_tokens"] == 49
    assert answer.finish.reason == "stop"


async def test_the_nodes_that_are_named_stream_also_if_they_are_graphs(
    server: ScriptedServer, chat: ChatSSE
) -> None:
    server.script(Reply.text(["a", "plan"]), CALLS, ANSWER)
    team = create_agent(chat, [get_weather], name="member")

    async def plan(state: MessagesState) -> None:
        await chat.ainvoke(state["messages"])

    answer = await answer_of(Served(graph_of(plan, team), nodes=["team"]))

    assert answer.texts == ["Let me", " look", "\n\nSunny", " all", " over"]


async def test_a_model_with_the_tag_nostream_is_sent_only_if_it_answers(
    server: ScriptedServer, chat: ChatSSE
) -> None:
    server.script(Reply.text("a plan"), Reply.text(["the ", "answer"]))
    silent = chat.with_config(tags=["nostream"])

    async def plan(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await silent.ainvoke(state["messages"])]}

    async def reply(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await silent.ainvoke(state["messages"])]}

    answer = await answer_of(graph_of(plan, reply))

    assert answer.texts == ["the answer"]
    assert answer.finish.usage is not None


async def test_models_that_answer_at_the_same_time_do_not_mix(
    server: ScriptedServer, chat: ChatSSE
) -> None:
    for _ in range(3):
        server.script(Reply.text([f"{n} " for n in range(20)], delay=0.001))

    async def several(state: MessagesState) -> dict[str, Any]:
        calls = [chat.ainvoke(state["messages"]) for _ in range(3)]
        return {"messages": await asyncio.gather(*calls)}

    answer = await answer_of(graph_of(several))

    whole = "".join(f"{n} " for n in range(20))
    assert answer.text == "\n\n".join([whole] * 3)


async def test_a_text_that_the_node_changes_is_sent_again_only_as_far_as_it_is_new(
    server: ScriptedServer, chat: ChatSSE
) -> None:
    server.script(Reply.text("It rains."))

    async def reply(state: MessagesState) -> dict[str, Any]:
        message = await chat.ainvoke(state["messages"])
        return {"messages": [AIMessage(f"{message.text} [1]")]}

    answer = await answer_of(graph_of(reply))

    assert answer.text == "It rains. [1]"


async def test_notes_of_a_node_are_parts(server: ScriptedServer) -> None:
    def work(state: MessagesState) -> dict[str, Any]:
        get_stream_writer()({"done": 0.5})
        return {"messages": [AIMessage("ready")]}

    answer = await answer_of(graph_of(work))

    assert answer.notes == [{"done": 0.5}]
    assert answer.text == "ready"


async def test_an_interrupt_is_a_failure(server: ScriptedServer) -> None:
    def work(state: MessagesState) -> dict[str, Any]:
        return {"messages": [interrupt("May I?")]}

    graph = graph_of(work, checkpointer=InMemorySaver())

    with pytest.raises(RequestRefused, match="interrupt") as caught:
        await answer_of(graph)
    assert failure_of(caught.value).code == "interrupted"


@pytest.mark.parametrize("strategy", [ToolStrategy, ProviderStrategy])
async def test_an_object_is_sent_as_json_unless_its_text_was(
    server: ScriptedServer, chat: ChatSSE, strategy: Any
) -> None:
    class Weather(BaseModel):
        """Weather."""

        sky: str

    if strategy is ToolStrategy:
        call = {"name": "Weather", "arguments": {"sky": "blue"}}
        server.script(Reply.text(tool_calls=[call]))
    else:
        server.script(Reply.text('{"sky": "blue"}'))

    agent = create_agent(chat, [], response_format=strategy(Weather))
    answer = await answer_of(agent)

    assert Weather.model_validate_json(answer.text) == Weather(sky="blue")


async def test_two_requests_share_no_thread_and_leave_nothing(
    server: ScriptedServer, chat: ChatSSE
) -> None:
    saver = InMemorySaver()
    agent = create_agent(chat, [], checkpointer=saver)
    for _ in range(2):
        server.script(Reply.text("hello"))
        await answer_of(agent)

    assert [len(call.json()["messages"]) for call in server.requests] == [1, 1]
    assert not saver.storage
    assert not saver.writes
    assert not saver.blobs


async def test_a_thread_of_the_callers_own_is_kept(
    server: ScriptedServer, chat: ChatSSE
) -> None:
    def config(request: Any) -> RunnableConfig:
        return {"configurable": {"thread_id": request.options["user"]}}

    saver = InMemorySaver()
    agent = Served(create_agent(chat, [], checkpointer=saver), config=config)
    for _ in range(2):
        server.script(Reply.text("hello"))
        await answer_of(agent, request_of(options={"user": "u1"}))

    assert [len(call.json()["messages"]) for call in server.requests] == [1, 3]
    assert list(saver.storage) == ["u1"]


async def test_a_state_without_messages_answers_with_what_was_written_last(
    server: ScriptedServer,
) -> None:
    class State(TypedDict, total=False):
        question: str
        answer: str

    def work(state: State) -> State:
        return {"answer": state["question"].upper()}

    graph = graph_of(work, state=State)
    with pytest.raises(ValueError, match="input="):
        Target.of(graph)
    served = Served(graph, input=lambda request: {"question": "why"})
    assert (await answer_of(served)).text == "WHY"


async def test_an_entrypoint_is_a_graph(server: ScriptedServer, chat: ChatSSE) -> None:
    server.script(Reply.text(["one", "two"]))

    @entrypoint()
    async def agent(messages: list[AnyMessage]) -> str:
        return str((await chat.ainvoke(messages)).text)

    answer = await answer_of(agent)

    assert answer.texts == ["one", "two"]


async def test_a_failed_tool_says_so(server: ScriptedServer, chat: ChatSSE) -> None:
    @tool
    def fail() -> str:
        """Fail."""
        msg = "no"
        raise ValueError(msg)

    fail.handle_tool_error = True
    bad = {"name": "nothing_of_this_name", "arguments": {}}
    server.script(Reply.text(tool_calls=[bad]), Reply.text("sorry"))

    answer = await answer_of(create_agent(chat, [get_weather]))

    assert [run.failed for run in answer.tools] == [False, True]


async def test_leaving_stops_the_model(server: ScriptedServer, chat: ChatSSE) -> None:
    server.script(Reply.text(["one", "two"], stall_after=1))
    items = Target.of(create_agent(chat, [])).astream(request_of())

    first = await anext(items)
    assert first.text == "one"
    await items.aclose()

    assert await asyncio.to_thread(server.wait_for_disconnect)


async def test_the_conversation_goes_in_as_it_is(
    server: ScriptedServer, chat: ChatSSE
) -> None:
    server.script(Reply.text("hello"))
    target = Target.of(create_agent(chat, [get_weather]))

    assert target.check(request_of(options={"temperature": 1})) == ("temperature",)
    with pytest.raises(RequestRefused) as caught:
        target.check(request_of(tools=[{"type": "function"}]))
    assert caught.value.failure.param == "tools"
    await answer_of(target, request_of("Weather?"))
    assert server.requests[0].json()["messages"] == [
        {"role": "user", "content": "Weather?"}
    ]
