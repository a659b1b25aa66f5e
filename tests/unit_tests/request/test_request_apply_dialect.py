"""Each fact of a dialect changes the request body."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from pydantic import BaseModel

from langchain_sse_chat import ChatSSE, ConfigurationError, Dialect, Provider
from tests.unit_tests.chat_models.scripted import (
    Scripted,
    completion,
    streamed,
    text_stream,
)

MakeChat = Callable[..., ChatSSE]

Ask = Callable[..., dict[str, Any]]
PLAIN = {"model", "messages", "stream"}
ADD = {
    "type": "function",
    "function": {"name": "add", "parameters": {"type": "object", "properties": {}}},
}
SUB = {
    "type": "function",
    "function": {"name": "sub", "parameters": {"type": "object", "properties": {}}},
}
SEARCH = {"type": "web_search"}
NAMED = {"type": "function", "function": {"name": "add"}}


class Answer(BaseModel):
    """An answer."""

    text: str


@pytest.fixture
def ask(make_chat: MakeChat, server: Scripted) -> Callable[..., dict[str, Any]]:
    """Return a function that asks once in a dialect and returns the body sent."""

    def ask(dialect: Dialect | str, *messages: Any, **keywords: Any) -> dict[str, Any]:
        provider: Any = dialect
        if isinstance(dialect, Dialect):
            provider = Provider(name="own", api_key_required=False, dialect=dialect)
        answer = httpx.Response(200, json=completion({"content": "Hi"}))
        chat = make_chat(answer, provider=provider)
        chat.invoke(list(messages) or "Hello", **keywords)
        return server.body

    return ask


def choices(*kinds: Any) -> Dialect:
    return Dialect(tool_choices=frozenset(kinds))


@pytest.mark.parametrize(
    ("dialect", "tools", "asked", "sent"),
    [
        pytest.param(Dialect(), [ADD, SUB], "any", "required", id="any"),
        pytest.param(Dialect(), [ADD, SUB], "add", NAMED, id="by name"),
        pytest.param(Dialect(), [ADD, SUB], "auto", "auto", id="auto"),
        pytest.param(Dialect(), [ADD, SUB], "none", "none", id="none"),
        pytest.param(Dialect(), [ADD, SEARCH], SEARCH, SEARCH, id="server tool"),
        pytest.param(
            choices("auto", "any"), [ADD, SUB], "required", "any", id="required to any"
        ),
        pytest.param(
            choices("required", "any"),
            [ADD, SUB],
            "any",
            "required",
            id="any to required",
        ),
        pytest.param(choices("named"), [ADD], "any", NAMED, id="only named"),
        pytest.param(
            choices("required"), [ADD], "add", "required", id="named to required"
        ),
        pytest.param(choices("any"), [ADD], "add", "any", id="named to any"),
        pytest.param(
            choices("auto"), [ADD, SEARCH], SEARCH, SEARCH, id="the only server tool"
        ),
        pytest.param(choices("auto"), [ADD], "auto", "auto", id="only auto"),
        pytest.param(choices("none"), [ADD], "auto", None, id="only none"),
    ],
)
def test_a_tool_choice_is_sent_in_a_form_that_the_server_knows(
    ask: Ask, dialect: Dialect, tools: list[Any], asked: Any, sent: Any
) -> None:
    body = ask(dialect, tools=tools, tool_choice=asked)

    assert body.get("tool_choice") == sent
    assert body["tools"] == tools


def test_without_none_the_tools_are_left_out(ask: Ask) -> None:
    body = ask(
        choices("auto"), tools=[ADD], tool_choice="none", parallel_tool_calls=True
    )

    assert set(body) == {"model", "messages", "stream"}


@pytest.mark.parametrize(
    ("dialect", "tools", "asked"),
    [
        pytest.param(choices("auto"), [ADD], "any", id="any, only auto"),
        pytest.param(choices("auto"), [ADD], "add", id="named, only auto"),
        pytest.param(
            choices("auto", "named"), [ADD, SUB], "any", id="any of two tools"
        ),
        pytest.param(
            choices("auto", "named"), [SEARCH], "any", id="any, only a server tool"
        ),
        pytest.param(
            choices("auto", "any"), [ADD, SUB], "add", id="named, one of two tools"
        ),
    ],
)
def test_a_tool_choice_that_the_server_cannot_be_told_is_an_error(
    ask: Ask, server: Scripted, dialect: Dialect, tools: list[Any], asked: str
) -> None:
    words = "some tool" if asked == "any" else "a given tool"

    with pytest.raises(ConfigurationError, match=words) as caught:
        ask(dialect, tools=tools, tool_choice=asked)

    assert "'auto'" in str(caught.value)
    assert server.requests == []


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("bare", "method='json_schema', or `ProviderStrategy` in an agent"),
        ("none", "method='json_mode' with the schema in the prompt"),
    ],
)
def test_the_error_names_a_structured_output_that_the_server_has(
    ask: Ask, form: Any, words: str
) -> None:
    dialect = replace(choices("auto"), json_schema=form)

    with pytest.raises(ConfigurationError, match=words):
        ask(dialect, tools=[ADD], tool_choice="any")


@pytest.mark.parametrize(
    ("kinds", "is_named"), [(["auto"], False), (["auto", "any"], True)]
)
def test_a_json_schema_that_the_server_does_not_know_is_an_error(
    ask: Ask, server: Scripted, kinds: list[Any], is_named: bool
) -> None:
    dialect = replace(choices(*kinds), json_schema="none")

    with pytest.raises(ConfigurationError, match="json_mode") as caught:
        ask(dialect, response_format=Answer)

    assert ("function_calling" in str(caught.value)) is is_named
    assert server.requests == []


@pytest.mark.parametrize("name", ["seed", "random_seed"])
def test_the_seed_goes_out_under_the_dialects_name(ask: Ask, name: Any) -> None:
    body = ask(Dialect(seed_field=name), seed=7)

    assert {k: v for k, v in body.items() if k not in PLAIN} == {name: 7}


CONVERSATION = (
    SystemMessage("Be brief.", name="boss"),
    HumanMessage("Add.", name="bob"),
    AIMessage("", name="ann", tool_calls=[{"name": "add", "args": {}, "id": "1"}]),
    ToolMessage("3", tool_call_id="1", name="add"),
)


@pytest.mark.parametrize(
    ("known", "names"), [(True, ["boss", "bob", "ann", "add"]), (False, ["add"])]
)
def test_names_are_left_out_where_the_server_knows_none(
    ask: Ask, known: bool, names: list[str]
) -> None:
    body = ask(Dialect(supports_names=known), *CONVERSATION)

    assert [m["name"] for m in body["messages"] if "name" in m] == names
    assert [m["role"] for m in body["messages"]] == [
        "system",
        "user",
        "assistant",
        "tool",
    ]


def test_a_field_that_the_server_refuses_is_an_error(
    ask: Ask, server: Scripted
) -> None:
    dialect = Dialect(refused_fields=frozenset({"logprobs", "stop"}))

    with pytest.raises(ConfigurationError, match=r"'logprobs'.*extra_body"):
        ask(dialect, logprobs=True)
    with pytest.raises(ConfigurationError, match="'logprobs'"):
        ask(dialect, logprobs=False)
    with pytest.raises(ConfigurationError, match="'stop'"):
        ask(dialect, stop=["END"])

    assert server.requests == []


def test_a_field_in_the_extra_body_is_sent_as_it_is(ask: Ask) -> None:
    dialect = Dialect(
        refused_fields=frozenset({"logprobs"}),
        seed_field="random_seed",
        tool_choices=frozenset({"auto"}),
    )
    own = {"logprobs": True, "seed": 1, "tool_choice": "required"}

    body = ask(dialect, extra_body=own)

    assert {k: v for k, v in body.items() if k not in PLAIN} == own


def test_what_a_server_does_not_refuse_is_sent(ask: Ask) -> None:
    dialect = Dialect(refused_fields=frozenset({"logprobs"}))

    assert ask(dialect, seed=1, logprobs=None)["seed"] == 1


def test_mistral_is_asked_in_its_words(make_chat: MakeChat, server: Scripted) -> None:
    chat = make_chat(
        streamed(text_stream("Hi")), provider="mistral", seed=1, max_tokens=5
    )

    list(chat.bind_tools([ADD, SUB], tool_choice="any").stream("Hello"))

    extra = {k: v for k, v in server.body.items() if k not in {*PLAIN, "tools"}}
    assert extra == {"random_seed": 1, "max_tokens": 5, "tool_choice": "any"}


@pytest.mark.parametrize("name", ["groq", "openai", "azure", "xai"])
def test_some_providers_have_the_newer_name_of_the_limit(ask: Ask, name: str) -> None:
    assert ask(name, max_tokens=5)["max_completion_tokens"] == 5
