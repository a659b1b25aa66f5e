"""The settings of `GigaChat`."""

from __future__ import annotations

import os
import pickle
import ssl
from pathlib import Path
from typing import Any

import pytest
from langchain_core.load import dumps
from langchain_core.messages import HumanMessage
from pydantic import BaseModel, SecretStr

from langchain_sse_chat import ChatSSE, ConfigurationError, Provider
from langchain_sse_chat.gigachat import GigaChat
from langchain_sse_chat.providers import PROVIDERS, find_provider
from langchain_sse_chat.transport.clients import ClientSettings
from tests.unit_tests.gigachat.gigachat_scripts import (
    KEY,
    Sber,
    ask_sync,
    event,
    fresh_key,
    stream,
)


def settings_of(chat: GigaChat) -> ClientSettings:
    """Return the client settings of the model."""
    return chat._clients._settings


def test_streams_without_being_told_to(sber: Sber) -> None:
    chunks = [c.content for c in sber.chat().stream("x")]
    assert chunks[:2] == ["Ясное", " небо"]
    assert sber.body["stream"] is True


def test_the_key_has_two_names() -> None:
    one, two = GigaChat(credentials=KEY), GigaChat(api_key=KEY)
    for chat in (one, two):
        for key in (chat.credentials, chat.api_key):
            assert isinstance(key, SecretStr)
            assert key.get_secret_value() == KEY


def test_a_key_may_be_a_function(sber: Sber) -> None:
    key = fresh_key()
    ask_sync(sber.chat(credentials=lambda: key))
    assert sber.token_requests[0].headers["authorization"] == f"Basic {key}"


def test_settings_come_from_the_environment(
    sber: Sber, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = fresh_key()
    given = {
        "CREDENTIALS": key,
        "SCOPE": "GIGACHAT_API_B2B",
        "AUTH_URL": "https://auth.test/oauth",
        "BASE_URL": "https://chat.test/api/v1",
        "MODEL": "GigaChat-2-Max",
        "PROFANITY_CHECK": "false",
        "VERIFY_SSL_CERTS": "0",
        "USER": "",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"GIGACHAT_{name}", value)
    chat = GigaChat(**sber.clients())
    ask_sync(chat)
    assert sber.token_requests[0].headers["authorization"] == f"Basic {key}"
    assert sber.token_requests[0].content == b"scope=GIGACHAT_API_B2B"
    assert str(sber.token_requests[0].url) == "https://auth.test/oauth"
    assert sber.chats[0].url.host == "chat.test"
    assert sber.body["model"] == "GigaChat-2-Max"
    assert sber.body["profanity_check"] is False
    assert settings_of(chat).verify is False
    assert chat.user is None


def test_what_is_passed_comes_before_the_environment(
    sber: Sber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIGACHAT_CREDENTIALS", "of-the-environment")
    monkeypatch.setenv("GIGACHAT_MODEL", "of-the-environment")
    key = fresh_key()
    ask_sync(sber.chat(credentials=key, model="GigaChat-2"))
    ask_sync(sber.chat(api_key=key, model_name="GigaChat-2"))
    assert [r.headers["authorization"] for r in sber.token_requests] == [f"Basic {key}"]
    assert sber.body["model"] == "GigaChat-2"


def test_the_model_has_a_default(sber: Sber) -> None:
    ask_sync(sber.chat())
    assert sber.body["model"] == "GigaChat"


@pytest.mark.parametrize("given", [{}, {"user": "me"}, {"password": "pw"}])
def test_credentials_are_needed(given: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="GIGACHAT_CREDENTIALS"):
        GigaChat(**given)


@pytest.mark.parametrize(
    "given",
    [{"cert_file": "c.pem", "key_file": "k.pem"}, {"cert": ("c.pem", "k.pem")}],
)
def test_a_certificate_is_credentials(sber: Sber, given: dict[str, Any]) -> None:
    chat = GigaChat(**given, **sber.clients())
    ask_sync(chat)
    assert sber.token_requests == []
    assert sber.bearers == [""]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, None),
        ({"cert_file": "c"}, "c"),
        ({"cert_file": "c", "key_file": "k"}, ("c", "k")),
        (
            {"cert_file": "c", "key_file": "k", "key_file_password": "p"},
            ("c", "k", "p"),
        ),
        ({"key_file": "k"}, None),
        ({"cert": ("c", "k", "p")}, ("c", "k", "p")),
    ],
)
def test_the_clients_certificate_is_used(given: dict[str, Any], wanted: Any) -> None:
    assert settings_of(GigaChat(credentials=KEY, **given)).cert == wanted


