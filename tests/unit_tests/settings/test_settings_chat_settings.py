"""Making a model: fields, environment, providers, mistakes and secrets."""

from __future__ import annotations

import json
import math
import pickle
import ssl
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from langchain_core.load import dumpd, dumps, load
from langchain_core.messages import HumanMessage
from langchain_core.rate_limiters import InMemoryRateLimiter
from pydantic import SecretStr

import langchain_sse_chat
from langchain_sse_chat import ChatSSE, ConfigurationError, Provider
from langchain_sse_chat.transport.clients import ClientSettings
from tests.unit_tests.chat_models.scripted import Scripted
from tests.unit_tests.settings.asked_models import (
    SECRET,
    MakeChat,
    answer,
)


def key_of(chat: ChatSSE) -> str | None:
    key = chat.api_key
    return key.get_secret_value() if isinstance(key, SecretStr) else None


@pytest.mark.parametrize(
    ("provider", "variable", "base_url"),
    [
        ("openai", "OPENAI", "https://api.openai.com/v1"),
        ("megallm", "MEGALLM", "https://ai.megallm.io/v1"),
        ("aitunnel", "AITUNNEL", "https://api.aitunnel.ru/v1"),
        ("AITunnel ", "AITUNNEL", "https://api.aitunnel.ru/v1"),
    ],
)
def test_a_provider_brings_its_address_and_its_variable(
    monkeypatch: pytest.MonkeyPatch, provider: str, variable: str, base_url: str
) -> None:
    monkeypatch.setenv(f"{variable}_API_KEY", "from-environment")

    chat = ChatSSE(model="m", provider=provider)

    assert (chat.base_url, key_of(chat)) == (base_url, "from-environment")


def test_the_provider_is_found_from_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AITUNNEL_API_KEY", "from-environment")

    chat = ChatSSE(model="m", base_url="https://API.aitunnel.ru/v1/")

    assert key_of(chat) == "from-environment"
    assert chat._provider.name == "aitunnel"


def test_without_provider_and_address_it_is_openai(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "from-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:1/v1")

    chat = ChatSSE(model="m")

    assert chat._provider.name == "openai"
    assert chat.base_url == "http://localhost:1/v1"
    assert key_of(chat) == "from-environment"


def test_an_unknown_server_gets_no_key_of_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "from-environment")

    chat = ChatSSE(model="m", base_url="http://localhost:8000/v1")

    assert chat.api_key is None


def test_another_host_under_a_providers_name_needs_no_key() -> None:
    chat = ChatSSE(model="m", provider="openai", base_url="http://localhost:8000/v1")

    assert chat.api_key is None


