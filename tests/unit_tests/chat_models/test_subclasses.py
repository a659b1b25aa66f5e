"""Subclasses of the model: their fields, and what they set in their validators."""

from __future__ import annotations

import uuid
from typing import Any, Self

import httpx
import pytest
from pydantic import (
    AliasChoices,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)

from langchain_sse_chat import ChatSSE, ConfigurationError
from langchain_sse_chat.gigachat import GigaChat
from tests.unit_tests.chat_models.scripted import Scripted, completion

BASE = {"model": "m", "base_url": "http://test/v1", "api_key": "key-of-the-test"}


def sent_by(chat: ChatSSE, server: Scripted) -> httpx.Request:
    server.answers = [httpx.Response(200, json=completion({"content": "Hi"}))]
    chat.invoke("Hello")
    return server.requests[-1]


@pytest.fixture
def server() -> Scripted:
    return Scripted()


@pytest.fixture
def client(server: Scripted) -> httpx.Client:
    return httpx.Client(transport=httpx.MockTransport(server))


class Tenant(ChatSSE):
    """A model with values of its own, made and changed in several ways."""

    tenant: str = Field(default="none", validation_alias="tenantToken")
    region: str = Field(default="eu", validation_alias=AliasChoices("zone", "area"))
    session: str = Field(default_factory=lambda: uuid.uuid4().hex)
    counts: dict[str, int] = Field(default_factory=dict)

    @field_validator("tenant")
    @classmethod
    def _mark(cls, value: str) -> str:
        return f"{value}!"


def changed_by_assignment(chat: ChatSSE, **changes: Any) -> ChatSSE:
    for name, value in changes.items():
        setattr(chat, name, value)
    return chat


def changed_by_copy(chat: ChatSSE, **changes: Any) -> ChatSSE:
    return chat.model_copy(update=changes)


WAYS = [changed_by_assignment, changed_by_copy]


@pytest.mark.parametrize("name", ["tenantToken", "tenant"])
def test_an_argument_under_the_alias_of_a_field_is_that_field(
    name: str, client: httpx.Client, server: Scripted
) -> None:
    chat = Tenant(**BASE, http_client=client, **{name: "a"})

    assert chat.tenant == "a!"
    assert b'"a"' not in sent_by(chat, server).content


class ByName(Tenant):
    """A subclass whose fields are taken by their own names too."""

    model_config = ConfigDict(populate_by_name=True)


@pytest.mark.parametrize("name", ["tenantToken", "tenant"])
def test_a_field_that_is_taken_by_both_its_names_is(name: str) -> None:
    assert ByName(**BASE, **{name: "a"}).tenant == "a!"


@pytest.mark.parametrize("change", WAYS)
def test_a_change_leaves_the_other_fields_as_they_are(change: Any) -> None:
    chat = Tenant(**BASE, tenantToken="a", area="us")
    chat.counts["calls"] = 2
    session, counts = chat.session, chat.counts

    changed = change(chat, temperature=0.5)

    assert (changed.temperature, changed.tenant, changed.region) == (0.5, "a!", "us")
    assert changed.session == session
    assert changed.counts is counts
    assert "session" not in changed.model_fields_set


@pytest.mark.parametrize("change", WAYS)
def test_what_was_put_into_a_field_outlasts_a_change(
    change: Any, client: httpx.Client, server: Scripted
) -> None:
    chat = ChatSSE(**BASE, http_client=client)
    chat.model_kwargs["top_k"] = 5

    changed = change(chat, temperature=0.5)

    sent_by(changed, server)
    assert (server.body["top_k"], server.body["temperature"]) == (5, 0.5)


def test_a_change_works_on_a_model_that_could_not_be_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "key-of-the-test")
    chat = ChatSSE(model="m", provider="groq")
    monkeypatch.delenv("GROQ_API_KEY")

    chat.api_key = "another-key"

    assert chat.api_key == SecretStr("another-key")


class AtHome(ChatSSE):
    """A subclass that says in a validator where its requests go."""

    @model_validator(mode="after")
    def _go_home(self) -> Self:
        self.base_url = "http://home.example/v1"
        self.api_key = "key-of-home"
        return self


@pytest.mark.parametrize("change", [None, *WAYS])
def test_an_address_that_a_validator_sets_is_asked(
    change: Any, client: httpx.Client, server: Scripted
) -> None:
    chat: ChatSSE = AtHome(model="m", api_key="key-of-openai", http_client=client)
    if change is not None:
        chat = change(chat, temperature=0.5)

    request = sent_by(chat, server)

    assert str(request.url) == "http://home.example/v1/chat/completions"
    assert request.headers["authorization"] == "Bearer key-of-home"


class WithClient(ChatSSE):
    """A subclass that sets its client in a validator."""

    @model_validator(mode="after")
    def _set_client(self) -> Self:
        self.http_client = self.metadata["client"] if self.metadata else None
        return self


def test_a_client_that_a_validator_sets_is_used(
    client: httpx.Client, server: Scripted
) -> None:
    chat = WithClient(**BASE, metadata={"client": client})

    assert sent_by(chat, server).url.host == "test"


class Astray(ChatSSE):
    """A subclass that sets a wrong address."""

    @model_validator(mode="after")
    def _go_astray(self) -> Self:
        self.base_url = "ws://home.example"
        return self


def test_a_wrong_address_that_a_validator_sets_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="`base_url` is 'ws:"):
        Astray(**BASE)


class OwnGigaChat(GigaChat):
    """A subclass that sets its credentials in a validator."""

    @model_validator(mode="after")
    def _set_credentials(self) -> Self:
        self.credentials = "Y2xpZW50OnNlY3JldA=="
        return self


def test_credentials_that_a_validator_sets_are_used() -> None:
    chat = OwnGigaChat(access_token="token-of-the-test")

    assert chat.api_key == chat.credentials == "Y2xpZW50OnNlY3JldA=="
