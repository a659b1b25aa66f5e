from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    HumanMessage,
    ToolMessage,
)
from langchain_core.outputs import ChatGeneration, LLMResult

from langchain_sse_chat.serve.answer.parts import NextMessage, Note, ToolRun
from langchain_sse_chat.serve.answer.reader import AnswerReader
from langchain_sse_chat.serve.failure.failure import RequestRefused
from langchain_sse_chat.serve.targets.graph_answer import GraphAnswer
from langchain_sse_chat.serve.targets.graph_watch import ModelCalls

USAGE: Any = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
ASKED = HumanMessage("why", id="h1")


class Run:
    """A run of a graph, whose events a test makes."""

    def __init__(self, **options: Any) -> None:
        self.calls = ModelCalls()
        self.answer = GraphAnswer(self.calls, **options)
        self.items: list[Any] = []
        self.state([ASKED])

    def model(self, node: str = "model") -> Any:
        metadata = {"langgraph_checkpoint_ns": f"{node}:1|inner:2"}
        self.calls.on_chat_model_start({}, [], run_id=uuid4(), metadata=metadata)
        return metadata

    def chunks(self, metadata: Any, *texts: str, last: bool = True) -> None:
        for number, text in enumerate(texts, 1):
            end = "last" if last and number == len(texts) else None
            chunk = AIMessageChunk(content=text, chunk_position=end)
            self.items += self.answer.message(chunk, metadata)

    def state(self, messages: list[Any], **values: Any) -> None:
        self.items += self.answer.step("values", {"messages": messages, **values})

    def update(self, value: Any) -> None:
        self.items += self.answer.step("updates", {"node": value})

    def texts(self) -> list[str]:
        self.items += self.answer.close()
        reader = AnswerReader(runs_tools=True)
        parts = [part for item in self.items for part in reader.feed(item)]
        return [part for part in [*parts, *reader.close()[0]] if isinstance(part, str)]

    @property
    def tools(self) -> list[ToolRun]:
        return [item for item in self.items if isinstance(item, ToolRun)]


def test_a_model_streams_and_its_message_is_not_sent_again() -> None:
    run = Run()
    run.chunks(run.model(), "a", "b")
    run.state([ASKED, AIMessage("ab", id="m1")])
    assert run.texts() == ["a", "b"]


def test_two_messages_are_apart() -> None:
    run = Run()
    run.chunks(run.model(), "a")
    run.chunks(run.model(), "b")
    assert [type(item) for item in run.items] == [
        AIMessageChunk,
        NextMessage,
        AIMessageChunk,
    ]
    assert run.texts() == ["a", "\n\nb"]


def test_what_is_no_message_of_a_model_is_left_out() -> None:
    run = Run()
    run.items += run.answer.message(AIMessageChunk(content="a"), {"of": "a node"})
    run.items += run.answer.message(ToolMessage("a", tool_call_id="c"), run.model())
    assert run.texts() == []


def test_models_at_the_same_time_wait_for_each_other() -> None:
    run = Run()
    one, two, three = run.model(), run.model(), run.model()
    run.chunks(one, "a", last=False)
    run.chunks(two, "b", "c")
    run.chunks(three, "d", last=False)
    run.chunks(one, "A")
    run.chunks(three, "D")
    assert run.texts() == ["a", "A", "\n\nb", "c", "\n\nd", "D"]


def test_after_a_step_nothing_waits() -> None:
    """Not every chunk says that it is the last one."""
    run = Run()
    one, two = run.model(), run.model()
    run.chunks(one, "a", last=False)
    run.chunks(two, "b", last=False)
    run.state([ASKED])
    assert [item.content for item in run.items if isinstance(item, AIMessage)] == [
        "a",
        "b",
    ]


def test_a_whole_message_of_a_model_is_a_part_once() -> None:
    run = Run()
    metadata = run.model()
    for _ in range(2):
        run.items += run.answer.message(AIMessage("ab"), metadata)
    assert run.texts() == ["ab"]


def test_only_the_named_nodes_stream() -> None:
    run = Run(nodes=["writer"])
    run.chunks(run.model("planner"), "a")
    run.chunks(run.model("writer"), "b")
    assert run.texts() == ["b"]


def test_content_in_blocks_is_known_as_text() -> None:
    run = Run()
    chunk = AIMessageChunk(
        content=[{"type": "text", "text": "ab"}], chunk_position="last"
    )
    run.items += run.answer.message(chunk, run.model())
    run.state([ASKED, AIMessage("ab")])
    assert run.texts() == ["ab"]


@pytest.mark.parametrize(
    ("last", "texts"),
    [
        (AIMessage("other"), ["a", "\n\nother"]),
        (AIMessage("ab"), ["a", "b"]),
        (ToolMessage("found", tool_call_id="c"), ["a", "\n\nfound"]),
        (AIMessage(""), ["a"]),
        (HumanMessage("again"), ["a"]),
    ],
)
def test_a_last_message_that_was_not_streamed_is_sent(
    last: Any, texts: list[str]
) -> None:
    run = Run()
    run.chunks(run.model(), "a")
    run.state([ASKED, last])
    assert run.texts() == texts


def test_a_message_of_the_input_is_no_answer() -> None:
    for old in (AIMessage("old"), ToolMessage("old", tool_call_id="c")):
        run = Run()
        run.answer = GraphAnswer(run.calls)
        run.state([ASKED, old])
        run.state([ASKED, old])
        assert run.texts() == []


def test_the_object_of_an_agent_is_the_answer_without_a_text() -> None:
    run = Run()
    run.state([ASKED, AIMessage("")], structured_response={"a": 1})
    assert run.texts() == ['{"a": 1}']
    run = Run()
    run.chunks(run.model(), "see")
    run.state([ASKED, ToolMessage("", tool_call_id="c")], structured_response={"a": 1})
    assert run.texts() == ["see", '\n\n{"a": 1}']


