"""Arguments and variables of Azure: where requests go, and with which header."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from langchain_sse_chat import ChatSSE, CompatibleEmbeddings, ConfigurationError
from langchain_sse_chat.providers import PROVIDERS
from tests.unit_tests.chat_models.scripted import Scripted
from tests.unit_tests.settings.asked_models import SECRET, answer, where_and_with
from tests.unit_tests.settings.peer_names.rows import token

RESOURCE = "https://mine.openai.azure.com"
GATEWAY = "https://gateway.test/llm"
DATED = "/openai/deployments/d/chat/completions?api-version=v"
Ask = Callable[..., httpx.Request]


@pytest.fixture
def ask(server: Scripted, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Return a function that makes a model, and returns its request."""
    server.answers = [answer()]
    monkeypatch.delenv("OPENAI_API_VERSION", raising=False)

    def asked(**given: Any) -> httpx.Request:
        transport = httpx.MockTransport(server)
        ChatSSE(http_client=httpx.Client(transport=transport), **given).invoke("Hello")
        return server.requests[-1]

    return asked


@pytest.mark.parametrize(
    ("given", "url"),
    [
        pytest.param(
            {"azure_endpoint": f"{RESOURCE}/", "azure_deployment": "a b/c"},
            f"{RESOURCE}/openai/deployments/a%20b%2Fc/chat/completions?api-version=v",
            id="a name with a space and a slash",
        ),
        pytest.param(
            {"azure_endpoint": GATEWAY, "azure_deployment": "d"},
            GATEWAY + DATED,
            id="a gateway",
        ),
        pytest.param(
            {"azure_endpoint": f"{GATEWAY}/openai/", "azure_deployment": "d"},
            GATEWAY + DATED,
            id="a gateway with the path of the API",
        ),
        pytest.param(
            {"azure_endpoint": GATEWAY, "model": "d"},
            GATEWAY + DATED,
            id="a gateway and a model",
        ),
        pytest.param(
            {"azure_endpoint": GATEWAY, "model_name": "d"},
            GATEWAY + DATED,
            id="a gateway and a model by its other name",
        ),
        pytest.param(
            {"base_url": f"{RESOURCE}/openai/deployments/d"},
            RESOURCE + DATED,
            id="a deployment in the address",
        ),
        pytest.param(
            {"base_url": f"{RESOURCE}/openai/deployments/d", "azure_deployment": "d"},
            RESOURCE + DATED,
            id="the same deployment twice",
        ),
        pytest.param(
            {"base_url": RESOURCE, "deployment_name": "d", "model": "gpt-4o"},
            RESOURCE + DATED,
            id="a base_url",
        ),
        pytest.param(
            {"openai_api_base": RESOURCE, "model": "d"},
            RESOURCE + DATED,
            id="the older name of base_url",
        ),
        pytest.param(
            {"azure_endpoint": f"{RESOURCE}/openai/v1", "azure_deployment": "d"},
            f"{RESOURCE}/openai/v1/chat/completions?api-version=v",
            id="the v1 API",
        ),
        pytest.param(
            {"azure_endpoint": RESOURCE, "provider": "azure", "model": "d"},
            f"{RESOURCE}/openai/v1/chat/completions?api-version=v",
            id="the v1 API by its name",
        ),
        pytest.param(
            {"azure_endpoint": GATEWAY, "provider": "Azure", "model": "d"},
            f"{GATEWAY}/openai/v1/chat/completions?api-version=v",
            id="the v1 API behind a gateway",
        ),
    ],
)
def test_the_address(ask: Ask, given: dict[str, Any], url: str) -> None:
    request = ask(api_key=SECRET, api_version="v", **given)

    assert str(request.url) == url
    assert request.headers["api-key"] == SECRET


def test_the_v1_api_finds_the_deployment_by_the_body(
    ask: Ask, server: Scripted
) -> None:
    ask(
        api_key=SECRET,
        azure_endpoint=f"{RESOURCE}/openai/v1",
        azure_deployment="d",
        model="gpt-4o",
    )

    assert server.body["model"] == "d"


