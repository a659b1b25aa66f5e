"""`useChat` of the AI SDK, without React: its chat, its transport and its reader."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.tools import tool

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.serve import create_app
from langchain_sse_chat.serve.answer.parts import (
    Delta,
    Finish,
    Note,
    Part,
    ToolCallDelta,
    ToolRun,
)
from langchain_sse_chat.serve.failure.failure import Failure
from langchain_sse_chat.serve.wires.ui_messages import UIMessageWire
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.serve_clients.node import Node
from tests.integration_tests.serve_clients.relay import (
    REASONING,
    TOKENS,
    TOOLS,
    USAGE,
    Relay,
)
from tests.integration_tests.serve_clients.served import running
from tests.integration_tests.serve_clients.use_chat import (
    ASK,
    LIBRARIES,
    Chat,
    last,
    types,
    words,
)

TEXT = "".join(TOKENS)
CALL = {"id": "call_1", "name": "weather", "arguments": {"city": "Köln"}}
IMAGE = "data:image/png;base64,iVBORw0KGgo="


@pytest.fixture(params=LIBRARIES)
def library(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def chat(node: Node, library: str, relay: Relay) -> Chat:
    return Chat(node, library, relay.url)


def test_a_conversation(chat: Chat, upstream: ScriptedServer) -> None:
    first = Reply.text(TOKENS, reasoning=REASONING, usage=USAGE)
    upstream.script(first, Reply.text("Again."), Reply.text("A picture."))
    image = {"type": "file", "mediaType": "image/png", "url": IMAGE}

    asked, again, resumed, shown = chat(
        ASK,
        {"regenerate": True},
        {"resume": True},
        {"send": {"text": "What is it?", "files": [image]}},
    )

    answer = last(asked)
    assert answer["id"].startswith("msg_")
    assert types(answer) == ["step-start", "reasoning", "text"]
    assert (words(answer), words(answer, "reasoning")) == (TEXT, "".join(REASONING))
    assert {part.get("state", "done") for part in answer["parts"]} == {"done"}
    assert answer["metadata"]["usage"] == {
        "inputTokens": 11,
        "outputTokens": 7,
        "totalTokens": 18,
        "cachedInputTokens": 4,
        "reasoningTokens": 2,
    }
    assert words(last(again)) == "Again."
    assert len(again["messages"]) == 2
    assert resumed == again
    assert words(last(shown)) == "A picture."
    assert {report["status"] for report in (asked, again, resumed, shown)} == {"ready"}
    sent = [request.json()["messages"] for request in upstream.requests]
    assert [[m["role"] for m in messages] for messages in sent] == [
        ["user"],
        ["user"],
        ["user", "assistant", "user"],
    ]
    assert sent[2][1]["content"] == "Again."
    assert {"type": "image_url", "image_url": {"url": IMAGE}} in sent[2][2]["content"]


@contextmanager
def serving_an_agent(upstream: ScriptedServer) -> Iterator[str]:
    @tool
    async def weather(city: str) -> str:
        """The weather in a city."""
        return f"Sunny in {city}."

    model = ChatSSE(
        model="m",
        base_url=upstream.base_url,
        api_key="sk-of-the-server",
        max_retries=0,
    )
    with running(create_app(create_agent(model, [weather]))) as url:
        yield url


def test_an_agent_shows_its_tools_and_is_asked_once(
    node: Node, library: str, upstream: ScriptedServer
) -> None:
    upstream.script(
        Reply.text(["Let me ", "look."], tool_calls=[CALL]),
        Reply.text("It is sunny."),
        Reply.text("Yes."),
    )
    with serving_an_agent(upstream) as url:
        chat = Chat(node, library, url)
        asked, sure = chat(ASK, {"send": {"text": "Sure?"}})

    answer = last(asked)
    assert types(answer) == [
        "step-start",
        "text",
        "dynamic-tool",
        "step-start",
        "text",
    ]
    run = answer["parts"][2]
    assert (run["toolName"], run["state"]) == ("weather", "output-available")
    assert (run["input"], run["output"]) == ({"city": "Köln"}, "Sunny in Köln.")
    # The page must not run it, nor send the request again because it has a result.
    assert chat.report["toolCalls"] == []
    assert words(last(sure)) == "Yes."
    sent = upstream.requests[-1].json()["messages"]
    assert [m["role"] for m in sent] == [
        "user",
        "assistant",
        "tool",
        "assistant",
        "user",
    ]
    assert sent[2]["content"] == "Sunny in Köln."


def test_a_tool_of_the_page_is_run_there(chat: Chat, upstream: ScriptedServer) -> None:
    upstream.script(
        Reply.text("Let me look.", tool_calls=[CALL]), Reply.text("It is sunny.")
    )

    results = {"weather": {"sky": "clear"}}
    [asked] = chat(ASK, body={"tools": TOOLS}, results=results)

    answer = last(asked)
    assert (asked["status"], len(asked["messages"])) == ("ready", 2)
    assert chat.report["toolCalls"] == ["weather"]
    assert types(answer) == [
        "step-start",
        "text",
        "dynamic-tool",
        "step-start",
        "text",
    ]
    assert answer["parts"][2]["output"] == {"sky": "clear"}
    assert words(answer).endswith("It is sunny.")
    assert upstream.requests[1].json()["messages"][-1]["content"] == '{"sky": "clear"}'


def test_failures_are_sentences(chat: Chat, upstream: ScriptedServer) -> None:
    upstream.script(
        Reply.status(429, headers={"retry-after": "1"}),
        Reply.text(TOKENS, cut_after=2),
        Reply.text("Well."),
    )

    refused, broken, well = chat(ASK, ASK, ASK)

    assert refused["status"] == "error"
    assert refused["error"] == (
        "The model's server has a rate limit. Send the request again later."
    )
    assert broken["status"] == "error"
    assert broken["error"].startswith("The model's server failed")
    answer = last(broken)
    assert words(answer) == "".join(TOKENS[:2])
    assert {part.get("state", "done") for part in answer["parts"]} == {"done"}
    assert (well["status"], words(last(well))) == ("ready", "Well.")


def test_an_answer_is_stopped(chat: Chat, upstream: ScriptedServer) -> None:
    stalls = Reply.text(TOKENS, stall_after=2)
    upstream.script(stalls, stalls, Reply.text("Well."))
    begun = {**ASK, "at": TOKENS[1]}

    aborted, stopped, well = chat(
        {**begun, "act": "abort"}, {**begun, "act": "stop"}, ASK
    )

    assert upstream.wait_for_disconnect(5)
    for report in (aborted, stopped):
        assert (report["status"], report.get("error")) == ("ready", None)
        assert words(last(report)) == "".join(TOKENS[:2])
    assert stopped["acted"] == 204
    assert last(stopped)["parts"][-1]["state"] == "done"
    assert words(last(well)) == "Well."


def test_every_chunk_however_the_bytes_are_cut(node: Node, library: str) -> None:
    wire = UIMessageWire(message_id="m-1")
    parts: list[Part] = [
        Delta(reasoning="Hm"),
        "Grüße 👋",
        Note({"step": 1}),
        ToolRun("1", "search", {"q": "x"}),
        ToolRun("2", "search", {}),
        ToolRun("1", "search", output="lost", failed=True),
        ToolRun("2", "search", output="found"),
        "It is x.",
        Delta(tool_calls=[ToolCallDelta(0, "3", "weather", '{"city":')]),
    ]
    cited = {"type": "url_citation", "url": "https://a.example/1", "title": "A"}
    further = {"annotations": [cited], "images": [{"image_url": {"url": IMAGE}}]}
    finish = Finish("length", fields=further)
    pieces = [wire.open(), *map(wire.feed, parts), wire.close(finish)]
    # The keep-alives between them are comments.
    data = wire.keep_alive().join(pieces)

    for got in read(node, library, data):
        assert got["errors"] == []
        message = got["message"]
        assert message["id"] == "m-1"
        assert words(message) == "Grüße 👋It is x."
        runs = [p for p in message["parts"] if p["type"] == "dynamic-tool"]
        assert [run["state"] for run in runs] == [
            "output-error",
            "output-available",
            "output-error",
        ]
        assert runs[-1]["input"] == '{"city":'
        assert message["metadata"] == {"finishReason": "length"}
        source, file = message["parts"][-2:]
        assert (source["url"], source["title"]) == ("https://a.example/1", "A")
        assert (file["url"], file["mediaType"]) == (IMAGE, "image/png")


def test_a_failure_closes_all_parts(node: Node, library: str) -> None:
    wire = UIMessageWire()
    pieces = [
        wire.open(),
        wire.feed(ToolRun("1", "search")),
        wire.feed("Well"),
        wire.fail(Failure(502, "It broke.", "upstream_error")),
    ]

    for got in read(node, library, b"".join(pieces)):
        assert got["errors"] == ["It broke."]
        _, run, text = got["message"]["parts"]
        assert (run["state"], run["errorText"]) == ("output-error", "It broke.")
        assert text["state"] == "done"


def read(node: Node, library: str, data: bytes) -> list[dict[str, Any]]:
    """Return the reports for bytes that come one by one, in pieces and whole."""
    sent = base64.b64encode(data).decode()
    found: list[dict[str, Any]] = node.run(
        "use_chat", library=library, bytes=sent, sizes=[1, 7, len(data)]
    )
    return found