@pytest.mark.parametrize(
    ("update", "texts"),
    [
        ({"answer": "a"}, ["a"]),
        ({"answer": "a", "n": 1}, ['{"answer": "a", "n": 1}']),
        ("a", ["a"]),
        (None, []),
    ],
)
def test_without_messages_the_answer_is_what_was_written_last(
    update: Any, texts: list[str]
) -> None:
    run = Run()
    run.update(update)
    run.update(None)
    run.items += run.answer.step("values", {"answer": "a"})
    assert run.texts() == texts


def test_what_a_model_says_is_the_answer_of_a_state_without_messages() -> None:
    run = Run()
    run.chunks(run.model(), "a")
    run.update({"answer": "[a]"})
    run.items += run.answer.step("values", {"answer": "[a]"})
    assert run.texts() == ["a"]


@pytest.mark.parametrize(
    "state",
    [AIMessage("a"), [AIMessage("a")], {"messages": AIMessage("a")}],
    ids=[
        "message",
        "list",
        "one under messages",
    ],
)
def test_a_state_may_be_messages(state: Any) -> None:
    run = Run()
    run.items += run.answer.step("values", state)
    assert run.texts() == ["a"]


class State:
    messages = (1, 2)


def test_a_state_may_be_an_object_or_something_else() -> None:
    for state in (State(), "a", None):
        run = Run()
        run.items += run.answer.step("values", state)
        assert run.texts() == []


@pytest.mark.parametrize(("value", "texts"), [("a", ["a"]), (None, []), (1, ["1"])])
def test_the_caller_may_choose_the_answer(value: Any, texts: list[str]) -> None:
    run = Run(output=lambda state: state["found"])
    run.state([ASKED, AIMessage("other")], found=value)
    assert run.texts() == texts


CALL: Any = {"name": "f", "args": {"a": 1}, "id": "c1", "type": "tool_call"}
ENDED = ToolMessage("out", tool_call_id="c1")


def test_tools_are_shown_when_they_begin_and_end_once() -> None:
    run = Run()
    for _ in range(2):
        run.update({"messages": [AIMessage("", tool_calls=[CALL])]})
    for _ in range(2):
        run.update([{"messages": ENDED}, ENDED])
    assert run.tools == [
        ToolRun("c1", "f", {"a": 1}),
        ToolRun("c1", "f", {}, "out"),
    ]


def test_a_tool_that_failed_says_so() -> None:
    run = Run()
    run.update({"messages": [AIMessage("", tool_calls=[CALL])]})
    run.update(ToolMessage("no", tool_call_id="c1", status="error"))
    assert [(tool.output, tool.failed) for tool in run.tools] == [
        (None, False),
        ("no", True),
    ]


def test_tools_of_the_input_and_unknown_ones_are_not_shown() -> None:
    run = Run()
    run.answer = GraphAnswer(run.calls)
    old = AIMessage("", tool_calls=[CALL])
    run.state([ASKED, old])
    nameless = {**CALL, "id": None}
    run.update({"messages": [old, ENDED, AIMessage("", tool_calls=[nameless])]})
    assert run.tools == []


def test_a_note_is_a_part() -> None:
    run = Run()
    assert run.answer.step("custom", {"done": 1}) == [Note({"done": 1})]


def test_an_interrupt_is_a_failure() -> None:
    with pytest.raises(RequestRefused, match="interrupt") as caught:
        Run().answer.step("updates", {"__interrupt__": ()})
    assert caught.value.failure.status == 500


def usages(run: Run) -> Iterator[int]:
    for item in run.answer.close():
        if isinstance(item, AIMessage) and item.usage_metadata:
            yield item.usage_metadata["total_tokens"]


def end(run: Run, message: AIMessage) -> None:
    """Let a model inside a tool end."""
    inner = uuid4()
    result = LLMResult(generations=[[ChatGeneration(message=message)]])
    run.calls.on_llm_end(result, run_id=inner)


def test_the_usage_of_models_whose_text_is_not_sent_is_added() -> None:
    run = Run()
    for _ in range(2):
        end(run, AIMessage("x", usage_metadata=USAGE))
    assert list(usages(run)) == [6]


def test_a_message_whose_usage_was_counted_is_sent_without() -> None:
    message = AIMessage(
        "a",
        id="m1",
        usage_metadata=USAGE,
        response_metadata={"token_usage": {"total_tokens": 3}, "finish_reason": "stop"},
    )
    run = Run()
    end(run, message)
    run.state([ASKED, message])
    sent, usage = run.answer.close()
    assert (sent.text, sent.response_metadata) == ("a", {"finish_reason": "stop"})
    assert sent.usage_metadata is None
    assert usage.usage_metadata == USAGE
    assert message.usage_metadata == USAGE


def test_a_message_that_no_model_made_keeps_its_usage() -> None:
    run = Run()
    run.state([ASKED, AIMessage("a", usage_metadata=USAGE)])
    assert list(usages(run)) == [3]


def test_the_usage_of_a_streamed_call_comes_with_its_chunks() -> None:
    run = Run()
    run_id, metadata = uuid4(), {"langgraph_checkpoint_ns": "model:1"}
    run.calls.on_chat_model_start({}, [], run_id=run_id, metadata=metadata)
    run.chunks(metadata, "a", "")
    message = AIMessage("a", usage_metadata=USAGE)
    result = LLMResult(generations=[[ChatGeneration(message=message)]])
    run.calls.on_llm_end(result, run_id=run_id)
    assert list(usages(run)) == []