def test_the_dated_api_has_the_model_in_the_body(ask: Ask, server: Scripted) -> None:
    ask(
        api_key=SECRET,
        azure_endpoint=RESOURCE,
        azure_deployment="d",
        api_version="v",
        model="gpt-4o",
    )

    assert server.body["model"] == "gpt-4o"


def test_each_variable_is_read(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", RESOURCE)
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("OPENAI_API_VERSION", "v")

    request = ask(azure_deployment="d")

    assert str(request.url) == RESOURCE + DATED
    assert request.headers["api-key"] == SECRET


def test_a_version_in_the_environment_selects_the_dated_api(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_VERSION", "v")

    request = ask(azure_endpoint=RESOURCE, api_key=SECRET, model="d")

    assert str(request.url) == RESOURCE + DATED


def test_an_argument_precedes_its_variable(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://other.test")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "other")
    monkeypatch.setenv("AZURE_OPENAI_AD_TOKEN", "other")
    monkeypatch.setenv("OPENAI_API_VERSION", "other")

    request = ask(
        azure_endpoint=RESOURCE, azure_deployment="d", api_version="v", api_key=SECRET
    )

    assert str(request.url) == RESOURCE + DATED
    assert (request.headers["api-key"], "authorization" in request.headers) == (
        SECRET,
        False,
    )


def test_of_token_and_key_in_the_environment_the_token_is_sent(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "key")
    monkeypatch.setenv("AZURE_OPENAI_AD_TOKEN", SECRET)

    request = ask(azure_endpoint=RESOURCE, azure_deployment="d", api_version="v")

    assert request.headers["authorization"] == f"Bearer {SECRET}"
    assert "api-key" not in request.headers


def test_a_key_of_openai_is_never_sent_to_azure(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)

    with pytest.raises(ConfigurationError, match="AZURE_OPENAI_API_KEY"):
        ask(azure_endpoint=RESOURCE, azure_deployment="d", api_version="v")


def test_a_parameter_of_the_users_own_precedes_the_version(ask: Ask) -> None:
    request = ask(
        azure_endpoint=RESOURCE,
        azure_deployment="d",
        api_version="other",
        api_key=SECRET,
        default_query={"api-version": "v"},
    )

    assert str(request.url) == RESOURCE + DATED


@pytest.mark.parametrize(
    "given",
    [
        {"provider": "azure-deployments"},
        {"provider": "azure-entra-deployments"},
        pytest.param(
            {"provider": replace(PROVIDERS["azure-deployments"], hint="")},
            id="a Provider",
        ),
    ],
)
def test_a_token_is_sent_as_one_with_every_provider_of_azure(
    ask: Ask, given: dict[str, Any]
) -> None:
    request = ask(
        azure_ad_token=SECRET,
        azure_endpoint=RESOURCE,
        api_version="v",
        model="d",
        **given,
    )

    assert str(request.url) == RESOURCE + DATED
    assert request.headers["authorization"] == f"Bearer {SECRET}"


def test_a_provider_of_ones_own_stays(ask: Ask) -> None:
    own = replace(PROVIDERS["azure"], api_key_header="X-Key")

    request = ask(provider=own, azure_endpoint=RESOURCE, api_key=SECRET, model="d")

    assert request.headers["x-key"] == SECRET


async def test_a_function_for_sync_and_one_for_async_methods(server: Scripted) -> None:
    server.answers = [answer(), answer(), answer()]
    transport = httpx.MockTransport(server)
    clients = {
        "http_client": httpx.Client(transport=transport),
        "http_async_client": httpx.AsyncClient(transport=transport),
    }
    resource = {"azure_endpoint": RESOURCE, "model": "d"}
    both = ChatSSE(
        azure_ad_token_provider=lambda: "from-sync",
        azure_ad_async_token_provider=token,
        **resource,
        **clients,
    )
    one = ChatSSE(azure_ad_async_token_provider=token, **resource, **clients)

    both.invoke("Hello")
    await both.ainvoke("Hello")
    await one.ainvoke("Hello")
    with pytest.raises(ConfigurationError, match="async"):
        one.invoke("Hello")

    assert [r.headers["authorization"] for r in server.requests] == [
        "Bearer from-sync",
        f"Bearer {SECRET}",
        f"Bearer {SECRET}",
    ]


def test_a_token_precedes_the_functions(ask: Ask) -> None:
    request = ask(
        azure_endpoint=RESOURCE,
        model="d",
        azure_ad_token=SECRET,
        azure_ad_token_provider=lambda: "other",
    )

    assert request.headers["authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"azure_deployment": "d"}, "AZURE_OPENAI_ENDPOINT"),
        ({"azure_endpoint": RESOURCE, "base_url": RESOURCE}, "mean the same"),
        ({"azure_deployment": "d", "deployment_name": "d"}, "mean the same"),
        ({"api_version": "v", "openai_api_version": "v"}, "mean the same"),
        ({"api_key": SECRET, "azure_ad_token": SECRET}, "Both a key and a token"),
        ({"azure_endpoint": RESOURCE, "provider": "openai"}, "is 'openai'"),
        (
            {"api_version": "v", "base_url": "https://api.groq.com/openai/v1"},
            "is 'groq'",
        ),
        (
            {"base_url": f"{RESOURCE}/openai/deployments/x", "azure_deployment": "d"},
            "has a deployment already",
        ),
    ],
)
def test_what_contradicts_itself_is_an_error_without_the_value(
    given: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_VERSION", raising=False)

    with pytest.raises(ConfigurationError, match=words) as caught:
        ChatSSE(**{"api_version": "v", "model": "d"} | given)

    assert SECRET not in str(caught.value)


def test_a_copy_with_another_deployment_has_another_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chat = ChatSSE(
        azure_endpoint=RESOURCE, azure_deployment="d", api_version="v", api_key=SECRET
    )

    with pytest.raises(ConfigurationError, match="azure_endpoint"):
        chat.model_copy(update={"azure_deployment": "e"})
    other = chat.model_copy(
        update={"azure_deployment": "e", "azure_endpoint": RESOURCE}
    )
    later = chat.model_copy(update={"api_version": "w"})

    assert other.base_url == f"{RESOURCE}/openai/deployments/e"
    assert later.default_query == {"api-version": "w"}
    assert later.base_url == chat.base_url


def test_a_copy_keeps_the_kind_of_its_key_and_of_its_api(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AZURE_OPENAI_AD_TOKEN", "other")
    token_chat = ChatSSE(azure_endpoint=RESOURCE, model="d", azure_ad_token=SECRET)
    key_chat = ChatSSE(azure_endpoint=RESOURCE, model="d", api_key=SECRET)
    openai = ChatSSE(model="d", provider="openai", api_key=SECRET)

    versions = {"api_version": "w"}
    copies = [c.model_copy(update=versions) for c in (token_chat, key_chat)]
    turned = key_chat.model_copy(update={"azure_ad_token": "new"})

    assert [(c._provider.name, where_and_with(c)[1]) for c in copies] == [
        ("azure-entra", SECRET),
        ("azure", SECRET),
    ]
    assert (turned._provider.name, where_and_with(turned)[1]) == ("azure-entra", "new")
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", RESOURCE)
    with pytest.raises(ConfigurationError, match="the provider is 'openai'"):
        openai.model_copy(update=versions)


def test_embeddings_have_the_names_too() -> None:
    embeddings = CompatibleEmbeddings(
        azure_endpoint=RESOURCE,
        azure_deployment="d",
        openai_api_version="v",
        azure_ad_token=SECRET,
    )

    assert embeddings.base_url == f"{RESOURCE}/openai/deployments/d"
    assert embeddings._provider.name == "azure-entra-deployments"
    assert embeddings._facts.max_tokens is not None
