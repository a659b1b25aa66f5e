"""Agents do more than call tools: objects, retries, summaries."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from pydantic import BaseModel

from langchain_sse_chat import ChatSSE, InvalidRequestError, ServerError
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
from tests.unit_tests.chat_models.scripted import chunk, sse

pytest.importorskip(
    "langchain", reason="the group agents is not installed: make integration_test"
)

from langchain.agents import create_agent
from langchain.agents.middleware import ModelRetryMiddleware, SummarizationMiddleware
from langchain.agents.structured_output import ProviderStrategy, ToolStrategy


class Weather(BaseModel):
    """The weather in a place."""

    city: str
    degrees: int


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def chat(server: ScriptedServer) -> ChatSSE:
    return ChatSSE(model="echo", base_url=server.base_url, max_retries=0)


@BOTH
async def test_a_tool_strategy_returns_the_object(
    server: ScriptedServer, chat: ChatSSE, *, sync: bool
) -> None:
    fields = {"city": "Rome", "degrees": 21}
    server.script(Reply.text(tool_calls=[{"name": "Weather", "arguments": fields}]))
    agent = create_agent(chat, [get_weather], response_format=ToolStrategy(Weather))

    result = await invoked(agent, sync=sync)

    assert result["structured_response"] == Weather(city="Rome", degrees=21)
    [request] = server.requests
    assert request.json()["tool_choice"] == "required"
    assert "response_format" not in request.json()


@BOTH
async def test_a_tool_strategy_asks_again_when_the_object_is_wrong(
    server: ScriptedServer, chat: ChatSSE, *, sync: bool
) -> None:
    for degrees in ("warm", 21):
        fields = {"city": "Rome", "degrees": degrees}
        server.script(Reply.text(tool_calls=[{"name": "Weather", "arguments": fields}]))
    agent = create_agent(chat, [], response_format=ToolStrategy(Weather))

    result = await invoked(agent, sync=sync)

    assert result["structured_response"] == Weather(city="Rome", degrees=21)
    assert [m["role"] for m in server.requests[1].json()["messages"]] == [
        *("user", "assistant", "tool"),
    ]


@BOTH
@pytest.mark.parametrize("explicit", [True, False])
async def test_a_model_whose_profile_says_so_is_asked_by_response_format(
    server: ScriptedServer, *, sync: bool, explicit: bool
) -> None:
    profile = {} if explicit else {"structured_output": True}
    chat = ChatSSE(model="echo", base_url=server.base_url, profile=profile)
    server.script(
        Reply.text(tool_calls=[call_of("Rome")]),
        Reply.text(['{"city": "Rome",', ' "degrees": 21}']),
    )
    schema: Any = ProviderStrategy(Weather) if explicit else Weather
    agent = create_agent(chat, [get_weather], response_format=schema)

    result = await invoked(agent, sync=sync)

    assert result["structured_response"] == Weather(city="Rome", degrees=21)
    for request in server.requests:
        body = request.json()
        assert body["response_format"]["type"] == "json_schema"
        assert body["response_format"]["json_schema"]["name"] == "Weather"
        assert [t["function"]["name"] for t in body["tools"]] == ["get_weather"]
        assert "tool_choice" not in body


@BOTH
async def test_middleware_sends_again_what_a_busy_server_refused(
    server: ScriptedServer, chat: ChatSSE, *, sync: bool
) -> None:
    server.script(Reply.status(503), Reply.text("Here I am"))
    retry = ModelRetryMiddleware(initial_delay=0, on_failure="error")

    result = await invoked(create_agent(chat, [], middleware=[retry]), sync=sync)

    assert result["messages"][-1].text == "Here I am"
    assert len(server.requests) == 2


@BOTH
async def test_middleware_streams_a_cut_answer_again_under_another_id(
    server: ScriptedServer, chat: ChatSSE, *, sync: bool
) -> None:
    tokens = ["It", " is", " sunny."]
    server.script(Reply.text(tokens, cut_after=2), Reply.text(tokens))
    retry = ModelRetryMiddleware(initial_delay=0, on_failure="error")
    agent = create_agent(chat, [], middleware=[retry])

    parts = await streamed(agent, sync=sync, mode=["updates", "messages"])

    chunks = [part[0] for mode, part in parts if mode == "messages"]
    cut, whole = steps_of(chunks)
    assert [chunk.text for chunk in cut if chunk.text] == tokens[:2]
    assert [chunk.text for chunk in whole if chunk.text] == tokens
    [update] = [part for mode, part in parts if mode == "updates"]
    [message] = update["model"]["messages"]
    assert (message.id, message.text) == (whole[0].id, "It is sunny.")


@BOTH
async def test_middleware_gives_up_with_the_error_of_the_server(
    server: ScriptedServer, chat: ChatSSE, *, sync: bool
) -> None:
    server.script(*[Reply.status(503, error="busy")] * 3)
    retry = ModelRetryMiddleware(initial_delay=0, on_failure="error")

    with pytest.raises(ServerError, match="busy"):
        await invoked(create_agent(chat, [], middleware=[retry]), sync=sync)

    assert len(server.requests) == 3


@BOTH
async def test_middleware_does_not_repeat_a_request_that_is_wrong(
    server: ScriptedServer, chat: ChatSSE, *, sync: bool
) -> None:
    server.script(Reply.status(400, error="no such parameter"))
    retry = ModelRetryMiddleware(initial_delay=0)

    with pytest.raises(InvalidRequestError, match="no such parameter"):
        await invoked(create_agent(chat, [], middleware=[retry]), sync=sync)

    assert len(server.requests) == 1


@BOTH
@pytest.mark.parametrize(("total", "summarized"), [(5000, True), (500, False)])
async def test_a_conversation_is_summarized_by_the_servers_count_of_tokens(
    server: ScriptedServer, chat: ChatSSE, *, sync: bool, total: int, summarized: bool
) -> None:
    step = Reply.text(tool_calls=[call_of("Rome")], usage=usage_of(total))
    server.script(step, Reply.text("It is sunny."))
    # The messages are few; what the server reported counts when `ls_provider` of the
    # model is `model_provider` of the message.
    summaries = SummarizationMiddleware(
        chat,
        trigger=("tokens", 4000),
        keep=("messages", 1),
        token_counter=lambda messages: len(list(messages)),
        summarizer=FakeListChatModel(responses=["They asked for the weather."]),
    )
    agent = create_agent(chat, [get_weather], middleware=[summaries])

    await invoked(agent, sync=sync)

    first, *_ = server.requests[-1].json()["messages"]
    assert ("They asked for the weather." in first["content"]) is summarized


@BOTH
@pytest.mark.parametrize("protocol", [True, False], ids=["v3", "values"])
async def test_middleware_sees_a_refusal_after_a_part_of_the_text(
    server: ScriptedServer, chat: ChatSSE, *, sync: bool, protocol: bool
) -> None:
    middleware: Any = pytest.importorskip("langchain.agents.middleware.model_refusal")
    refusal = (chunk({"content": "Once"}), chunk({"refusal": "I will not."}))
    server.script(Reply.sse(sse(*refusal, chunk(finish_reason="stop"))))
    agent = create_agent(chat, [], middleware=[middleware.ModelRefusalMiddleware()])

    ask = _events_of if protocol else invoked

    with pytest.raises(middleware.ModelRefusalError, match=r"I will not\."):
        await ask(agent, sync=sync)


async def _events_of(agent: Any, *, sync: bool) -> Any:
    with warnings.catch_warnings():
        # LangGraph says that its v3 events are experimental.
        warnings.simplefilter("ignore")
        if sync:
            return list(agent.stream_events(QUESTION, version="v3"))
        events = await agent.astream_events(QUESTION, version="v3")
        return [event async for event in events]
