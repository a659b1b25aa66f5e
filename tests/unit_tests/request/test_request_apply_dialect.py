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
from langchain_sse_chat.providers import PROVIDERS
from tests.unit_tests.chat_models.scripted import (
    Scripted,
    completion,
    streamed,
    text_stream,
)

MakeChat = Callable[..., ChatSSE]

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


Ask = Callable[..., dict[str, Any]]


def choices(*kinds: Any) -> Dialect:
    return Dialect(tool_choices=frozenset(kinds))


@pytest.mark.parametrize(
    ("dialect", "tools", "asked", "sent"),
    [
        (Dialect(), [ADD, SUB], "any", "required"),
        (Dialect(), [ADD, SUB], "add", NAMED),
        (Dialect(), [ADD, SUB], "auto", "auto"),
        (Dialect(), [ADD, SUB], "none", "none"),
        (Dialect(), [ADD, SEARCH], SEARCH, SEARCH),
        (choices("auto", "any"), [ADD, SUB], "required", "any"),
        (choices("required", "any"), [ADD, SUB], "any", "required"),
        (choices("named"), [ADD], "any", NAMED),
        (choices("required"), [ADD], "add", "required"),
        (choices("any"), [ADD], "add", "any"),
        (choices("auto"), [ADD, SEARCH], SEARCH, SEARCH),
        (choices("auto"), [ADD], "auto", "auto"),
        (choices("none"), [ADD], "auto", None),
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
        (choices("auto"), [ADD], "any"),
        (choices("auto"), [ADD], "add"),
        (choices("auto", "named"), [ADD, SUB], "any"),
        (choices("auto", "named"), [SEARCH], "any"),
        (choices("auto", "any"), [ADD, SUB], "add"),
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


@pytest.mark.parametrize("form", ["nested", "flat", "none"])
def test_json_of_any_shape_is_asked_for_everywhere_alike(ask: Ask, form: Any) -> None:
    wanted = {"type": "json_object"}

    body = ask(Dialect(json_schema=form), response_format=wanted)

    assert body["response_format"] == wanted


@pytest.mark.parametrize(
    ("dialect", "effort", "sent"),
    [
        (Dialect(), "low", {"reasoning_effort": "low"}),
        (Dialect(), "none", {"reasoning_effort": "none"}),
        (
            Dialect(reasoning_effort="reasoning"),
            "low",
            {"reasoning": {"effort": "low"}},
        ),
        (
            Dialect(reasoning_effort="reasoning"),
            "none",
            {"reasoning": {"effort": "none"}},
        ),
        (Dialect(reasoning_off="thinking"), "low", {"reasoning_effort": "low"}),
        (
            Dialect(reasoning_off="thinking"),
            "none",
            {"thinking": {"type": "disabled"}},
        ),
        (Dialect(reasoning_off="enable_thinking"), "low", {"reasoning_effort": "low"}),
        (Dialect(reasoning_off="enable_thinking"), "none", {"enable_thinking": False}),
        (Dialect(reasoning_off="thinking"), None, {}),
        (Dialect(reasoning_effort="reasoning"), None, {}),
    ],
)
def test_the_effort_of_reasoning_is_sent_where_the_server_looks_for_it(
    ask: Ask, dialect: Dialect, effort: str | None, sent: dict[str, Any]
) -> None:
    body = ask(dialect, reasoning_effort=effort)

    assert {k: v for k, v in body.items() if k not in PLAIN} == sent


@pytest.mark.parametrize(
    ("dialect", "own"),
    [
        (Dialect(reasoning_off="thinking"), {"thinking": {"type": "enabled"}}),
        (Dialect(reasoning_off="enable_thinking"), {"enable_thinking": True}),
        (
            Dialect(reasoning_effort="reasoning"),
            {"reasoning": {"effort": "high", "exclude": True}},
        ),
    ],
)
def test_what_the_caller_says_of_reasoning_in_the_servers_words_wins(
    ask: Ask, dialect: Dialect, own: dict[str, Any]
) -> None:
    body = ask(dialect, reasoning_effort="none", **own)

    assert {k: v for k, v in body.items() if k not in PLAIN} == own


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


def test_openrouter_gets_reasoning_and_routing(
    make_chat: MakeChat, server: Scripted
) -> None:
    answer = httpx.Response(
        200, json=completion({"content": "Hi"}, usage={"cost": 0.25})
    )
    chat = make_chat(
        answer,
        provider="openrouter",
        reasoning_effort="high",
        extra_body={"provider": {"order": ["groq"]}},
        default_headers={"HTTP-Referer": "https://app.example", "X-Title": "App"},
    )

    message = chat.invoke("Hello")

    assert server.body["reasoning"] == {"effort": "high"}
    assert server.body["provider"] == {"order": ["groq"]}
    assert server.headers["http-referer"] == "https://app.example"
    assert server.headers["x-title"] == "App"
    assert message.response_metadata["token_usage"]["cost"] == 0.25


@pytest.mark.parametrize("name", ["groq", "openai", "azure", "xai"])
def test_some_providers_have_the_newer_name_of_the_limit(ask: Ask, name: str) -> None:
    assert ask(name, max_tokens=5)["max_completion_tokens"] == 5


class TestAzure:
    """Where Azure's requests go and what carries their key."""

    def test_an_endpoint_is_asked_through_the_v1_api(
        self, make_chat: MakeChat, server: Scripted
    ) -> None:
        chat = make_chat(ok(), base_url="https://mine.openai.azure.com/", model="gpt")

        chat.invoke("Hello")

        request = server.requests[0]
        assert str(request.url) == (
            "https://mine.openai.azure.com/openai/v1/chat/completions"
        )
        assert server.headers["api-key"] == "secret-key-1234"
        assert "authorization" not in server.headers
        assert server.body["model"] == "gpt"

    def test_a_deployment_has_an_address_of_its_own(
        self,
        make_chat: MakeChat,
        server: Scripted,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("OPENAI_API_VERSION", "2024-10-21")
        monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://mine.openai.azure.com")
        chat = make_chat(
            ok(), provider="azure-deployments", base_url=None, model="gpt 4"
        )

        chat.invoke("Hello")
        chat.invoke("Hello", model="other")

        first, second = (str(request.url) for request in server.requests)
        assert first == (
            "https://mine.openai.azure.com/openai/deployments/gpt%204"
            "/chat/completions?api-version=2024-10-21"
        )
        assert "/deployments/other/" in second

    def test_the_version_can_be_given_to_the_model(
        self, make_chat: MakeChat, server: Scripted
    ) -> None:
        chat = make_chat(
            ok(),
            provider="azure-deployments",
            base_url="https://mine.openai.azure.com",
            default_query={"api-version": "1"},
        )

        chat.invoke("Hello")

        assert server.requests[0].url.query == b"api-version=1"

    def test_a_missing_version_is_an_error_before_anything_is_sent(
        self,
        make_chat: MakeChat,
        server: Scripted,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.delenv("OPENAI_API_VERSION", raising=False)
        chat = make_chat(
            ok(),
            provider="azure-deployments",
            base_url="https://mine.openai.azure.com",
        )

        with pytest.raises(ConfigurationError, match="OPENAI_API_VERSION"):
            chat.invoke("Hello")

        assert server.requests == []

    def test_the_whole_address_of_a_deployment_is_taken_as_it_is(
        self, make_chat: MakeChat, server: Scripted
    ) -> None:
        url = "https://mine.openai.azure.com/openai/deployments/d"
        chat = make_chat(ok(), base_url=f"{url}?api-version=2024-10-21")

        chat.invoke("Hello")

        assert str(server.requests[0].url) == (
            f"{url}/chat/completions?api-version=2024-10-21"
        )
        assert server.headers["api-key"] == "secret-key-1234"


def ok() -> httpx.Response:
    return httpx.Response(200, json=completion({"content": "Hi"}))


def test_a_provider_has_headers_that_the_models_own_replace(
    make_chat: MakeChat, server: Scripted
) -> None:
    provider = Provider(
        name="own", api_key_required=False, headers=(("X-A", "1"), ("X-B", "1"))
    )

    make_chat(ok(), provider=provider, default_headers={"x-b": "2"}).invoke("Hello")

    assert (server.headers["x-a"], server.headers["x-b"]) == ("1", "2")


@pytest.mark.asyncio
async def test_a_dialect_of_ones_own_is_made_from_another(
    make_chat: MakeChat, server: Scripted
) -> None:
    groq = PROVIDERS["groq"]
    dialect = replace(groq.dialect, refused_fields=frozenset())
    chat = make_chat(ok(), provider=replace(groq, dialect=dialect), logprobs=True)

    await chat.ainvoke("Hello", max_tokens=5)

    assert server.body["logprobs"] is True
    assert server.body["max_completion_tokens"] == 5


@pytest.mark.parametrize(
    "provider",
    [p for p in PROVIDERS.values() if p.api_key_required],
    ids=lambda p: p.name,
)
def test_a_missing_key_is_an_error_that_names_the_variable(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(provider.api_key_env or "", raising=False)
    home = provider.base_url or "https://mine.openai.azure.com"

    with pytest.raises(ConfigurationError, match=provider.api_key_env) as caught:
        ChatSSE(model="m", provider=provider.name, base_url=home)

    assert provider.hint in str(caught.value)
