from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, Generation, LLMResult

from langchain_sse_chat.serve.targets.graph_watch import ModelCalls

USAGE = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}


def begin(
    calls: ModelCalls, parent: UUID | None = None, **more: str
) -> tuple[UUID, Any]:
    run, metadata = uuid4(), {"langgraph_node": "a", **more}
    calls.on_chat_model_start(
        {}, [[]], run_id=run, parent_run_id=parent, metadata=metadata
    )
    return run, metadata


def test_a_call_is_known_by_its_metadata_themselves() -> None:
    calls = ModelCalls()
    _, one = begin(calls)
    _, other = begin(calls)
    assert one == other
    assert calls.key(one) is not None
    assert calls.key(one) != calls.key(other)
    assert calls.key(dict(one)) is None


def test_a_call_inside_a_tool_is_not_known() -> None:
    calls = ModelCalls()
    node, tool, chain = uuid4(), uuid4(), uuid4()
    calls.on_chain_start({}, {}, run_id=node)
    calls.on_tool_start({}, "", run_id=tool, parent_run_id=node)
    calls.on_chain_start({}, {}, run_id=chain, parent_run_id=tool)
    assert calls.key(begin(calls, tool)[1]) is None
    assert calls.key(begin(calls, chain)[1]) is None
    assert calls.key(begin(calls, node)[1]) is not None


def test_a_call_that_middleware_makes_for_itself_is_not_known() -> None:
    calls = ModelCalls()
    run, metadata = begin(calls, lc_internal_call="7c1f")
    assert calls.key(metadata) is None
    ended(calls, run, AIMessage("a", usage_metadata=USAGE))
    assert calls.usages == [(None, USAGE)]


def ended(calls: ModelCalls, run: UUID, *messages: AIMessage) -> None:
    generations = [[ChatGeneration(message=message) for message in messages]]
    calls.on_llm_end(LLMResult(generations=generations), run_id=run)


def test_the_usage_of_each_call_is_noted() -> None:
    calls = ModelCalls()
    run, metadata = begin(calls)
    tool = uuid4()
    calls.on_tool_start({}, "", run_id=tool)
    inner, _ = begin(calls, tool)
    ended(calls, run, AIMessage("a", id="m1", usage_metadata=USAGE))
    ended(calls, inner, AIMessage("a", usage_metadata=USAGE))
    ended(calls, inner, AIMessage("a", id="m2"))
    calls.on_llm_end(LLMResult(generations=[[Generation(text="a")]]), run_id=inner)
    assert calls.usages == [(calls.key(metadata), USAGE), (None, USAGE)]
    assert calls.message_ids == {"m1"}
