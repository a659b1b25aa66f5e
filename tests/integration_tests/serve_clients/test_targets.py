"""Each kind of thing that can be served, read by `ChatSSE` and as plain JSON."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from langchain.agents import create_agent
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.output_parsers import JsonOutputParser, StrOutputParser
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.serve import create_app
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.serve_clients.relay import TOKENS, USAGE
from tests.integration_tests.serve_clients.served import running

WORDS = ["One ", "two ", "three."]


class OnlySync(BaseChatModel):
    """A model without a line of asynchronous code, which knows in what thread it is."""

    threads: list[str]

    @property
    def _llm_type(self) -> str:
        return "only-sync"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(
            generations=[ChatGeneration(message=AIMessage("".join(WORDS)))]
        )

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        self.threads.append(threading.current_thread().name)
        for word in WORDS:
            yield ChatGenerationChunk(message=AIMessageChunk(content=word))


class Lister(BaseChatModel):
    """A model that does not stream."""

    @property
    def _llm_type(self) -> str:
        return "lister"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(
            generations=[ChatGeneration(message=AIMessage('{"a": [1, 2]}'))]
        )


@tool
def weather(city: str) -> str:
    """Get the weather in a city."""
    return f"Sunny in {city}"


@tool
def broken(city: str) -> str:
    """Fail."""
    msg = f"no way to {city}"
    raise ValueError(msg)


async def function(messages: list[BaseMessage], request: Any) -> AsyncIterator[str]:
    for word in WORDS:
        yield word


def model_of(upstream: ScriptedServer) -> ChatSSE:
    return ChatSSE(
        model="behind",
        base_url=upstream.base_url,
        api_key="sk-of-the-server",
        max_retries=0,
    )


def read(target: Any) -> tuple[list[AIMessageChunk], AIMessage]:
    """Return the stream of a target, read by `ChatSSE`, and its whole answer."""
    with (
        running(create_app({"t": target})) as url,
        ChatSSE(model="t", base_url=f"{url}/v1", max_retries=0) as chat,
    ):
        return list(chat.stream("Hello")), whole(url)


def whole(url: str) -> AIMessage:
    """Return the answer in one piece."""
    body = {"model": "t", "messages": [{"role": "user", "content": "Hello"}]}
    response = httpx.post(f"{url}/v1/chat/completions", json=body, timeout=60)
    message = response.raise_for_status().json()["choices"][0]["message"]
    assert "tool_calls" not in message
    return AIMessage(message["content"])


def texts(chunks: list[AIMessageChunk]) -> list[str]:
    return [chunk.text for chunk in chunks if chunk.text]


def reason(chunks: list[AIMessageChunk]) -> Any:
    found = [chunk.response_metadata.get("finish_reason") for chunk in chunks]
    [one] = [each for each in found if each]
    return one


def test_a_model_of_this_package(upstream: ScriptedServer) -> None:
    reply = Reply.text(TOKENS, usage=USAGE)
    upstream.script(reply, reply)

    chunks, message = read(model_of(upstream))

    assert texts(chunks) == TOKENS
    assert message.text == "".join(TOKENS)
    [usage] = [chunk.usage_metadata for chunk in chunks if chunk.usage_metadata]
    assert usage["total_tokens"] == 18


def test_a_model_without_asynchronous_code_runs_in_a_thread() -> None:
    model = OnlySync(threads=[])

    chunks, message = read(model)

    assert texts(chunks) == WORDS
    assert message.text == "".join(WORDS)
    assert reason(chunks) == "stop"
    assert not [name for name in model.threads if "uvicorn" in name]


def test_a_model_that_does_not_stream() -> None:
    chunks, message = read(Lister())
    assert texts(chunks) == [message.text] == ['{"a": [1, 2]}']


def test_a_fake_model_of_langchain() -> None:
    answers = (AIMessage("".join(WORDS)) for _ in range(2))
    chunks, message = read(GenericFakeChatModel(messages=answers))
    assert "".join(texts(chunks)) == message.text == "".join(WORDS)
    assert len(texts(chunks)) > 1


def test_a_chain_streams_what_its_parser_streams(upstream: ScriptedServer) -> None:
    reply = Reply.text(WORDS)
    upstream.script(reply, reply)
    prompt = ChatPromptTemplate.from_template("Count after {greeting}")

    chunks, message = read(prompt | model_of(upstream) | StrOutputParser())

    assert texts(chunks) == WORDS
    assert message.text == "".join(WORDS)
    asked = [request.json()["messages"][0]["content"] for request in upstream.requests]
    assert asked == ["Count after Hello"] * 2


def test_a_chain_that_gives_objects_is_served_as_json(upstream: ScriptedServer) -> None:
    reply = Reply.text(['{"a": ', "[1, ", "2]}"])
    upstream.script(reply, reply)

    chunks, message = read(model_of(upstream) | JsonOutputParser())

    assert json.loads("".join(texts(chunks))) == {"a": [1, 2]}
    assert json.loads(message.text) == {"a": [1, 2]}


def test_a_function() -> None:
    chunks, message = read(function)
    assert texts(chunks) == WORDS
    assert message.text == "".join(WORDS)


@pytest.mark.parametrize("saved", [False, True], ids=["stateless", "with checkpoints"])
def test_an_agent_runs_its_tools_itself(
    upstream: ScriptedServer, *, saved: bool
) -> None:
    calls = [{"name": "weather", "arguments": {"city": city}} for city in ("Bonn", "K")]
    turn = (
        Reply.text(["Let ", "me look."], tool_calls=calls, usage=USAGE),
        Reply.text(["It ", "is sunny."], usage=USAGE),
    )
    upstream.script(*turn, *turn)
    agent = create_agent(
        model_of(upstream),
        [weather],
        checkpointer=InMemorySaver() if saved else None,
    )

    chunks, message = read(agent)

    # The texts of two messages, with an empty line between them.
    assert "".join(texts(chunks)) == "Let me look.\n\nIt is sunny."
    assert texts(chunks)[-2:] == ["\n\nIt ", "is sunny."]
    assert message.text == "Let me look.\n\nIt is sunny."
    assert not [chunk for chunk in chunks if chunk.tool_call_chunks]
    assert reason(chunks) == "stop"
    [usage] = [chunk.usage_metadata for chunk in chunks if chunk.usage_metadata]
    assert usage["total_tokens"] == 36
    # The second request is not the sequel of the first.
    assert [len(r.json()["messages"]) for r in upstream.requests] == [1, 4, 1, 4]


def test_an_agent_whose_tool_fails_is_a_failure(upstream: ScriptedServer) -> None:
    call = {"name": "broken", "arguments": {"city": "Atlantis"}}
    upstream.script(Reply.text(tool_calls=[call]))
    agent = create_agent(model_of(upstream), [broken])

    with pytest.raises(Exception, match="internal error") as caught:
        read(agent)

    assert "Atlantis" not in str(caught.value)


def test_the_tokens_of_inner_models_stay_out(upstream: ScriptedServer) -> None:
    model = model_of(upstream)

    @tool
    async def ask_expert(question: str) -> str:
        """Ask an expert."""
        return (await model.ainvoke(question)).text

    call = {"name": "ask_expert", "arguments": {"question": "Why?"}}
    upstream.script(
        Reply.text(tool_calls=[call]), Reply.text(["Secret"]), Reply.text(["Because."])
    )
    with (
        running(create_app(create_agent(model, [ask_expert]))) as url,
        ChatSSE(model="default", base_url=f"{url}/v1", max_retries=0) as chat,
    ):
        # The name of an only target is its own, or `default`.
        [name] = names(url)
        chunks = list(chat.stream("Hello", model=name))

    assert texts(chunks) == ["Because."]


def test_a_graph_with_a_graph_inside(upstream: ScriptedServer) -> None:
    model = model_of(upstream)

    async def research(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(state["messages"])]}

    inner = StateGraph(MessagesState)
    inner.add_node("research", research)
    inner.add_edge(START, "research")
    inner.add_edge("research", END)

    async def write(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(state["messages"])]}

    outer = StateGraph(MessagesState)
    outer.add_node("inner", inner.compile())
    outer.add_node("write", write)
    outer.add_edge(START, "inner")
    outer.add_edge("inner", "write")
    outer.add_edge("write", END)
    turn = (Reply.text(["Facts"]), Reply.text(WORDS))
    upstream.script(*turn, *turn)

    chunks, message = read(outer.compile())

    assert texts(chunks) == WORDS
    assert message.text == "".join(WORDS)


def names(url: str) -> list[str]:
    return [row["id"] for row in httpx.get(f"{url}/v1/models").json()["data"]]
