"""The connection, which chat models and embeddings have in common."""

from __future__ import annotations

import asyncio
import pickle
from typing import Any

import httpx
import pytest

from langchain_sse_chat import (
    ChatSSE,
    CompatibleEmbeddings,
    ConfigurationError,
    Dialect,
    Provider,
)
from langchain_sse_chat.settings.connection import Connection
from langchain_sse_chat.transport.clients import ClientSettings
from tests.unit_tests.settings.asked_models import SECRET

KINDS = pytest.mark.parametrize("kind", [ChatSSE, CompatibleEmbeddings])


@KINDS
def test_the_fields_are_those_of_the_connection(kind: type[Any]) -> None:
    fields = {name: kind.model_fields[name] for name in Connection.model_fields}

    assert {"model", "provider", "base_url", "api_key", "proxy"} <= fields.keys()
    assert all(
        field.default == Connection.model_fields[name].default
        for name, field in fields.items()
    )


@KINDS
def test_key_and_address_come_from_the_provider(
    kind: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AITUNNEL_API_KEY", SECRET)

    model = kind(model="m", provider="aitunnel")

    assert model.base_url == "https://api.aitunnel.ru/v1"
    assert model.api_key.get_secret_value() == SECRET
    assert SECRET not in repr(model)


@KINDS
def test_a_provider_may_be_a_dict_of_its_fields(kind: type[Any]) -> None:
    fields = {
        "name": "acme",
        "base_url": "https://acme.test/v1",
        "dialect": {"system_role": "developer"},
    }

    model = kind(model="m", provider=fields, api_key="k")

    own = Provider(
        "acme", "https://acme.test/v1", dialect=Dialect(system_role="developer")
    )
    assert model.provider == own
    again = {k: v for k, v in model.model_dump().items() if k in ("model", "provider")}
    assert kind(**again, api_key="k").provider == own


@KINDS
@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param({"provider": "aitunnel"}, "No API key for aitunnel", id="key"),
        pytest.param(
            {"provider": {"nme": "acme"}}, "must be the name of a provider", id="dict"
        ),
        pytest.param({"base_url": "ftp://x"}, "base_url", id="address"),
        pytest.param({"timeout": "soon", "api_key": "k"}, "timeout", id="timeout"),
        pytest.param(
            {"http_client": object(), "api_key": "k"}, "http_client", id="client"
        ),
        pytest.param({"max_retries": -1}, "max_retries", id="retries"),
    ],
)
def test_a_mistake_is_a_typed_error(
    kind: type[Any], given: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words):
        kind(**{"model": "m", "base_url": None, **given})


@KINDS
def test_clients_are_made_from_the_settings(kind: type[Any]) -> None:
    model = kind(model="m", api_key="k", verify="ca.pem", proxy="http://p:1")

    assert model._clients._settings == ClientSettings(
        verify="ca.pem", proxy="http://p:1"
    )
    model.proxy = None
    assert model._clients._settings == ClientSettings(verify="ca.pem")


@KINDS
def test_a_pickle_is_an_equal_model_with_clients_of_its_own(kind: type[Any]) -> None:
    model = kind(model="m", api_key="k")

    again = pickle.loads(pickle.dumps(model))  # noqa: S301  # made here

    assert again == model
    assert again._clients is not model._clients
    with pytest.raises(ConfigurationError, match="cannot be pickled"):
        pickle.dumps(kind(model="m", api_key="k", http_client=httpx.Client()))


@KINDS
def test_a_model_is_a_context_of_both_kinds(kind: type[Any]) -> None:
    with kind(model="m", api_key="k") as model:
        assert not model._clients.sync_client().is_closed

    async def run() -> None:
        async with kind(model="m", api_key="k") as model:
            assert not model._clients.async_client().is_closed

    asyncio.run(run())


@KINDS
def test_a_warning_points_to_the_code_that_made_the_model(kind: type[Any]) -> None:
    with pytest.warns(UserWarning, match=f"not a parameter of {kind.__name__}") as one:
        model = kind(model="m", api_key="k", strange=1)
    with pytest.warns(UserWarning, match="other: not a parameter") as other:
        model.model_copy(update={"other": 1})

    assert {one[0].filename, other[0].filename} == {__file__}


def test_a_grant_is_for_providers_with_access_tokens() -> None:
    plain = CompatibleEmbeddings(model="m", api_key="k")
    sber = CompatibleEmbeddings(model="m", provider="gigachat", api_key="k")

    grant = sber.access_grant("Basic k")

    assert plain.access_grant("k") is None
    assert sber.access_grant(None) is None
    assert grant is not None
    assert grant.authorization == "Basic k"
