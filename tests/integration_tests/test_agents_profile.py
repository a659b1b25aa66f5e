"""Agents and middleware read the profile of a model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.messages import AIMessage, HumanMessage
from pydantic import BaseModel

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.agent_runs import (
    BOTH,
    call_of,
    get_weather,
    invoked,
    usage_of,
)

pytest.importorskip(
    "langchain", reason="the group agents is not installed: make integration_test"
)

from langchain.agents import create_agent
from langchain.agents.middleware import SummarizationMiddleware


class Weather(BaseModel):
    """The weather in a place."""

    city: str
    degrees: int


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


def model_at(server: ScriptedServer, provider: str, **fields: Any) -> ChatSSE:
    given = {"model": "some-model", "api_key": "k", **fields}
    return ChatSSE(**given, provider=provider, base_url=server.base_url, max_retries=0)


@BOTH
@pytest.mark.parametrize(
    ("provider", "native"),
    [("openai", True), ("mistral", True), ("deepseek", False), ("custom", False)],
)
async def test_an_agent_uses_schemas_where_the_server_enforces_them(
    server: ScriptedServer, provider: str, *, native: bool, sync: bool
) -> None:
    answer = '{"city": "Rome", "degrees": 21}'
    call = {"name": "Weather", "arguments": {"city": "Rome", "degrees": 21}}
    server.script(
        Reply.text(tool_calls=[call_of("Rome")]),
        Reply.text(answer) if native else Reply.text(tool_calls=[call]),
    )
    chat = model_at(server, provider)
    agent = create_agent(chat, [get_weather], response_format=Weather)

    result = await invoked(agent, sync=sync)

    assert result["structured_response"] == Weather(city="Rome", degrees=21)
    sent = [request.json() for request in server.requests]
    assert ["response_format" in body for body in sent] == [native, native]


@BOTH
async def test_a_fraction_of_the_context_window_triggers_a_summary(
    server: ScriptedServer, *, sync: bool
) -> None:
    chat = model_at(server, "openai", model="gpt-4o")
    window = (chat.profile or {})["max_input_tokens"]
    middleware = SummarizationMiddleware(
        model=chat, trigger=("fraction", 0.5), keep=("messages", 1)
    )
    server.script(
        Reply.text(tool_calls=[call_of("Rome")], usage=usage_of(window)),
        Reply.text("They asked for the weather."),
        Reply.text("Sunny."),
    )
    agent = create_agent(chat, [get_weather], middleware=[middleware])

    await invoked(agent, sync=sync)

    first, *_ = server.requests[-1].json()["messages"]
    assert "They asked for the weather." in first["content"]


def test_without_a_known_window_the_user_says_it(server: ScriptedServer) -> None:
    with pytest.raises(ValueError, match="profile"):
        SummarizationMiddleware(
            model=model_at(server, "custom"), trigger=("fraction", 0.5)
        )
    known = model_at(server, "custom", profile={"max_input_tokens": 8192})
    SummarizationMiddleware(model=known, trigger=("fraction", 0.5))


@pytest.mark.parametrize("provider", ["openai", "gemini", "custom"])
def test_middleware_knows_the_messages_of_the_model_in_spite_of_its_name_in_traces(
    server: ScriptedServer, provider: str
) -> None:
    chat = model_at(server, provider)
    server.script(Reply.text("Sunny.", usage=usage_of(5000)))
    answer = chat.invoke("The weather?")
    summarizer = SummarizationMiddleware(
        model=chat, trigger=("tokens", 4000), keep=("messages", 1)
    )

    messages: list[Any] = [HumanMessage("The weather?"), answer]
    assert summarizer._should_summarize(messages, 10)
    other = AIMessage("Sunny.", usage_metadata=answer.usage_metadata)
    assert not summarizer._should_summarize([messages[0], other], 10)
    assert not SummarizationMiddleware(
        model=FakeListChatModel(responses=["x"]), trigger=("tokens", 4000)
    )._should_summarize(messages, 10)
