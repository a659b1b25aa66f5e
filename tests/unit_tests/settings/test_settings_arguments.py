"""Names that other packages use, and names that nobody knows: nothing leaks."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from langchain_core.load import dumps
from langchain_core.runnables import ConfigurableField
from pydantic import SecretStr

from langchain_sse_chat import ChatSSE, ConfigurationError, Provider
from langchain_sse_chat.gigachat import GigaChat
from langchain_sse_chat.providers import PROVIDERS
from langchain_sse_chat.settings.field_use import use_of
from langchain_sse_chat.transport.clients import ClientSettings
from tests.unit_tests.chat_models.scripted import Scripted, completion

MakeChat = Callable[..., ChatSSE]

SECRET = "sk-a-secret-of-some-length"


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in PROVIDERS.values():
        for variable in (*provider.key_variables, *provider.address_variables):
            monkeypatch.delenv(variable, raising=False)


def answer() -> httpx.Response:
    return httpx.Response(200, json=completion({"content": "Hi"}))


def where_and_with(chat: ChatSSE) -> tuple[str | None, str | None]:
    key = chat.api_key
    return chat.base_url, key.get_secret_value() if isinstance(key, SecretStr) else None


@pytest.mark.parametrize("cls", [ChatSSE, GigaChat])
def test_each_field_says_whether_it_is_sent(cls: type[ChatSSE]) -> None:
    own = set(cls.model_fields) - set(ChatSSE.__mro__[4].model_fields)  # type: ignore[attr-defined]

    assert [name for name in sorted(own) if use_of(cls, name) is None] == []
    assert {"model", "api_key", "fallbacks", "temperature"} <= own


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
        ({"api_key": SECRET, "api_base": "http://h/v1"}, "http://h/v1"),
        ({"api_key": SECRET, "endpoint": "http://h/v1"}, "http://h/v1"),
        ({"deepseek_api_key": SECRET, "base_url": "http://h/v1"}, "http://h/v1"),
        ({"api_key": SECRET, "xai_api_base": "http://h/v1"}, "http://h/v1"),
        ({"openai_api_key": SECRET, "provider": "groq"}, PROVIDERS["groq"].base_url),
        ({"zai_api_key": SECRET, "provider": "Zhipu"}, PROVIDERS["zhipu"].base_url),
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
        ({"azure_ad_token": SECRET}, "Microsoft Entra ID"),
        ({"azure_ad_token_provider": lambda: SECRET}, "Microsoft Entra ID"),
        ({"password": 1234}, "'password'"),
        ({"apiKey": SECRET}, "'apiKey'"),
        ({"my_credentials_file": SECRET}, "my_credentials_file"),
        ({"client_secret": SECRET}, "client_secret"),
        ({"headers": {"Authorization": SECRET}}, "default_headers"),
        ({"model_kwargs": {"api_token": SECRET}}, "api_token"),
        ({"model_kwargs": {"api_key": SECRET}}, "'api_key' is a setting"),
        ({"model_kwargs": {"timeout": 5}}, "'timeout' is a setting"),
        ({"model_kwargs": {"extra_headers": SECRET}}, "extra_headers is a str"),
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
        ("prompt_cache_key", "user-1"),
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


@pytest.mark.parametrize(
    ("provider", "variable"),
    [
        ("openai", "OPENAI_API_BASE"),
        ("openai", "OPENAI_BASE_URL"),
        ("deepseek", "DEEPSEEK_API_BASE"),
        ("openrouter", "OPENROUTER_API_BASE"),
        ("groq", "GROQ_API_BASE"),
        ("groq", "GROQ_BASE_URL"),
        ("xai", "XAI_API_BASE"),
        ("mistral", "MISTRAL_BASE_URL"),
        ("fireworks", "FIREWORKS_API_BASE"),
        ("together", "TOGETHER_API_BASE"),
        ("cerebras", "CEREBRAS_API_BASE"),
        ("nvidia", "NVIDIA_BASE_URL"),
        ("perplexity", "PERPLEXITY_BASE_URL"),
        ("sambanova", "SAMBANOVA_API_BASE"),
        ("dashscope", "DASHSCOPE_API_BASE"),
    ],
)
def test_the_variable_of_a_peer_decides_where_the_key_goes(
    monkeypatch: pytest.MonkeyPatch, provider: str, variable: str
) -> None:
    monkeypatch.setenv(PROVIDERS[provider].api_key_env or "", SECRET)
    monkeypatch.setenv(variable, "https://gateway.test/v1")

    chat = ChatSSE(model="m", provider=provider)

    assert where_and_with(chat) == ("https://gateway.test/v1", SECRET)


def test_of_two_variables_the_one_that_the_peer_prefers_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("OPENAI_API_BASE", "https://one.test/v1")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://other.test/v1")

    assert ChatSSE(model="m").base_url == "https://one.test/v1"


CHANGES: list[tuple[dict[str, Any], Callable[[ChatSSE], Any], Any]] = [
    ({"proxy": "http://p:1"}, lambda c: c._clients._settings.proxy, "http://p:1"),
    ({"verify": False}, lambda c: c._clients._settings.verify, False),
    ({"cert": "c.pem"}, lambda c: c._clients._settings.cert, "c.pem"),
    ({"base_url": "http://o/v1"}, lambda c: c._address, "http://o/v1"),
    ({"provider": "groq"}, lambda c: c._provider.name, "groq"),
    ({"provider": "groq"}, lambda c: c._address, PROVIDERS["groq"].base_url),
    ({"temperature": 1}, lambda c: c.temperature, 1.0),
]


@pytest.mark.parametrize(("update", "shown", "value"), CHANGES)
@pytest.mark.parametrize("assigns", [False, True])
def test_a_change_takes_effect(
    update: dict[str, Any],
    shown: Callable[[ChatSSE], Any],
    value: Any,
    *,
    assigns: bool,
) -> None:
    chat = ChatSSE(model="m", api_key="k", seed=1)
    changed = chat
    if assigns:
        for name, given in update.items():
            setattr(changed, name, given)
    else:
        changed = chat.model_copy(update=update)
        assert chat == ChatSSE(model="m", api_key="k", seed=1)

    assert shown(changed) == value
    assert changed == ChatSSE(model="m", api_key="k", seed=1, **update)


async def test_another_key_and_another_client_are_used(
    make_chat: MakeChat, server: Scripted
) -> None:
    chat = make_chat(answer(), answer(), answer())
    other = Scripted()
    other.answers = [answer()]
    copied = chat.model_copy(
        update={"http_client": httpx.Client(transport=httpx.MockTransport(other))}
    )

    copied.invoke("Hello")
    chat.api_key = "another"
    chat.invoke("Hello")
    await chat.model_copy(update={"openai_api_key": "third"}).ainvoke("Hello")

    assert len(other.requests) == 1
    assert [r.headers["authorization"] for r in server.requests] == [
        "Bearer another",
        "Bearer third",
    ]


@pytest.mark.parametrize(
    "update",
    [
        {"temperature": "hot"},
        {"api_key": 5},
        {"provider": "nobody"},
        {"http_client": 5},
        {"max_retries": -1},
        {"token": SECRET},
        {"fallbacks": 5},
    ],
)
def test_a_change_that_cannot_be_is_refused(update: dict[str, Any]) -> None:
    chat = ChatSSE(model="m", api_key="k")
    [(name, value)] = update.items()

    with pytest.raises(ConfigurationError) as caught:
        chat.model_copy(update=update)
    if name != "token":
        with pytest.raises(ConfigurationError):
            setattr(chat, name, value)

    assert SECRET not in str(caught.value)
    assert chat == ChatSSE(model="m", api_key="k")


def test_a_found_key_does_not_go_to_another_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    chat = ChatSSE(model="m")
    bound: Any = chat.configurable_fields(
        base_url=ConfigurableField(id="u"), provider=ConfigurableField(id="p")
    )
    local = chat.model_copy(update={"base_url": "http://localhost:1/v1"})
    configured, _ = bound._prepare({"configurable": {"u": "http://localhost:1/v1"}})
    same, _ = bound._prepare({})

    for model in (local, configured):
        assert where_and_with(model) == ("http://localhost:1/v1", None)
        assert model._key is None
    assert (same._address, same._key) == (chat.base_url, chat.api_key)
    monkeypatch.setenv("GROQ_API_KEY", "g")
    configured, _ = bound._prepare({"configurable": {"p": "groq"}})
    assert where_and_with(configured) == (PROVIDERS["groq"].base_url, "g")


def test_further_fields_of_the_body_stay_in_a_copy() -> None:
    chat = ChatSSE(model="m", api_key="k", model_kwargs={"top_k": 3})
    with pytest.warns(UserWarning, match="min_p"):
        copied = chat.model_copy(update={"min_p": 0.1})

    assert copied.model_kwargs == {"top_k": 3, "min_p": 0.1}
    assert chat.model_copy(update={"model_name": "o"}).model == "o"
    assert chat.model_copy() == chat
    assert chat.model_copy(update={"max_retries": None}).max_retries == 2


def test_a_copy_of_gigachat_is_asked_with_what_was_changed() -> None:
    chat = GigaChat(credentials="a", verify_ssl_certs=False, cert_file="c.pem")

    copied = chat.model_copy(update={"api_key": "b", "verify": "ca.pem"})

    assert copied.credentials == SecretStr("b")
    assert copied._clients._settings == ClientSettings(verify="ca.pem", cert="c.pem")
    chat.cert = "d.pem"
    assert chat._clients._settings.cert == "d.pem"


def test_equal_settings_make_equal_models() -> None:
    fields: dict[str, Any] = {"model": "m", "api_key": "k", "proxy": "http://p:1"}

    assert ChatSSE(**fields) == ChatSSE(**fields)
    assert ChatSSE(**fields) != ChatSSE(**fields, seed=1)
    assert ChatSSE(**fields) != ChatSSE(**{**fields, "proxy": "http://p:2"})
    assert ChatSSE(**fields) == pickle.loads(pickle.dumps(ChatSSE(**fields)))  # noqa: S301
    assert ChatSSE(**fields) != "m"


def test_none_is_the_default_where_it_is_no_value() -> None:
    fields = ("fallbacks", "max_retries", "model_kwargs", "verify", "on_truncation")
    chat = ChatSSE(model="m", api_key="k", **dict.fromkeys(fields))

    assert chat == ChatSSE(model="m", api_key="k")
    assert ChatSSE(model="m", api_key="k", first_token_timeout=None) != chat


def test_token_ids_may_be_numbers(make_chat: MakeChat, server: Scripted) -> None:
    make_chat(answer(), logit_bias={50256: -100}).invoke("Hello")

    assert json.dumps(server.body["logit_bias"]) == '{"50256": -100.0}'


@pytest.mark.parametrize("bias", [5, {"x": "y"}])
def test_a_bias_that_is_none_is_refused(bias: Any) -> None:
    with pytest.raises(ConfigurationError, match="logit_bias"):
        ChatSSE(model="m", api_key="k", logit_bias=bias)


def test_a_model_for_a_list_of_fallbacks_is_an_error_that_says_so() -> None:
    other = ChatSSE(model="o", api_key="k")

    with pytest.raises(ConfigurationError, match=r"fallbacks=\[ChatSSE"):
        ChatSSE(model="m", api_key="k", fallbacks=other)


async def test_fallbacks_in_a_circle_are_an_error(make_chat: MakeChat) -> None:
    one, other = make_chat(), make_chat()
    other.fallbacks = [one]

    with pytest.raises(ConfigurationError, match="circle"):
        one.fallbacks = [other]
    one.fallbacks.append(other)
    with pytest.raises(ConfigurationError, match="circle"):
        one.invoke("Hello")
    with pytest.raises(ConfigurationError, match="circle"):
        await other.ainvoke("Hello")


def test_one_fallback_of_two_models_is_no_circle(make_chat: MakeChat) -> None:
    last = make_chat(answer())
    middle = make_chat(answer(), fallbacks=[last])

    chat = make_chat(answer(), fallbacks=[middle, last])

    assert chat.invoke("Hello").text == "Hi"


def test_a_subclass_with_a_field_of_its_own_does_not_send_it(
    make_chat: MakeChat, server: Scripted, tmp_path: Path
) -> None:
    class Own(ChatSSE):
        tenant: str = "t"
        temperature: float | None = 0.5

    make_chat(answer(), cls=Own).invoke("Hello", record=tmp_path)

    assert server.body["temperature"] == 0.5
    assert "tenant" not in server.body
