"""Request bodies that the echo model rejects, and why."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.testing.checks import refusal

MESSAGES = [{"role": "user", "content": "Hi"}]
CALL = {"role": "assistant", "content": None, "tool_calls": [{"id": "c1"}]}


def body(**fields: Any) -> dict[str, Any]:
    return {"model": "m", "messages": MESSAGES, **fields}


@pytest.mark.parametrize(
    "accepted",
    [
        pytest.param(body(), id="the least"),
        pytest.param(body(temperature=0, top_p=None, n=1), id="numbers and null"),
        pytest.param(body(tools=[{"type": "web_search"}]), id="a tool of the server"),
        pytest.param(
            body(messages=[CALL, {"role": "tool", "tool_call_id": "c1"}]),
            id="a result after its call",
        ),
        pytest.param(
            body(messages=[{"role": "user", "content": [{"type": "text"}]}]),
            id="a list of parts",
        ),
    ],
)
def test_a_body_that_servers_accept_is_accepted(accepted: dict[str, Any]) -> None:
    assert refusal(accepted) is None


@pytest.mark.parametrize(
    ("rejected", "words"),
    [
        pytest.param([], "must be a JSON object", id="a list"),
        pytest.param(body(model=""), "'model'", id="an empty model"),
        pytest.param(body(temperature=True), "'temperature'", id="a switch"),
        pytest.param(body(top_p="0.5"), "'top_p'", id="a number as text"),
        pytest.param(body(max_tokens=0), "'max_tokens'", id="no tokens"),
        pytest.param(body(n=1.5), "'n'", id="a fraction of an answer"),
        pytest.param(body(tools=[{}]), r"tools[0]", id="a tool without a type"),
        pytest.param(
            body(tools=[{"type": "function", "function": {}}]),
            "tools[0].function",
            id="a function without a name",
        ),
        pytest.param(body(messages=[]), "at least one message", id="no messages"),
        pytest.param(body(messages=["Hi"]), "messages[0]", id="a text"),
        pytest.param(
            body(messages=[{"role": "robot"}]), "role is unknown", id="a role"
        ),
        pytest.param(
            body(messages=[{"role": "user", "content": [{"type": "smell"}]}]),
            "list of known parts",
            id="an unknown part",
        ),
        pytest.param(
            body(messages=[{"role": "tool", "tool_call_id": "c1"}, CALL]),
            "does not answer a tool call",
            id="a result before its call",
        ),
    ],
)
def test_a_body_that_servers_reject_is_rejected_with_the_reason(
    rejected: Any, words: str
) -> None:
    assert words in str(refusal(rejected))
