"""Servers behind TLS, with an authority of their own."""

from __future__ import annotations

import pickle
import ssl
from typing import Any

import pytest

from langchain_sse_chat import ConfigurationError, ConnectionFailedError
from langchain_sse_chat.testing import ScriptedServer
from tests.integration_tests.deployment.asking import ask, said
from tests.integration_tests.deployment.certificates import PASSWORD, Authority
from tests.integration_tests.deployment.conftest import Ask, model
from tests.integration_tests.deployment.relays import Relay


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.mark.parametrize("kind", ["str", "path", "context"])
def test_an_authority_is_trusted_that_is_named(
    server: ScriptedServer, authority: Authority, asked: Ask, kind: str
) -> None:
    verify: Any = {
        "str": str(authority.file),
        "path": authority.file,
        "context": ssl.create_default_context(cafile=authority.file),
    }[kind]
    with Relay(server.url, tls=authority.server()) as relay:
        chat = model(f"{relay.url}/v1", verify=verify)
        assert [asked(chat, prompt) for prompt in "ab"] == [said("a"), said("b")]


def test_an_authority_is_not_trusted_that_is_not_named(
    server: ScriptedServer, authority: Authority, asked: Ask
) -> None:
    with Relay(server.url, tls=authority.server()) as relay:
        with pytest.raises(ConnectionFailedError, match="`verify=`") as caught:
            asked(model(f"{relay.url}/v1"), "Hello")
        assert not caught.value.is_retryable
        assert server.requests == []


@pytest.mark.parametrize("kind", ["one file", "paths", "strings", "encrypted"])
def test_a_client_certificate_is_shown(
    server: ScriptedServer, authority: Authority, asked: Ask, kind: str
) -> None:
    certs: dict[str, Any] = {
        "one file": authority.both,
        "paths": (authority.client, authority.key),
        "strings": (str(authority.client), str(authority.key)),
        "encrypted": (authority.client, authority.encrypted_key, PASSWORD),
    }
    tls = authority.server(asks_for_certificate=True)
    with Relay(server.url, tls=tls) as relay:
        fields = {"verify": authority.file, "cert": certs[kind]}
        assert asked(model(f"{relay.url}/v1", **fields), "Hello") == said("Hello")
        [certificate] = relay.certificates
        assert (("commonName", "the client"),) in certificate["subject"]


def test_a_client_certificate_goes_to_worker_processes(
    server: ScriptedServer, authority: Authority
) -> None:
    cert = (str(authority.client), str(authority.encrypted_key), PASSWORD)
    tls = authority.server(asks_for_certificate=True)
    with Relay(server.url, tls=tls) as relay:
        chat = model(f"{relay.url}/v1", verify=str(authority.file), cert=cert)
        copy = pickle.loads(pickle.dumps(chat))  # noqa: S301 - made here
        assert ask(copy, "Hello") == said("Hello")


def test_a_server_that_wants_a_certificate_refuses_without(
    server: ScriptedServer, authority: Authority, asked: Ask
) -> None:
    tls = authority.server(asks_for_certificate=True)
    with Relay(server.url, tls=tls) as relay:
        with pytest.raises(ConnectionFailedError):
            asked(model(f"{relay.url}/v1", verify=authority.file), "Hello")
        assert server.requests == []


@pytest.mark.parametrize("password", [None, "not-the-words"])
def test_a_key_that_cannot_be_decrypted_is_an_error_before_any_request(
    server: ScriptedServer, authority: Authority, asked: Ask, password: str | None
) -> None:
    cert = (authority.client, authority.encrypted_key, *([password] * bool(password)))
    with Relay(server.url, tls=authority.server()) as relay:
        chat = model(f"{relay.url}/v1", verify=authority.file, cert=cert)
        with pytest.raises(ConfigurationError, match="cert") as caught:
            asked(chat, "Hello")
        assert "not-the-words" not in f"{caught.value} {caught.value.__cause__}"
        assert relay.connections == 0


def test_an_authority_of_the_environment_is_trusted(
    server: ScriptedServer,
    authority: Authority,
    asked: Ask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Relay(server.url, tls=authority.server()) as relay:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        assert asked(model(f"{relay.url}/v1"), "Hello") == said("Hello")


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_a_path_of_the_environment_that_is_gone_is_named_and_matters_to_tls_alone(
    server: ScriptedServer,
    authority: Authority,
    asked: Ask,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
) -> None:
    gone = str(authority.file.with_name("gone.pem"))
    monkeypatch.setenv(variable, gone)
    with Relay(server.url, tls=authority.server()) as relay:
        with pytest.raises(ConfigurationError) as caught:
            asked(model(f"{relay.url}/v1"), "Hello")
        assert variable in str(caught.value)
        assert gone in str(caught.value)
        chat = model(f"{relay.url}/v1", verify=authority.file)
        assert asked(chat, "Hello") == said("Hello")
    assert asked(model(server.base_url), "Hello") == said("Hello")
