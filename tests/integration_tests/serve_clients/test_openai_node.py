"""OpenAI's SDK for Node, in its sixth and its newest version."""

from __future__ import annotations

import json
from typing import Any

import pytest

from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.serve_clients.node import Node
from tests.integration_tests.serve_clients.relay import (
    CALLS,
    MESSAGES,
    REASONING,
    TOKENS,
    TOOLS,
    USAGE,
)

REQUEST = {"messages": MESSAGES, "stream_options": {"include_usage": True}}
WHOLE = {"messages": MESSAGES}


@pytest.fixture(params=["openai-6", "openai"])
def library(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def test_iterating_gives_each_token_once(
    node: Node, library: str, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(TOKENS, reasoning=REASONING, usage=USAGE))

    got = node.run("openai", library=library, way="iterate", request=REQUEST)

    chunks = got["chunks"]
    choices = [chunk["choices"][0] for chunk in chunks if chunk["choices"]]
    assert pieces(choices, "content") == TOKENS
    assert pieces(choices, "reasoning_content") == REASONING
    assert pieces(choices, "role") == ["assistant"]
    assert [choice["finish_reason"] for choice in choices][-1] == "stop"
    assert [chunk["usage"] for chunk in chunks if chunk["usage"]] == [USAGE]
    assert len({(chunk["id"], chunk["created"]) for chunk in chunks}) == 1


def test_the_stream_helper_puts_the_message_together(
    node: Node, library: str, upstream: ScriptedServer
) -> None:
    upstream.script(
        Reply.text(TOKENS, reasoning=REASONING, tool_calls=CALLS, usage=USAGE)
    )

    got = node.run(
        "openai", library=library, way="helper", request={**REQUEST, "tools": TOOLS}
    )

    choice = got["completion"]["choices"][0]
    assert choice["message"]["content"] == "".join(TOKENS)
    assert choice["message"]["role"] == "assistant"
    assert calls_of(choice["message"]["tool_calls"]) == CALLS
    assert choice["finish_reason"] == "tool_calls"
    assert got["completion"]["usage"] == USAGE
    texts = [event[1] for event in got["events"] if event[0] == "content"]
    assert [text for text in texts if text] == TOKENS
    done = [json.loads(event[3]) for event in got["events"] if event[0] == "call"]
    assert done == [call["arguments"] for call in CALLS]


def test_an_answer_in_one_piece_has_all(
    node: Node, library: str, upstream: ScriptedServer
) -> None:
    upstream.script(
        Reply.text(TOKENS, reasoning=REASONING, tool_calls=CALLS, usage=USAGE)
    )

    got = node.run("openai", library=library, way="whole", request=WHOLE)

    choice = got["completion"]["choices"][0]
    assert choice["message"]["content"] == "".join(TOKENS)
    assert choice["message"]["reasoning_content"] == "".join(REASONING)
    assert calls_of(choice["message"]["tool_calls"]) == CALLS
    assert got["completion"]["usage"] == USAGE


@pytest.mark.parametrize("way", ["iterate", "helper"])
@pytest.mark.parametrize(
    ("reply", "name", "code", "requests"),
    [
        pytest.param(
            Reply.status(400, error="Too hot."), "BadRequestError", None, 1, id="400"
        ),
        pytest.param(
            Reply.status(401), "InternalServerError", "upstream_refused", 1, id="401"
        ),
        pytest.param(
            Reply.status(429, headers={"retry-after": "0"}),
            "RateLimitError",
            "rate_limit_exceeded",
            3,
            id="429",
        ),
    ],
)
def test_a_failure_upstream_has_its_class_and_its_retries(
    node: Node,
    library: str,
    upstream: ScriptedServer,
    *,
    way: str,
    reply: Reply,
    name: str,
    code: str | None,
    requests: int,
) -> None:
    upstream.script(*[reply] * 3)

    error = node.run("openai", library=library, way=way, request=WHOLE)["error"]

    assert error["name"] == name
    assert error["code"] == code
    assert error["requestID"]
    assert len(upstream.requests) == requests


@pytest.mark.parametrize("way", ["iterate", "helper"])
def test_an_answer_that_breaks_off_is_an_error(
    node: Node, library: str, upstream: ScriptedServer, way: str
) -> None:
    upstream.script(Reply.text(TOKENS, cut_after=2))

    got = node.run("openai", library=library, way=way, request=WHOLE)

    assert got["error"]["code"] == "upstream_error"
    assert len(upstream.requests) == 1


def test_a_client_that_aborts_stops_the_model(
    node: Node, library: str, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(TOKENS, stall_after=2))

    assert node.run("openai", library=library, way="leave", request=WHOLE)["left"]

    assert upstream.wait_for_disconnect(5)


def test_a_wrong_request_is_refused_with_its_field(node: Node, library: str) -> None:
    request = {"messages": [{"role": "judge", "content": "?"}]}
    error = node.run("openai", library=library, way="helper", request=request)["error"]
    assert (error["status"], error["param"]) == (400, "messages[0]")


def test_the_models_are_listed(node: Node, library: str) -> None:
    assert node.run("openai", library=library, way="models") == {"names": ["m"]}


def pieces(choices: list[dict[str, Any]], name: str) -> list[str]:
    found = [choice["delta"].get(name) for choice in choices]
    return [piece for piece in found if piece]


def calls_of(calls: Any) -> list[dict[str, Any]]:
    """Return the calls of a message in the form of those that are scripted."""
    return [
        {
            "id": call["id"],
            "name": call["function"]["name"],
            "arguments": json.loads(call["function"]["arguments"]),
        }
        for call in calls
    ]
