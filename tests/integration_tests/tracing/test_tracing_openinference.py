"""OpenInference, as Phoenix and Arize read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration_tests.tracing.conftest import SERVED, Calls, only_span

pytestmark = pytest.mark.filterwarnings("ignore")  # of other libraries


@pytest.fixture(scope="module", autouse=True)
def _instrumented(tracer_provider: Any) -> Iterator[None]:
    library = pytest.importorskip("openinference.instrumentation.langchain")
    instrumentor = library.LangChainInstrumentor()
    instrumentor.instrument(tracer_provider=tracer_provider)
    yield
    instrumentor.uninstrument()


def test_text_reasoning_model_and_tokens_are_seen(calls: Calls, spans: Any) -> None:
    calls.think()

    span = only_span(spans)
    model = SERVED if "invoke" in calls.way else "gpt-4o"
    assert span["openinference.span.kind"] == "LLM"
    assert (span["llm.provider"], span["llm.model_name"]) == ("openai", model)
    assert span["llm.input_messages.0.message.content"] == "The weather?"
    assert span["llm.output_messages.0.message.content"] == "It is sunny."
    assert "I think." in span["output.value"]
    counts = {k: v for k, v in span.items() if k.startswith("llm.token_count.")}
    assert counts == {
        "llm.token_count.prompt": 12,
        "llm.token_count.prompt_details.cache_read": 4,
        "llm.token_count.completion": 30,
        "llm.token_count.completion_details.reasoning": 20,
        "llm.token_count.total": 42,
    }


def test_tools_and_calls_are_seen(calls: Calls, spans: Any) -> None:
    calls.call_a_tool()

    span = only_span(spans)
    call = "llm.output_messages.0.message.tool_calls.0.tool_call."
    assert span[f"{call}function.name"] == "get_weather"
    assert span[f"{call}function.arguments"] == '{"city": "Rome"}'
    assert "get_weather" in span["llm.tools.0.tool.json_schema"]
    assert span["llm.finish_reason"] == "tool_calls"
