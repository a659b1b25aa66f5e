"""Faults of langchain-core, shown without this package's model.

Each test says what should happen, and is expected to fail. When a new release of the
library does the right thing, the test passes, `strict` reports that as a failure, and
what the reason names can be deleted. See "Workarounds" in CONTRIBUTING.md.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_model_stream import ChatModelStream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field

MANY = 100


class Fake(BaseChatModel):
    """A model that streams words, and notes what becomes of it."""

    kept: list[Any] = Field(default_factory=list)
    managers: list[Any] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "fake"

    def _generate(self, *_: Any, **__: Any) -> ChatResult:
        raise NotImplementedError

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        self.managers.append(run_manager)
        for _ in range(MANY):
            chunk = ChatGenerationChunk(message=AIMessageChunk(content="word "))
            self.kept.append(weakref.ref(chunk))
            yield chunk


def canary(reason: str) -> pytest.MarkDecorator:
    return pytest.mark.xfail(strict=True, raises=AssertionError, reason=reason)


@canary("langchain-ai/langchain#39275: delete workarounds/broken_calls.py")
def test_langchain_gives_no_call_for_arguments_that_were_cut() -> None:
    first = AIMessageChunk(
        content="",
        tool_call_chunks=[
            {
                "type": "tool_call_chunk",
                "name": "delete",
                "id": "c",
                "index": 0,
                "args": '{"path": "/data/old',
            }
        ],
    )
    last = AIMessageChunk(content="", chunk_position="last")
    assert (first + last).tool_calls == []


@canary("langchain-core keeps all chunks: delete workarounds/chunk_compaction.py")
def test_langchain_does_not_keep_each_chunk_of_a_stream() -> None:
    model = Fake()
    words = model.stream("hi")
    for _ in range(MANY):
        next(words)
    alive = sum(chunk() is not None for chunk in model.kept)
    words.close()  # type: ignore[attr-defined] # a generator
    assert alive < MANY / 2


@canary("langchain-core drops refusals: delete workarounds/refusal_blocks.py")
def test_langchain_keeps_a_refusal_when_it_puts_events_together() -> None:
    stream = ChatModelStream()
    refusal = {"type": "refusal", "refusal": "No."}
    text = {"type": "text", "text": "Once"}
    stream.dispatch({"event": "message-start", "role": "ai"})
    for index, block in enumerate([text, refusal]):
        stream.dispatch(
            {"event": "content-block-finish", "index": index, "content": block}
        )
    stream.dispatch({"event": "message-finish"})
    message = stream.output_message
    assert message is not None
    assert [block["type"] for block in message.content_blocks] == ["text", "refusal"]


@canary("langchain-core: delete `called_with` in callbacks.py, and who uses it")
def test_langchain_tells_a_stream_which_run_it_is_of() -> None:
    model = Fake()
    list(model.stream("hi"))
    assert model.managers != [None]
