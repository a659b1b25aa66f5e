"""Langfuse's callback handler, without its server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration_tests.tracing.conftest import SERVED, Calls, only_span

pytestmark = pytest.mark.filterwarnings("ignore")  # of other libraries


@pytest.fixture(scope="module")
def client(exporter: Any) -> Iterator[Any]:
    library = pytest.importorskip("langfuse")
    keys = {"public_key": "pk-lf-test", "secret_key": "sk-lf-test"}
    client = library.Langfuse(**keys, span_exporter=exporter)
    yield client
    client.shutdown()


@pytest.fixture
def handler(client: Any) -> Any:
    library = pytest.importorskip("langfuse.langchain")
    return library.CallbackHandler(public_key="pk-lf-test")


def finished(client: Any, spans: Any) -> dict[str, Any]:
    client.flush()
    return only_span(spans)


def test_text_reasoning_model_and_tokens_are_seen(
    calls: Calls, client: Any, handler: Any, spans: Any
) -> None:
    calls.think(handler)

    span = finished(client, spans)
    model = SERVED if "invoke" in calls.way else "gpt-4o"
    assert span["langfuse.observation.type"] == "generation"
    assert span["langfuse.observation.model.name"] == model
    answer = json.loads(span["langfuse.observation.output"])
    assert answer["content"] == "It is sunny."
    assert answer["additional_kwargs"]["reasoning_content"] == "I think."
    assert json.loads(span["langfuse.observation.usage_details"]) == {
        "input": 8,
        "input_cache_read": 4,
        "output": 10,
        "output_reasoning": 20,
        "total": 42,
    }


def test_tool_calls_are_seen(
    calls: Calls, client: Any, handler: Any, spans: Any
) -> None:
    calls.call_a_tool(handler)

    span = finished(client, spans)
    [call] = json.loads(span["langfuse.observation.output"])["tool_calls"]
    assert (call["name"], call["args"]) == ("get_weather", {"city": "Rome"})
    assert "get_weather" in span["langfuse.observation.input"]


def test_the_first_token_of_a_stream_has_its_time(
    calls: Calls, client: Any, handler: Any, spans: Any
) -> None:
    calls.think(handler)

    span = finished(client, spans)
    has_time = "langfuse.observation.completion_start_time" in span
    assert has_time is ("stream" in calls.way)
