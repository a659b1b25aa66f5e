from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import (
    ChatGeneration,
    ChatGenerationChunk,
    Generation,
    LLMResult,
)

from langchain_sse_chat.progress.usage import Reading, reading_of, tokens_of_result


def answer(tokens: int | None = None) -> ChatGeneration:
    usage: Any = None
    if tokens is not None:
        usage = {"input_tokens": 1, "output_tokens": tokens, "total_tokens": 1 + tokens}
    return ChatGeneration(message=AIMessage("a", usage_metadata=usage))


@pytest.mark.parametrize(
    ("generations", "llm_output", "expected"),
    [
        pytest.param([[answer(7)]], None, 7, id="usage"),
        pytest.param([[answer(7), answer(7)]], None, 7, id="the usage of all on each"),
        pytest.param([[answer(7)], [answer(2)]], None, 9, id="two prompts"),
        pytest.param([[answer()], [answer(2)]], None, 2, id="one of two has it"),
        pytest.param([[answer(0)]], None, 0, id="zero"),
        pytest.param([[answer()]], None, None, id="no usage"),
        pytest.param([], None, None, id="no answer"),
        pytest.param(
            [[Generation(text="a")]],
            {"token_usage": {"completion_tokens": 5}},
            5,
            id="a text model",
        ),
        pytest.param([[answer()]], {"token_usage": None}, None, id="null"),
        pytest.param([[answer()]], {"token_usage": {}}, None, id="no count"),
    ],
)
def test_the_tokens_of_a_result_are_those_that_the_server_counted(
    generations: Any, llm_output: Any, expected: int | None
) -> None:
    result = LLMResult(generations=generations, llm_output=llm_output)

    assert tokens_of_result(result) == expected


def test_no_result_has_no_tokens() -> None:
    assert tokens_of_result(None) is None


def openai(usage: int | None = None, **delta: Any) -> SimpleNamespace:
    choices = [SimpleNamespace(delta=SimpleNamespace(**delta))] if delta else []
    count = None if usage is None else SimpleNamespace(completion_tokens=usage)
    return SimpleNamespace(choices=choices, usage=count)


CALL = tool_call_chunk(name="f", args="", id="1", index=0)


@pytest.mark.parametrize(
    ("chunk", "expected"),
    [
        pytest.param("a", Reading(says=True), id="text"),
        pytest.param("", Reading(says=False), id="empty text"),
        pytest.param({"a": 1}, Reading(says=True), id="object"),
        pytest.param(AIMessageChunk(content="a"), Reading(says=True), id="message"),
        pytest.param(AIMessageChunk(content=""), Reading(says=False), id="empty"),
        pytest.param(
            AIMessageChunk(content="", tool_call_chunks=[CALL]),
            Reading(says=True),
            id="tool call",
        ),
        pytest.param(
            AIMessageChunk(content="", additional_kwargs={"reasoning_content": "hm"}),
            Reading(says=True),
            id="reasoning",
        ),
        pytest.param(
            ChatGenerationChunk(
                message=AIMessageChunk(
                    content="",
                    usage_metadata={
                        "input_tokens": 1,
                        "output_tokens": 4,
                        "total_tokens": 5,
                    },
                )
            ),
            Reading(says=False, added=4),
            id="usage",
        ),
        pytest.param(openai(content="a"), Reading(says=True), id="OpenAI"),
        pytest.param(openai(role="assistant"), Reading(says=False), id="OpenAI, role"),
        pytest.param(openai(reasoning="a"), Reading(says=True), id="OpenAI, reasoning"),
        pytest.param(
            openai(usage=9), Reading(says=False, in_all=9), id="OpenAI, usage"
        ),
    ],
)
def test_a_chunk_says_something_or_has_usage(chunk: Any, expected: Reading) -> None:
    assert reading_of(chunk) == expected
