"""Chunks that were not validated are like those that were."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from langchain_core.load import dumpd, dumps
from langchain_core.messages import AIMessageChunk, message_chunk_to_message
from langchain_core.outputs import ChatGenerationChunk
from pydantic import BaseModel

from langchain_sse_chat.answer.fast_chunks import rich_chunk, text_chunk

TEXTS = ["a", " word", "", "Привет", "世界", "👋", "line\nline", '{"a": 1}', "\x00"]


def validated(text: str) -> ChatGenerationChunk:
    return ChatGenerationChunk(
        message=AIMessageChunk(
            content=text, response_metadata={"model_provider": "sse-chat"}
        )
    )


def state(model: BaseModel) -> tuple[Any, ...]:
    """Return all that pydantic keeps of an instance."""
    return (
        type(model),
        list(model.__dict__.items()),
        model.__pydantic_fields_set__,
        model.__pydantic_extra__,
        model.__pydantic_private__,
    )


@pytest.mark.parametrize("text", TEXTS)
def test_it_has_the_state_of_a_validated_one(text: str) -> None:
    made, right = text_chunk(text), validated(text)

    assert made == right
    assert state(made.message) == state(right.message)
    assert list(made.__dict__) == list(right.__dict__)
    assert state(made)[2:] == state(right)[2:]
    assert made.text == right.text == text


@pytest.mark.parametrize("text", TEXTS)
def test_it_is_written_like_a_validated_one(text: str) -> None:
    made, right = text_chunk(text), validated(text)

    assert made.model_dump_json() == right.model_dump_json()
    assert made.message.model_dump_json() == right.message.model_dump_json()
    assert repr(made) == repr(right)
    assert dumps(made.message) == dumps(right.message)
    assert dumpd(made) == dumpd(right)
    assert made.message.content_blocks == right.message.content_blocks
    assert AIMessageChunk.model_validate(made.message.model_dump()) == right.message


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("others", [{}, {"reasoning_content": "a"}, {"refusal": "b"}])
def test_one_with_other_texts_is_like_a_validated_one(
    text: str, others: dict[str, str]
) -> None:
    made = rich_chunk(text, dict(others))
    right = ChatGenerationChunk(
        message=AIMessageChunk(
            content=text,
            additional_kwargs=others,
            response_metadata={"model_provider": "sse-chat"},
        )
    )

    assert made == right
    assert state(made.message) == state(right.message)
    assert state(made)[2:] == state(right)[2:]
    assert made.model_dump_json() == right.model_dump_json()
    assert repr(made) == repr(right)
    assert made.message.content_blocks == right.message.content_blocks
    assert made + made == right + right


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, BaseModel.model_copy])
def test_it_is_copied_like_a_validated_one(again: Any) -> None:
    assert state(again(text_chunk("a").message)) == state(again(validated("a").message))


def test_it_survives_pickling() -> None:
    made = text_chunk("a")

    assert pickle.loads(pickle.dumps(made)) == made  # noqa: S301


def test_it_merges_like_a_validated_one() -> None:
    last = AIMessageChunk(content="", chunk_position="last", id="x")
    made = [text_chunk(text).message for text in TEXTS]
    right = [validated(text).message for text in TEXTS]

    merged, wanted = made[0] + [*made[1:], last], right[0] + [*right[1:], last]

    assert state(merged) == state(wanted)
    assert message_chunk_to_message(merged) == message_chunk_to_message(wanted)
    assert made[0] + made[1] == right[0] + right[1]
    assert text_chunk("a") + text_chunk("b") == validated("a") + validated("b")


def test_two_share_nothing_that_can_change() -> None:
    first, second = text_chunk("a"), text_chunk("b")

    for model in (first, first.message):
        for value in [*model.__dict__.values(), model.__pydantic_fields_set__]:
            other = second if model is first else second.message
            others = [*other.__dict__.values(), other.__pydantic_fields_set__]
            if isinstance(value, (list, dict, set)):
                assert all(value is not candidate for candidate in others)
    first.message.response_metadata["x"] = 1
    first.message.additional_kwargs["x"] = 1
    first.message.id = "run"

    assert state(text_chunk("b").message) == state(second.message)
    assert second == validated("b")


def test_its_fields_can_be_set_like_those_of_a_validated_one() -> None:
    made, right = text_chunk("a").message, validated("a").message
    for message in (made, right):
        message.id = "run"
        message.response_metadata = {"a": 1}
        message.content = "b"

    assert state(made) == state(right)
