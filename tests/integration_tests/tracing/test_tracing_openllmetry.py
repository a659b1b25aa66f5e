"""OpenLLMetry, with the attributes of OpenTelemetry for generative AI.

It records no reasoning, of any model.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration_tests.tracing.conftest import SERVED, Calls, only_span

pytestmark = pytest.mark.filterwarnings("ignore")  # of other libraries


@pytest.fixture(scope="module", autouse=True)
def _instrumented(tracer_provider: Any) -> Iterator[None]:
    library = pytest.importorskip("opentelemetry.instrumentation.langchain")
    instrumentor = library.LangchainInstrumentor()
    instrumentor.instrument(tracer_provider=tracer_provider)
    yield
    instrumentor.uninstrument()


def output_of(span: dict[str, Any]) -> dict[str, Any]:
    [message] = json.loads(span["gen_ai.output.messages"])
    return dict(message)


def test_text_model_and_tokens_are_seen(calls: Calls, spans: Any) -> None:
    calls.think()

    span = only_span(spans)
    model = SERVED if "invoke" in calls.way else "gpt-4o"
    assert span["gen_ai.operation.name"] == "chat"
    assert span["gen_ai.request.model"] == "gpt-4o"
    assert span["gen_ai.response.model"] == model
    assert span["traceloop.association.properties.ls_provider"] == "openai"
    assert output_of(span)["parts"] == [{"type": "text", "content": "It is sunny."}]
    assert span["gen_ai.response.finish_reasons"] == ("stop",)
    assert span["gen_ai.usage.input_tokens"] == 12
    assert span["gen_ai.usage.cache_read.input_tokens"] == 4
    assert span["gen_ai.usage.output_tokens"] == 30
    assert span["gen_ai.usage.total_tokens"] == 42


def test_tools_and_calls_are_seen(calls: Calls, spans: Any) -> None:
    calls.call_a_tool()

    span = only_span(spans)
    [call] = output_of(span)["parts"]
    assert (call["type"], call["name"]) == ("tool_call", "get_weather")
    assert call["arguments"] == {"city": "Rome"}
    assert "get_weather" in span["gen_ai.tool.definitions"]
    assert span["gen_ai.response.finish_reasons"] == ("tool_call",)
