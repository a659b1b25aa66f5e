"""The connection to GigaChat, which chat model and embeddings have in common."""

from __future__ import annotations

import ssl
from typing import Any

import httpx
import pytest

from langchain_sse_chat import ConfigurationError, RateLimitError
from langchain_sse_chat.exchange.retry import RetryPolicy
from langchain_sse_chat.gigachat import GigaChat, GigaChatEmbeddings
from tests.unit_tests.gigachat.gigachat_scripts import KEY, Ask, Sber

KINDS = pytest.mark.parametrize("kind", [GigaChat, GigaChatEmbeddings])


@KINDS
def test_the_key_has_two_names(kind: type[Any]) -> None:
    for model in (kind(credentials=KEY), kind(api_key=KEY)):
        assert model.credentials.get_secret_value() == KEY
        assert model.api_key.get_secret_value() == KEY
        assert KEY not in repr(model)


@KINDS
def test_settings_come_from_the_environment(
    kind: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"CREDENTIALS": KEY, "SCOPE": "GIGACHAT_API_B2B", "MAX_RETRIES": "5"}
    for name, value in given.items():
        monkeypatch.setenv(f"GIGACHAT_{name}", value)

    model = kind()
    grant = model.access_grant(KEY)

    assert grant is not None
    assert (grant.scope, model.max_retries) == ("GIGACHAT_API_B2B", 5)
    assert kind(scope="GIGACHAT_API_CORP").scope == "GIGACHAT_API_CORP"


@KINDS
@pytest.mark.parametrize("given", [{}, {"user": "me"}, {"password": "pw"}])
def test_credentials_are_needed(kind: type[Any], given: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="GIGACHAT_CREDENTIALS"):
        kind(**given)


@KINDS
def test_tokens_are_got_with_what_there_is(kind: type[Any]) -> None:
    user = kind(user="me", password="pw", base_url="http://test/v1").access_grant(None)
    token = kind(access_token="ready").access_grant(None)

    assert user is not None
    assert user.url == "http://test/v1/token"
    assert token is not None
    assert (token.url, token.access_token) == ("", "ready")
    assert kind(cert_file="c.pem").access_grant(None) is None


@KINDS
def test_certificates_are_those_of_the_settings(kind: type[Any]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    given: list[tuple[dict[str, Any], Any, Any]] = [
        ({"ca_bundle_file": "ca.pem"}, "ca.pem", None),
        ({"ssl_context": context}, context, None),
        ({"verify_ssl_certs": False}, False, None),
        ({"cert_file": "c", "key_file": "k"}, True, ("c", "k")),
    ]
    for fields, verify, cert in given:
        settings = kind(credentials=KEY, **fields)._clients._settings
        assert (settings.verify, settings.cert) == (verify, cert)


@KINDS
def test_a_wrong_address_for_tokens_is_an_error(kind: type[Any]) -> None:
    with pytest.raises(ConfigurationError, match="auth_url"):
        kind(credentials=KEY, auth_url="no-address")


@KINDS
def test_a_change_of_a_related_setting_replaces_it(kind: type[Any]) -> None:
    model = kind(credentials=KEY, ca_bundle_file="ca.pem")

    changed = model.model_copy(update={"verify": False, "api_key": "other"})

    assert changed._clients._settings.verify is False
    assert changed.credentials.get_secret_value() == "other"


@KINDS
def test_retries_have_the_names_of_the_other_package(kind: type[Any]) -> None:
    model = kind(
        credentials=KEY,
        max_retries=4,
        retry_backoff_factor=2,
        retry_on_status_codes=(409, 503),
    )

    policy = model._retries()

    assert (policy.initial, policy.maximum) == (2, 60)
    assert policy.statuses == {409, 503}
    assert kind(credentials=KEY)._retries() == RetryPolicy()


@KINDS
@pytest.mark.parametrize("text", ["[409, 503]", "409,503", "409, 503"])
def test_statuses_come_from_the_environment(
    kind: type[Any], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIGACHAT_RETRY_ON_STATUS_CODES", text)

    assert kind(credentials=KEY).retry_on_status_codes == (409, 503)


@KINDS
def test_one_status_is_a_list_too(
    kind: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIGACHAT_RETRY_ON_STATUS_CODES", "429")

    assert kind(credentials=KEY).retry_on_status_codes == (429,)


@pytest.mark.parametrize(
    "field", [{"retry_backoff_factor": -1}, {"retry_on_status_codes": "often"}], ids=str
)
@KINDS
def test_wrong_retries_are_an_error(kind: type[Any], field: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(field))):
        kind(credentials=KEY, **field)


def test_a_call_is_retried_for_the_given_statuses(sber: Sber) -> None:
    sber.answers = [httpx.Response(409), httpx.Response(429)]
    chat = sber.chat(
        max_retries=2, retry_backoff_factor=0, retry_on_status_codes=(409,)
    )

    with pytest.raises(RateLimitError):
        chat.invoke("x")

    assert len(sber.chats) == 2


@KINDS
def test_additional_fields_are_a_part_of_the_body(kind: type[Any]) -> None:
    model = kind(
        credentials=KEY, additional_fields={"a": 1, "b": 1}, extra_body={"b": 2}
    )

    assert model.extra_body == {"a": 1, "b": 2}
    assert kind(credentials=KEY, additional_fields=None).extra_body is None


@KINDS
@pytest.mark.parametrize("fields", ["a", [1], 5], ids=repr)
def test_other_additional_fields_are_an_error(kind: type[Any], fields: Any) -> None:
    with pytest.raises(ConfigurationError, match="`additional_fields` must be a dict"):
        kind(credentials=KEY, additional_fields=fields)
    with pytest.raises(ConfigurationError, match="extra_body"):
        kind(credentials=KEY, additional_fields={"a": 1}, extra_body=fields)


def test_other_additional_fields_of_a_call_are_an_error(sber: Sber, ask: Ask) -> None:
    with pytest.raises(ConfigurationError, match="`additional_fields` must be a dict"):
        ask(sber.chat(), additional_fields=[1])
    with pytest.raises(ConfigurationError, match="extra_body"):
        ask(sber.chat(), additional_fields={"a": 1}, extra_body=[1])


def test_additional_fields_of_a_call_are_sent(sber: Sber, ask: Ask) -> None:
    chat = sber.chat(additional_fields={"a": 1, "b": 1})

    ask(chat, additional_fields={"b": 2, "c": 2}, extra_body={"c": 3})

    assert {name: sber.body[name] for name in "abc"} == {"a": 1, "b": 2, "c": 3}
    assert "additional_fields" not in sber.body