def test_certificates_are_verified_with_what_is_given() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    given: list[tuple[dict[str, Any], Any]] = [
        ({}, True),
        ({"ca_bundle_file": "ca.pem"}, "ca.pem"),
        ({"ssl_context": context}, context),
        ({"verify": "other.pem"}, "other.pem"),
        ({"verify_ssl_certs": False, "ca_bundle_file": "ca.pem"}, False),
    ]
    for fields, wanted in given:
        assert settings_of(GigaChat(credentials=KEY, **fields)).verify == wanted


def test_a_unix_socket_is_found_in_the_address() -> None:
    chat = GigaChat(credentials=KEY, base_url="http+unix://%2Frun%2Fgiga.sock/v1")
    assert settings_of(chat).uds == "/run/giga.sock"


def test_nothing_is_read_at_construction() -> None:
    chat = GigaChat(credentials=KEY, ca_bundle_file="missing.pem")
    assert not Path("missing.pem").exists()
    with pytest.raises(ConfigurationError, match="cannot be read"):
        chat.invoke("x")


def test_secrets_are_not_shown() -> None:
    secrets = {
        "credentials": "secret-one",
        "access_token": "secret-two",
        "password": "secret-three",
        "key_file_password": "secret-four",
    }
    chat = GigaChat(user="me", **secrets)
    for shown in (repr(chat), str(chat), dumps(chat)):
        assert "secret-" not in shown
    assert set(chat.lc_secrets) == {*secrets, "api_key"}


def test_a_pickle_is_the_same_model(sber: Sber) -> None:
    chat = GigaChat(credentials=KEY, scope="GIGACHAT_API_CORP")
    again = pickle.loads(pickle.dumps(chat))  # noqa: S301  # made here
    assert again.access_grant(KEY) == chat.access_grant(KEY)
    del sber


def test_another_provider_may_stand_in(sber: Sber) -> None:
    plain = Provider(name="proxy", base_url="http://proxy.test", api_key_required=False)
    ask_sync(sber.chat(provider=plain, access_token="t"))
    assert sber.bearers == ["Bearer t"]
    ask_sync(sber.chat(provider=plain, credentials="key-of-the-proxy"))
    assert sber.bearers[1] == "Bearer key-of-the-proxy"


def test_the_provider_is_found_by_its_hosts() -> None:
    row = PROVIDERS["gigachat"]
    for host in ("gigachat.devices.sberbank.ru/api/v1", "api.giga.chat/v1"):
        assert find_provider(None, f"https://{host}") is row


def test_a_missing_key_is_named() -> None:
    with pytest.raises(ConfigurationError, match="GIGACHAT_CREDENTIALS"):
        ChatSSE(provider="gigachat", model="GigaChat")
    assert "GIGACHAT_CREDENTIALS" not in os.environ


def test_the_model_names_itself(sber: Sber) -> None:
    chat = sber.chat()
    assert chat._llm_type == "sse-chat-gigachat"
    assert chat._identifying_params["model"] == "GigaChat"
    assert isinstance(chat, ChatSSE)


def test_models_of_the_other_package_are_fields(sber: Sber) -> None:
    class Ranker(BaseModel):
        enabled: bool | None = None
        top_n: int | None = None

    sber.chat(function_ranker=Ranker(enabled=False), storage={"a": 1}).invoke("x")

    assert sber.body["function_ranker"] == {"enabled": False}
    assert sber.body["storage"] == {"a": 1}


def test_format_instructions_are_a_part_of_the_prompt(sber: Sber) -> None:
    class Pay(BaseModel):
        to: str

    chain = sber.chat().with_structured_output(Pay, method="format_instructions")
    sber.answers = [stream(event({"content": '{"to": "Ann"}'}, finish_reason="stop"))]

    assert list(chain.stream([HumanMessage("Who?")]))[-1] == Pay(to="Ann")
    assert "response_format" not in sber.body
    first, last = sber.body["messages"]
    assert (first["content"], last["role"]) == ("Who?", "user")
    assert '"required": ["to"]' in last["content"]


def test_format_instructions_cannot_be_strict(sber: Sber) -> None:
    with pytest.raises(ConfigurationError, match="json_schema"):
        sber.chat().with_structured_output(
            dict[str, str], method="format_instructions", strict=True
        )
