"""Each form in which a server takes a JSON schema."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from langchain_sse_chat import ChatSSE, Dialect, Provider
from tests.unit_tests.chat_models.scripted import Scripted, completion

MakeChat = Callable[..., ChatSSE]

Ask = Callable[..., dict[str, Any]]


class Answer(BaseModel):
    """An answer."""

    text: str


@pytest.fixture
def ask(make_chat: MakeChat, server: Scripted) -> Ask:
    """Return a function that asks once in a dialect and returns the body sent."""

    def run(dialect: Dialect, **keywords: Any) -> dict[str, Any]:
        provider = Provider(name="own", api_key_required=False, dialect=dialect)
        answer = httpx.Response(200, json=completion({"content": "Hi"}))
        make_chat(answer, provider=provider).invoke("Hello", **keywords)
        return server.body

    return run


def test_a_json_schema_is_nested_by_default(ask: Ask) -> None:
    sent = ask(Dialect(), response_format=Answer, strict=True)["response_format"]

    assert set(sent) == {"type", "json_schema"}
    assert sent["json_schema"]["name"] == "Answer"
    assert sent["json_schema"]["strict"] is True


def test_a_json_schema_can_be_flat(ask: Ask) -> None:
    dialect = Dialect(json_schema="flat")

    sent = ask(dialect, response_format=Answer, strict=True)["response_format"]

    assert set(sent) == {"type", "schema", "strict"}
    assert sent["type"] == "json_schema"
    assert sent["strict"] is True
    assert set(sent["schema"]["properties"]) == {"text"}


def test_a_flat_json_schema_of_ones_own_stays_as_it_is(ask: Ask) -> None:
    mine = {"type": "json_schema", "schema": {"type": "object"}}

    sent = ask(Dialect(json_schema="flat"), response_format=mine)

    assert sent["response_format"] == mine


def test_a_json_schema_can_be_bare(ask: Ask) -> None:
    dialect = Dialect(json_schema="bare")

    sent = ask(dialect, response_format=Answer, strict=True)["response_format"]

    assert set(sent) == {"type", "json_schema"}
    assert sent["type"] == "json_schema"
    assert sent["json_schema"]["type"] == "object"
    assert set(sent["json_schema"]["properties"]) == {"text"}


def test_a_json_schema_can_be_next_to_the_type_of_json_mode(ask: Ask) -> None:
    dialect = Dialect(json_schema="object")

    sent = ask(dialect, response_format=Answer, strict=True)["response_format"]

    assert set(sent) == {"type", "schema"}
    assert sent["type"] == "json_object"
    assert set(sent["schema"]["properties"]) == {"text"}


@pytest.mark.parametrize(
    "mine",
    [
        {"type": "json_schema", "json_schema": {"type": "object"}},
        {"type": "json_schema", "schema": {"type": "object"}},
        {
            "type": "json_schema",
            "json_schema": {"name": "Mine", "schema": {"type": "object"}},
        },
    ],
    ids=["bare", "flat", "nested"],
)
def test_a_schema_of_ones_own_is_found_in_any_form(
    ask: Ask, mine: dict[str, Any]
) -> None:
    bare = ask(Dialect(json_schema="bare"), response_format=mine)
    beside = ask(Dialect(json_schema="object"), response_format=mine)

    assert bare["response_format"] == {
        "type": "json_schema",
        "json_schema": {"type": "object"},
    }
    assert beside["response_format"] == {
        "type": "json_object",
        "schema": {"type": "object"},
    }


@pytest.mark.parametrize("form", ["nested", "flat", "bare", "object", "none"])
def test_json_of_any_shape_is_asked_for_everywhere_alike(ask: Ask, form: Any) -> None:
    wanted = {"type": "json_object"}

    body = ask(Dialect(json_schema=form), response_format=wanted)

    assert body["response_format"] == wanted
