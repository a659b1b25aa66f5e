"""assistant-ui, whose data stream runtime sends model messages of the AI SDK."""

from __future__ import annotations

from typing import Any

from langchain.agents import create_agent
from langchain_core.tools import tool

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.serve import create_app
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.serve_clients.node import Node
from tests.integration_tests.serve_clients.relay import REASONING, TOKENS, Relay
from tests.integration_tests.serve_clients.served import running

TEXT = "".join(TOKENS)
CALL = {"id": "call_1", "name": "weather", "arguments": {"city": "Köln"}}
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
}


def talk(node: Node, url: str, *steps: Any, **given: Any) -> list[dict[str, Any]]:
    """Return the conversation after these steps."""
    messages: list[dict[str, Any]] = node.run(
        "assistant_ui", api=f"{url}/chat", steps=steps, **given
    )
    return messages


def texts(message: dict[str, Any], kind: str = "text") -> str:
    return "".join(p["text"] for p in message["content"] if p["type"] == kind)


def roles(upstream: ScriptedServer) -> list[str]:
    """Return the roles of the last request to the model."""
    return [m["role"] for m in upstream.requests[-1].json()["messages"]]


def test_a_conversation(node: Node, relay: Relay, upstream: ScriptedServer) -> None:
    upstream.script(Reply.text(TOKENS, reasoning=REASONING), Reply.text("Again."))

    _, first, _, second = talk(node, relay.url, {"send": "Hello"}, {"send": "And?"})

    assert first["status"]["type"] == second["status"]["type"] == "complete"
    assert texts(first) == TEXT
    assert texts(first, "reasoning") == "".join(REASONING)
    assert texts(second) == "Again."
    assert roles(upstream) == ["user", "assistant", "user"]
    assert upstream.requests[-1].json()["messages"][1]["content"] == TEXT


def test_an_agent_shows_its_tools(node: Node, upstream: ScriptedServer) -> None:
    @tool
    async def weather(city: str) -> str:
        """The weather in a city."""
        return f"Sunny in {city}."

    upstream.script(
        Reply.text("Let me look.", tool_calls=[CALL]),
        Reply.text("It is sunny."),
        Reply.text("Yes."),
    )
    model = ChatSSE(model="m", base_url=upstream.base_url, api_key="sk-of-the-server")
    with running(create_app(create_agent(model, [weather]))) as url:
        _, first, _, second = talk(node, url, {"send": "Hello"}, {"send": "Sure?"})

    kinds = [part["type"] for part in first["content"]]
    assert kinds == ["text", "tool-call", "text"]
    run = first["content"][1]
    assert (run["args"], run["result"]) == ({"city": "Köln"}, "Sunny in Köln.")
    assert texts(second) == "Yes."
    assert roles(upstream) == ["user", "assistant", "tool", "assistant", "user"]


def test_a_tool_of_the_page_is_run_there(
    node: Node, relay: Relay, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(tool_calls=[CALL]), Reply.text("It is sunny."))
    page = {"description": "The weather.", "parameters": SCHEMA, "result": "Sunny."}

    _, answer = talk(node, relay.url, {"send": "Hello"}, tools={"weather": page})

    assert answer["content"][0]["result"] == "Sunny."
    assert texts(answer) == "It is sunny."
    [offered] = upstream.requests[0].json()["tools"]
    assert offered["function"]["name"] == "weather"
    assert offered["function"]["parameters"] == SCHEMA
    assert roles(upstream) == ["user", "assistant", "tool"]


def test_failures_are_sentences(
    node: Node, relay: Relay, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.status(429), Reply.text(TOKENS, cut_after=2))

    _, refused, _, broken = talk(node, relay.url, {"send": "Hello"}, {"send": "And?"})

    assert refused["status"]["reason"] == "error"
    assert "The model's server has a rate limit." in str(refused["status"]["error"])
    assert broken["status"]["reason"] == "error"
    assert "The model's server failed" in str(broken["status"]["error"])
    assert texts(broken) == "".join(TOKENS[:2])


def test_cancel_stops_the_model(
    node: Node, relay: Relay, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(TOKENS, stall_after=2))

    _, answer = talk(node, relay.url, {"send": "Hello", "at": TOKENS[1]})

    assert upstream.wait_for_disconnect(5)
    assert answer["status"]["reason"] == "cancelled"
    assert texts(answer) == "".join(TOKENS[:2])
