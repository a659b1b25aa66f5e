"""Names that other packages use, and names that nobody knows: nothing leaks."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.load import dumps

from langchain_sse_chat import ChatSSE, ConfigurationError, Provider
from langchain_sse_chat.providers import PROVIDERS
from tests.unit_tests.chat_models.scripted import Scripted
from tests.unit_tests.settings.asked_models import (
    SECRET,
    MakeChat,
    answer,
    where_and_with,
)


@pytest.mark.parametrize(
    ("fields", "base_url"),
    [
        ({"openai_api_key": SECRET}, "https://api.openai.com/v1"),
        ({"deepseek_api_key": SECRET}, "https://api.deepseek.com"),
        ({"openrouter_api_key": SECRET}, "https://openrouter.ai/api/v1"),
        ({"groq_api_key": SECRET}, "https://api.groq.com/openai/v1"),
        ({"xai_api_key": SECRET}, "https://api.x.ai/v1"),
        ({"mistral_api_key": SECRET}, "https://api.mistral.ai/v1"),
        ({"pplx_api_key": SECRET}, "https://api.perplexity.ai"),
        ({"huggingfacehub_api_token": SECRET}, "https://router.huggingface.co/v1"),
        ({"openai_api_key": SECRET, "openai_api_base": "http://h/v1"}, "http://h/v1"),
        pytest.param(
            {"api_key": SECRET, "api_base": "http://h/v1"}, "http://h/v1", id="api_base"
        ),
        pytest.param(
            {"api_key": SECRET, "endpoint": "http://h/v1"}, "http://h/v1", id="endpoint"
        ),
        ({"deepseek_api_key": SECRET, "base_url": "http://h/v1"}, "http://h/v1"),
        pytest.param(
            {"api_key": SECRET, "xai_api_base": "http://h/v1"},
            "http://h/v1",
            id="xai_api_base",
        ),
        ({"openai_api_key": SECRET, "provider": "groq"}, PROVIDERS["groq"].base_url),
        pytest.param(
            {"zai_api_key": SECRET, "provider": "Zhipu"},
            PROVIDERS["zhipu"].base_url,
            id="zai_api_key",
        ),
        ({"api_key": SECRET, "azure_endpoint": "https://a.test"}, "https://a.test"),
    ],
)
def test_a_peers_name_is_what_it_is_there(
    fields: dict[str, Any], base_url: str
) -> None:
    chat = ChatSSE(model="m", **fields)

    assert where_and_with(chat) == (base_url, SECRET)
    assert chat.model_kwargs == {}


def test_a_name_brings_its_provider() -> None:
    endpoint = ChatSSE(model="m", api_key=SECRET, azure_endpoint="https://a.test")

    assert endpoint._provider.name == "azure"
    assert ChatSSE(model="m", groq_api_key=SECRET)._provider.name == "groq"


def test_a_provider_of_ones_own_has_names_too() -> None:
    acme = Provider(name="acme", base_url="https://acme.test", api_key_env="ACME_KEY")

    assert where_and_with(ChatSSE(model="m", provider=acme, acme_key=SECRET)) == (
        "https://acme.test",
        SECRET,
    )


def test_a_proxy_is_one_under_a_peers_name() -> None:
    chat = ChatSSE(model="m", api_key=SECRET, openai_proxy="http://p:1")

    assert chat.proxy == "http://p:1"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"api_key": "k", "openai_api_key": SECRET}, "'openai_api_key'"),
        ({"groq_api_key": SECRET, "provider": "openrouter"}, "for groq"),
        ({"xai_api_key": SECRET, "groq_api_key": SECRET}, "Pass one"),
        ({"token": SECRET}, "'token'"),
        ({"password": 1234}, "'password'"),
        ({"apiKey": SECRET}, "'apiKey'"),
        ({"my_credentials_file": SECRET}, "my_credentials_file"),
        ({"client_secret": SECRET}, "client_secret"),
        ({"headers": {"Authorization": SECRET}}, "default_headers"),
        ({"model_kwargs": {"api_token": SECRET}}, "api_token"),
        ({"model_kwargs": {"api_key": SECRET}}, "'api_key' is a setting"),
        ({"model_kwargs": {"timeout": 5}}, "'timeout' is a setting"),
        pytest.param(
            {"model_kwargs": {"extra_headers": SECRET}},
            "`extra_headers` of ChatSSE must be a dict, not str",
            id="extra_headers in model_kwargs",
        ),
        ({"server_url": f"http://x:{SECRET}@h"}, "base_url"),
        ({"http_proxy": f"http://x:{SECRET}@h"}, "`proxy`"),
    ],
)
def test_a_name_that_speaks_of_a_secret_is_refused_without_its_value(
    fields: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        ChatSSE(model="m", base_url="http://test/v1", **fields)

    assert SECRET not in f"{caught.value!r} {vars(caught.value)}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("min_tokens", 5),
        ("thinking_token_budget", 5),
        ("skip_special_tokens", True),
        ("stop_token_ids", [1, 2]),
        ("tokenizer", "x"),
        ("keywords", ["x"]),
    ],
)
def test_a_field_that_counts_tokens_is_sent(
    make_chat: MakeChat, server: Scripted, name: str, value: Any
) -> None:
    chat = make_chat(answer(), answer(), model_kwargs={name: value})
    with pytest.warns(UserWarning, match=name):
        ChatSSE(model="m", api_key="k", **{name: value})

    chat.invoke("Hello")
    chat.invoke("Hello", **{name: value})

    assert server.body[name] == value


@pytest.mark.parametrize(
    "keywords",
    [
        {"api_key": SECRET},
        {"token": SECRET},
        {"openai_api_key": SECRET},
        {"azure_ad_token": SECRET},
        {"base_url": SECRET},
        {"provider": "groq"},
        {"proxy": SECRET},
        {"default_headers": {"X": SECRET}},
    ],
)
async def test_a_call_sends_no_secret_and_no_setting(
    make_chat: MakeChat, server: Scripted, keywords: dict[str, Any]
) -> None:
    chat = make_chat()
    for call in (chat.invoke, chat.bind(**keywords).invoke):
        with pytest.raises(ConfigurationError, match=next(iter(keywords))) as caught:
            call("Hello", **({} if call != chat.invoke else keywords))
        assert SECRET not in str(caught.value)
    with pytest.raises(ConfigurationError):
        await chat.ainvoke("Hello", **keywords)

    assert server.requests == []


def test_other_names_of_a_calls_settings(make_chat: MakeChat, server: Scripted) -> None:
    make_chat(answer(), max_retries=0).invoke(
        "Hello",
        request_timeout=5,
        stop_sequences=["X"],
        model_name="o",
        max_retries=None,
    )

    assert (server.body["model"], server.body["stop"]) == ("o", ["X"])
    assert "request_timeout" not in server.body


def test_extras_among_the_model_kwargs_are_what_they_are(
    make_chat: MakeChat, server: Scripted
) -> None:
    chat = make_chat(
        answer(),
        model_kwargs={
            "extra_headers": {"X-Key": SECRET},
            "extra_query": {"q": "1"},
            "extra_body": {"a": 1},
            "top_k": 3,
        },
        default_headers={"X-Other": "o", "X-Key": "old"},
        extra_body={"b": 2},
    )
    chat.invoke("Hello")

    assert (server.headers["x-key"], server.headers["x-other"]) == (SECRET, "o")
    assert server.requests[0].url.params["q"] == "1"
    assert {k: server.body[k] for k in ("a", "b", "top_k")} == {
        "a": 1,
        "b": 2,
        "top_k": 3,
    }
    assert not {"extra_headers", "extra_body"} & server.body.keys()
    assert SECRET not in f"{chat!r} {dumps(chat)} {chat._get_invocation_params()}"


def test_extra_headers_are_a_name_of_the_headers() -> None:
    chat = ChatSSE(model="m", api_key="k", extra_headers={"X": "x"}, extra_query=None)

    assert chat.default_headers == {"X": "x"}
    assert (
        ChatSSE(model="m", api_key="k", openai_api_base=None)._address == chat._address
    )


MCP = {
    "type": "mcp",
    "server_label": "s",
    "headers": {"X-Any": SECRET},
    "authorization": SECRET,
}


def test_secrets_of_tools_are_in_no_trace_and_no_cache_key(
    make_chat: MakeChat, server: Scripted
) -> None:
    chat = make_chat(answer())
    chat.invoke("Hello", tools=[MCP])

    assert server.body["tools"] == [MCP]
    params = chat._get_invocation_params(tools=[MCP])
    keys = {
        chat._get_llm_string(tools=[{**MCP, "authorization": value}])
        for value in (SECRET, f"{SECRET}-2", SECRET)
    }
    assert params["tools"][0] == {
        **MCP,
        "headers": {"X-Any": "***"},
        "authorization": "***",
    }
    assert len(keys) == 2
    assert SECRET not in f"{params}{keys}"


def test_secrets_inside_the_body_of_a_model_are_in_no_text_of_it() -> None:
    models = [
        ChatSSE(
            model="m",
            api_key="k",
            extra_body={"api_key": value},
            model_kwargs={"data_sources": [{"authentication": {"key": value}}]},
        )
        for value in (SECRET, f"{SECRET}-2")
    ]
    keys = {model._get_llm_string() for model in models}

    assert len(keys) == 2
    for model in models:
        shown = f"{dumps(model)}{model._identifying_params}{keys}"
        assert SECRET not in shown + str(model._get_invocation_params())