def test_a_provider_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_KEY", "from-environment")
    acme = Provider(
        name="acme", base_url="https://acme.test/v1", api_key_env="ACME_KEY"
    )

    chat = ChatSSE(model="m", provider=acme)

    assert (chat.base_url, key_of(chat)) == ("https://acme.test/v1", "from-environment")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"provider": "opnai"}, ["'opnai'", "Did you mean openai?"]),
        ({}, ["OPENAI_API_KEY", "api_key", "platform.openai.com"]),
        ({"provider": "megallm"}, ["MEGALLM_API_KEY"]),
        ({"provider": "custom"}, ["base_url"]),
        pytest.param(
            {"provider": Provider(name="acme", base_url="https://acme.test/v1")},
            ["acme", "pass `api_key`"],
            id="provider without a key",
        ),
        ({"api_key": "k", "temperature": "hot"}, ["temperature", "number"]),
        ({"api_key": "k", "n": 0}, ["n:"]),
        ({"api_key": "k", "max_retries": -1}, ["max_retries"]),
        ({"api_key": "k", "max_retry_after": -1}, ["max_retry_after"]),
        ({"api_key": "k", "model": None}, ["model"]),
        ({"api_key": "k", "timeout": "10"}, ["Invalid `timeout`: str", "seconds"]),
        pytest.param(
            {"api_key": "k", "first_token_timeout": math.nan},
            ["first_token_timeout"],
            id="timeout that is not a number",
        ),
        ({"api_key": "k", "stream_chunk_timeout": -1}, ["stream_chunk_timeout"]),
        ({"api_key": "k", "proxy": "nonsense"}, ["Invalid proxy URL in `proxy`"]),
        ({"api_key": "k", "verify": 5}, ["`verify` must be", "not int"]),
        ({"api_key": "k", "default_headers": {"a b": "c"}}, ["'a b'", "name"]),
        ({"api_key": "k", "default_headers": {"X-A": "c\n"}}, ["'X-A'", "line break"]),
        ({"api_key": "k", "reasoning_tags": ("<a>", "<a>")}, ["reasoning tags"]),
        ({"api_key": "k", "on_disconnect": "x"}, ["on_disconnect", "'raise'"]),
        ({"api_key": "k", "on_truncation": "x"}, ["on_truncation", "'raise'"]),
        pytest.param(
            {"api_key": "k", "http_client": httpx2.Client()},
            ["http_client", "httpx.Client", "httpx2"],
            id="client of httpx2",
        ),
        pytest.param(
            {"api_key": "k", "http_client": httpx.AsyncClient()},
            ["http_client", "httpx.Client"],
            id="async client",
        ),
    ],
)
def test_a_mistake_is_a_typed_error_that_says_what_to_do(
    fields: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ChatSSE(**{"model": "m", **fields})

    assert isinstance(caught.value, ValueError)
    for word in words:
        assert word in str(caught.value)


def test_a_mistake_does_not_show_the_key_beside_it() -> None:
    with pytest.raises(ConfigurationError) as caught:
        ChatSSE(model="m", api_key=SECRET, temperature="hot", max_tokens=[SECRET])

    assert SECRET not in f"{caught.value!r} {caught.value} {caught.value.__dict__}"


def test_an_unknown_argument_goes_into_the_body_with_a_warning() -> None:
    with pytest.warns(UserWarning, match="top_k: not a parameter of ChatSSE"):
        chat = ChatSSE(model="m", api_key="k", top_k=3, model_kwargs={"min_p": 0.1})

    assert chat.model_kwargs == {"top_k": 3, "min_p": 0.1}


def test_making_a_model_makes_no_client(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        pytest.fail("a client was made")

    monkeypatch.setattr(httpx.Client, "__init__", refuse)
    monkeypatch.setattr(httpx.AsyncClient, "__init__", refuse)

    ChatSSE(model="m", api_key="k")


def test_streaming_is_not_set_unless_the_caller_sets_it() -> None:
    chat = ChatSSE(model="m", api_key="k")

    assert chat.streaming is None
    assert "streaming" not in chat.model_fields_set


def secretive() -> ChatSSE:
    return ChatSSE(
        model="m",
        api_key=SECRET,
        default_headers={"X-Auth": SECRET},
        default_query={"key": SECRET},
        proxy=f"http://user:{SECRET}@localhost:1",
        cert=("c.pem", "k.pem", SECRET),
    )


def test_secrets_are_in_no_text_of_the_model() -> None:
    chat = secretive()

    texts = [
        repr(chat),
        str(chat),
        dumps(chat),
        repr(chat.model_dump()),
        repr(chat._identifying_params),
        repr(chat._get_invocation_params()),
        repr(chat._get_ls_params()),
        repr(chat._plan(SECRET, [HumanMessage("hi")], None, {}, streamed=True)),
    ]

    assert [text for text in texts if SECRET in text] == []


def test_headers_of_a_call_are_not_in_its_traces() -> None:
    chat = ChatSSE(model="m", api_key="k")

    params = chat._get_invocation_params(extra_headers={"X-Auth": SECRET}, seed=1)

    assert params["extra_headers"] == {"X-Auth": "***"}
    assert params["seed"] == 1


def test_a_model_can_be_written_and_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AITUNNEL_API_KEY", SECRET)
    chat = ChatSSE(model="m", provider="aitunnel", temperature=0.5)

    read = load(
        dumpd(chat),
        allowed_objects=[ChatSSE],
        valid_namespaces=["langchain_sse_chat"],
        secrets_from_env=True,
    )

    assert (read.model, read.temperature, key_of(read)) == ("m", 0.5, SECRET)


def test_a_model_survives_pickling() -> None:
    chat = ChatSSE(model="m", api_key="k", temperature=0.5)

    copy = pickle.loads(pickle.dumps(chat))  # noqa: S301

    assert (copy.model, copy.temperature, key_of(copy)) == ("m", 0.5, "k")
    assert copy._clients is not chat._clients


def test_a_pickled_model_keeps_what_was_found_when_it_gets_a_rate_limiter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://test/v1")
    pickled = pickle.dumps(ChatSSE(model="m"))
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.delenv("OPENAI_BASE_URL")

    chat = pickle.loads(pickled)  # noqa: S301  our own
    chat.rate_limiter = InMemoryRateLimiter()

    assert (chat._address, chat._key) == ("http://test/v1", SecretStr("k"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("http_client", httpx.Client(), id="http_client"),
        pytest.param("http_async_client", httpx.AsyncClient(), id="http_async_client"),
        pytest.param("verify", ssl.create_default_context(), id="verify"),
        pytest.param("rate_limiter", InMemoryRateLimiter(), id="rate_limiter"),
    ],
)
def test_a_model_that_belongs_to_its_process_says_so_when_pickled(
    field: str, value: Any
) -> None:
    chat = ChatSSE(model="m", api_key="k", **{field: value})

    with pytest.raises(ConfigurationError, match="cannot be pickled"):
        pickle.dumps(chat)


@pytest.mark.parametrize(
    "cert",
    [
        pytest.param("c.pem", id="text"),
        pytest.param(Path("c.pem"), id="path"),
        pytest.param(("c.pem", "k.pem"), id="pair"),
        pytest.param((Path("c.pem"), "k.pem", "words"), id="path, key and password"),
    ],
)
def test_a_certificate_is_what_the_clients_are_made_with(cert: Any) -> None:
    chat = ChatSSE(model="m", api_key="k", verify="ca.pem", cert=cert)

    assert chat._clients._settings == ClientSettings(verify="ca.pem", cert=cert)


def test_a_certificate_may_come_from_json() -> None:
    chat = ChatSSE(model="m", api_key="k", cert=["c.pem", "k.pem"])

    assert chat._clients._settings.cert == ("c.pem", "k.pem")


def test_a_mistaken_certificate_does_not_show_its_password() -> None:
    with pytest.raises(ConfigurationError, match="cert") as caught:
        ChatSSE(model="m", cert=("c.pem", "k.pem", SECRET, "x"))

    assert SECRET not in str(caught.value)


def test_a_unix_socket_is_a_local_server_without_a_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "from-environment")

    chat = ChatSSE(model="m", base_url="http+unix://%2Frun%2Fopenai.sock/v1")

    assert key_of(chat) is None
    assert chat._clients._settings == ClientSettings(uds="/run/openai.sock")


def test_traces_name_the_model() -> None:
    chat = ChatSSE(model="m", api_key="k", temperature=0.5, max_tokens=9, stop="X")

    assert chat._get_ls_params() == {
        "ls_provider": "sse-chat",
        "ls_model_name": "m",
        "ls_model_type": "chat",
        "ls_temperature": 0.5,
        "ls_max_tokens": 9,
        "ls_stop": ["X"],
    }
    assert chat._get_ls_params(stop=["Y"], model="o")["ls_model_name"] == "o"
    assert chat._get_ls_params(stop=["Y"])["ls_stop"] == ["Y"]
    assert chat.metadata is not None
    assert "langchain-sse-chat" in chat.metadata["lc_versions"]


def test_a_profile_is_passed_through() -> None:
    chat = ChatSSE(model="m", api_key="k", profile={"max_input_tokens": 1000})

    assert chat.profile is not None
    assert chat.profile["max_input_tokens"] == 1000


def test_public_names() -> None:
    assert langchain_sse_chat.__all__ == [
        "AuthenticationError",
        "ChatSSE",
        "CompatibleEmbeddings",
        "ConfigurationError",
        "ConnectionFailedError",
        "ContextLengthError",
        "Dialect",
        "EventTooLargeError",
        "InvalidRequestError",
        "MalformedChunkError",
        "MalformedEmbeddingsError",
        "ModelClosedError",
        "ModelFacts",
        "NotAnEventStreamError",
        "NotFoundError",
        "PermissionDeniedError",
        "ProtocolError",
        "Provider",
        "RateLimitError",
        "RefusalError",
        "SSEChatError",
        "SSEDecoder",
        "ServerError",
        "ServerModel",
        "ServerSentEvent",
        "StatusError",
        "StreamError",
        "StreamTruncatedError",
        "StructuredOutputError",
        "TimedOutError",
        "__version__",
        "chat_model",
    ]


def test_token_ids_may_be_numbers(make_chat: MakeChat, server: Scripted) -> None:
    make_chat(answer(), logit_bias={50256: -100}).invoke("Hello")

    assert json.dumps(server.body["logit_bias"]) == '{"50256": -100.0}'


@pytest.mark.parametrize("bias", [5, {"x": "y"}])
def test_a_bias_that_is_none_is_refused(bias: Any) -> None:
    with pytest.raises(ConfigurationError, match="logit_bias"):
        ChatSSE(model="m", api_key="k", logit_bias=bias)
