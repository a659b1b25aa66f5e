from __future__ import annotations

import asyncio
from typing import Any

import pytest
from langchain_core.caches import BaseCache
from langchain_core.load import dumps, loads
from langchain_core.messages import AIMessage, AIMessageChunk
from pydantic import BaseModel, field_validator
from pydantic.v1 import BaseModel as BaseModelV1

from langchain_sse_chat.answer.parsed import add_parsed
from tests.unit_tests.chat_models.block_ways import answered, gathered, merged, model
from tests.unit_tests.chat_models.scripted import chunk, sse


class Pay(BaseModel):
    """A payment."""

    to: str
    amount: int


class PayV1(BaseModelV1):
    """A payment."""

    to: str
    amount: int


class Odd(BaseModel):
    """Breaks while it validates."""

    to: str

    @field_validator("to")
    @classmethod
    def _break(cls, value: str) -> str:
        raise KeyError(value)


TEXT = '{"to": "Ann", "amount": 12}'
PARTS = ['{"to": "Ann"', ', "amount": 12}']


def stream_of(*parts: str, reason: str = "stop") -> bytes:
    return sse(
        *(chunk({"content": part}) for part in parts), chunk(finish_reason=reason)
    )


def every_message(body: bytes, **kwargs: Any) -> list[Any]:
    """Return the message of an answer by every method."""
    chat = model(body)
    bound: Any = chat.bind(**kwargs)
    chunks: Any = list(bound.stream("Hi"))
    return [
        chat.invoke("Hi", **kwargs),
        asyncio.run(chat.ainvoke("Hi", **kwargs)),
        merged(chunks),
        merged(asyncio.run(gathered(bound))),
        bound.stream_events("Hi", version="v3").output,
        asyncio.run(answered(bound)),
        model(body, **kwargs).invoke("Hi"),
    ]


def test_every_method_has_the_object() -> None:
    for message in every_message(stream_of(*PARTS), response_format=Pay):
        assert message.additional_kwargs["parsed"] == Pay(to="Ann", amount=12)
        assert message.text == TEXT


def test_only_the_last_chunk_has_it() -> None:
    chat = model(stream_of(*PARTS))

    chunks = list(chat.stream("Hi", response_format=Pay))

    assert ["parsed" in c.additional_kwargs for c in chunks] == [False, False, True]
    assert isinstance(chunks[-1], AIMessageChunk)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(stream_of(PARTS[0]), id="not closed"),
        pytest.param(stream_of(*PARTS, reason="length"), id="truncated"),
        pytest.param(stream_of(*PARTS, reason="content_filter"), id="filtered"),
        pytest.param(stream_of('{"to": "Ann"}'), id="a field is missing"),
        pytest.param(stream_of(TEXT + TEXT), id="two objects"),
        pytest.param(stream_of("Certainly!"), id="prose"),
    ],
)
def test_what_is_not_the_object_is_not_passed_off_as_one(body: bytes) -> None:
    for message in every_message(body, response_format=Pay):
        assert message.additional_kwargs["parsed"] is None


def test_a_format_that_is_no_class_has_no_object() -> None:
    schema = {"type": "json_schema", "json_schema": {"name": "p", "schema": {}}}
    for given in (schema, {"type": "json_object"}, None):
        message = model(stream_of(*PARTS)).invoke("Hi", response_format=given)
        assert "parsed" not in message.additional_kwargs


def test_it_is_not_sent_back() -> None:
    chat = model(stream_of(*PARTS))
    answer = chat.invoke("Hi", response_format=Pay)

    assert chat.get_num_tokens_from_messages([answer]) == (
        chat.get_num_tokens_from_messages([AIMessage(TEXT)])
    )


def answer(text: str = TEXT, reason: str = "stop", **fields: Any) -> AIMessage:
    return AIMessage(text, response_metadata={"finish_reason": reason}, **fields)


CALL = {"type": "tool_call", "id": "c", "name": "f", "args": {}}
BROKEN = {**CALL, "type": "invalid_tool_call", "args": "{", "error": "Not whole."}
REFUSED = {"finish_reason": "stop", "refusal": ""}


@pytest.mark.parametrize(
    ("given", "cls", "parsed"),
    [
        pytest.param(answer(), Pay, Pay(to="Ann", amount=12), id="object"),
        pytest.param(answer(), PayV1, PayV1(to="Ann", amount=12), id="pydantic 1"),
        pytest.param(
            answer(f"```json\n{TEXT}\n```"), Pay, Pay(to="Ann", amount=12), id="fenced"
        ),
        pytest.param(
            AIMessage(TEXT, response_metadata=REFUSED), Pay, None, id="refusal"
        ),
        pytest.param(answer(tool_calls=[CALL]), Pay, None, id="call"),
        pytest.param(answer(invalid_tool_calls=[BROKEN]), Pay, None, id="broken call"),
        pytest.param(answer(), Odd, None, id="validator that breaks"),
        pytest.param(AIMessage(TEXT), Pay, None, id="no reason"),
    ],
)
def test_the_object_of_an_answer(given: AIMessage, cls: type, parsed: Any) -> None:
    add_parsed(given, cls)

    assert given.additional_kwargs["parsed"] == parsed


class FileCache(BaseCache):
    """A cache that writes what it keeps, as those with a database do."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def lookup(self, prompt: str, llm_string: str) -> Any:
        found = self.kept.get((prompt, llm_string))
        return found and loads(found, allowed_objects="all")

    def update(self, prompt: str, llm_string: str, return_val: Any) -> None:
        assert "_parsed_later" not in llm_string
        self.kept[prompt, llm_string] = dumps(return_val)

    def clear(self, **_: Any) -> None:
        self.kept.clear()


@pytest.mark.parametrize("streaming", [True, None])
def test_a_cache_that_writes_its_answers_gives_the_object_again(streaming: Any) -> None:
    cache = FileCache()
    chat = model(stream_of(*PARTS), cache=cache, streaming=streaming)

    for _ in range(2):
        message = chat.invoke("Hi", response_format=Pay)
        assert message.additional_kwargs["parsed"] == Pay(to="Ann", amount=12)
    again = asyncio.run(chat.ainvoke("Hi", response_format=Pay))

    assert (again.text, len(cache.kept)) == (TEXT, 1)
    assert again.additional_kwargs["parsed"] == Pay(to="Ann", amount=12)
    assert "not_implemented" not in str(cache.kept)
