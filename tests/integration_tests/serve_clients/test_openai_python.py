"""OpenAI's SDK for Python reads what is served."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.serve_clients.relay import (
    CALLS,
    MESSAGES,
    REASONING,
    TOKENS,
    TOOLS,
    USAGE,
    Relay,
)

WITH_USAGE: Any = {"include_usage": True}


class City(BaseModel):
    """A city and its country."""

    name: str
    people: int


@pytest.fixture
def client(relay: Relay) -> Iterator[OpenAI]:
    with OpenAI(base_url=relay.base_url, api_key=relay.key) as client:
        yield client


def test_iterating_gives_each_token_once(
    client: OpenAI, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(TOKENS, reasoning=REASONING, usage=USAGE))

    chunks = list(
        client.chat.completions.create(
            model="m", messages=MESSAGES, stream=True, stream_options=WITH_USAGE
        )
    )

    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert [delta.content for delta in deltas if delta.content] == TOKENS
    extras = [(delta.model_extra or {}).get("reasoning_content") for delta in deltas]
    assert [extra for extra in extras if extra] == REASONING
    assert [delta.role for delta in deltas if delta.role] == ["assistant"]
    assert len({(chunk.id, chunk.created) for chunk in chunks}) == 1
    reasons = [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices]
    assert [reason for reason in reasons if reason] == ["stop"]
    assert reasons[-1] == "stop"
    usages = [chunk.usage for chunk in chunks if chunk.usage]
    assert [usage.model_dump(exclude_none=True) for usage in usages] == [USAGE]


def test_no_usage_comes_without_being_asked_for(
    client: OpenAI, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(TOKENS, usage=USAGE, send_usage="always"))

    stream = client.chat.completions.create(model="m", messages=MESSAGES, stream=True)

    assert not [chunk for chunk in stream if chunk.usage or not chunk.choices]


async def test_async_iterating_gives_each_token_once(
    relay: Relay, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(TOKENS))
    async with AsyncOpenAI(base_url=relay.base_url, api_key=relay.key) as client:
        stream = await client.chat.completions.create(
            model="m", messages=MESSAGES, stream=True
        )
        got = [chunk.choices[0].delta.content async for chunk in stream]
    assert [text for text in got if text] == TOKENS


def test_the_stream_helper_puts_the_message_together(
    client: OpenAI, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(TOKENS, reasoning=REASONING, usage=USAGE))

    with client.chat.completions.stream(
        model="m", messages=MESSAGES, stream_options=WITH_USAGE
    ) as stream:
        events = list(stream)
        completion = stream.get_final_completion()

    message = completion.choices[0].message
    assert message.role == "assistant"
    assert message.content == "".join(TOKENS)
    assert (message.model_extra or {})["reasoning_content"] == "".join(REASONING)
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage is not None
    assert completion.usage.total_tokens == 18
    deltas = [event.delta for event in events if event.type == "content.delta"]
    assert [delta for delta in deltas if delta] == TOKENS
    assert [event.type for event in events].count("content.done") == 1


def test_the_stream_helper_puts_parallel_calls_together(
    client: OpenAI, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(["Let me look."], tool_calls=CALLS))

    with client.chat.completions.stream(
        model="m", messages=MESSAGES, tools=TOOLS
    ) as stream:
        events = list(stream)
        choice = stream.get_final_completion().choices[0]

    done = [e for e in events if e.type == "tool_calls.function.arguments.done"]
    assert [json.loads(event.arguments) for event in done] == [
        call["arguments"] for call in CALLS
    ]
    assert calls_of(choice.message.tool_calls) == CALLS
    assert choice.message.content == "Let me look."
    assert choice.finish_reason == "tool_calls"


def test_an_answer_in_one_piece_has_all(
    client: OpenAI, upstream: ScriptedServer
) -> None:
    upstream.script(
        Reply.text(TOKENS, reasoning=REASONING, tool_calls=CALLS, usage=USAGE)
    )

    completion = client.chat.completions.create(
        model="m", messages=MESSAGES, tools=TOOLS
    )

    choice = completion.choices[0]
    assert choice.message.content == "".join(TOKENS)
    assert (choice.message.model_extra or {})["reasoning_content"] == "I greet"
    assert calls_of(choice.message.tool_calls) == CALLS
    assert choice.finish_reason == "tool_calls"
    assert completion.usage is not None
    assert completion.usage.model_dump(exclude_none=True) == USAGE


def test_the_results_of_tools_go_back_to_the_model(
    client: OpenAI, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(tool_calls=CALLS), Reply.text(["Sunny."]))

    first = client.chat.completions.create(model="m", messages=MESSAGES, tools=TOOLS)
    asked = first.choices[0].message
    results = [
        {"role": "tool", "tool_call_id": call["id"], "content": "sun"} for call in CALLS
    ]
    messages: Any = [*MESSAGES, asked.to_dict(), *results]
    second = client.chat.completions.create(model="m", messages=messages, tools=TOOLS)

    assert second.choices[0].message.content == "Sunny."
    sent = upstream.requests[-1].json()["messages"]
    assert [message["role"] for message in sent] == [
        "user",
        "assistant",
        "tool",
        "tool",
    ]
    assert [call["id"] for call in sent[1]["tool_calls"]] == ["call_1", "call_2"]


@pytest.mark.parametrize("streamed", [True, False], ids=["streamed", "whole"])
def test_parse_gives_an_object(
    client: OpenAI, upstream: ScriptedServer, *, streamed: bool
) -> None:
    upstream.script(Reply.text(['{"name": "Kö', 'ln", "peo', 'ple": 5}']))

    if streamed:
        with client.chat.completions.stream(
            model="m", messages=MESSAGES, response_format=City
        ) as stream:
            completion = stream.get_final_completion()
    else:
        completion = client.chat.completions.parse(
            model="m", messages=MESSAGES, response_format=City
        )

    assert completion.choices[0].message.parsed == City(name="Köln", people=5)
    form = upstream.requests[-1].json()["response_format"]
    assert form["json_schema"]["schema"]["required"] == ["name", "people"]


def test_a_refusal_is_a_refusal(client: OpenAI, upstream: ScriptedServer) -> None:
    upstream.script(
        Reply.sse(
            b'data: {"choices": [{"index": 0, "delta": {"role": "assistant", '
            b'"refusal": "I will not."}, "finish_reason": null}]}\n\n'
            b'data: {"choices": [{"index": 0, "delta": {}, '
            b'"finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
        )
    )

    with client.chat.completions.stream(model="m", messages=MESSAGES) as stream:
        completion = stream.get_final_completion()

    assert completion.choices[0].message.refusal == "I will not."
    assert not completion.choices[0].message.content


def test_the_models_are_listed(client: OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["m"]
    assert client.models.retrieve("m").object == "model"
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("n")
    assert caught.value.code == "model_not_found"


def calls_of(calls: Any) -> list[dict[str, Any]]:
    """Return the calls of a message in the form of those that are scripted."""
    return [
        {
            "id": call.id,
            "name": call.function.name,
            "arguments": json.loads(call.function.arguments),
        }
        for call in calls
    ]
