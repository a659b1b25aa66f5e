"""The settings of `CompatibleEmbeddings`."""

from __future__ import annotations

import pickle
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from langchain_sse_chat import CompatibleEmbeddings, ConfigurationError, Provider
from langchain_sse_chat.embeddings.facts import FACTS
from tests.unit_tests.embeddings.embeddings_scripts import KEY, Ask, Server


def test_providers_keys_and_addresses_are_those_of_the_chat_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", KEY)

    model = CompatibleEmbeddings(provider="mistral", model="mistral-embed")

    assert model.base_url == "https://api.mistral.ai/v1"
    assert isinstance(model.api_key, SecretStr)
    assert model.api_key.get_secret_value() == KEY
    assert model._facts == FACTS["mistral"]
    assert KEY not in repr(model)


def test_the_names_of_other_packages_are_known(server: Server, ask: Ask) -> None:
    model = CompatibleEmbeddings(
        model_name="m",
        openai_api_key=KEY,
        openai_api_base="http://test/v1",
        chunk_size=2,
        check_embedding_ctx_length=False,
        tiktoken_enabled=False,
        skip_empty=None,
        request_timeout=5,
        model_kwargs={"encoding_format": "float"},
        **server.clients(),
    )

    ask(model, ["a", "b", "c"])

    assert server.sizes == [2, 1]
    assert server.bodies[1] == {
        "model": "m",
        "encoding_format": "float",
        "input": ["c"],
    }


@pytest.mark.parametrize(
    "name",
    [
        "check_embedding_ctx_length",
        "deployment",
        "embedding_ctx_length",
        "tiktoken_enabled",
        "tiktoken_model_name",
        "allowed_special",
        "disallowed_special",
        "show_progress_bar",
        "skip_empty",
        "retry_min_seconds",
        "retry_max_seconds",
    ],
)
def test_what_cannot_be_followed_is_an_error_that_says_what_to_do(name: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"`{name}` has no .* Leave it out"):
        CompatibleEmbeddings(model="m", api_key=KEY, **{name: 1})


def test_nor_is_it_sent_after_a_change() -> None:
    model = CompatibleEmbeddings(model="m", api_key=KEY)

    with pytest.raises(ConfigurationError, match="tiktoken_enabled"):
        model.model_copy(update={"tiktoken_enabled": True})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param({"model": None}, "model", id="no_model"),
        pytest.param({"dimensions": 0}, "dimensions", id="dimensions"),
        pytest.param({"max_texts": 0}, "max_texts", id="max_texts"),
        pytest.param({"max_concurrency": 0}, "max_concurrency", id="concurrency"),
        pytest.param({"encoding_format": "int8"}, "encoding_format", id="encoding"),
        pytest.param({"provider": "nobody"}, "Unknown provider", id="provider"),
        pytest.param({"timeout": "soon"}, "timeout", id="timeout"),
        pytest.param({"api_key": None}, "No API key for openai", id="key"),
        pytest.param({"secret_token": "x"}, "looks like a secret", id="secret"),
    ],
)
def test_a_mistake_is_a_typed_error(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        CompatibleEmbeddings(**{"model": "m", "api_key": KEY, **given})


def test_a_width_for_a_provider_without_the_field_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match="gigachat does not let you choose"):
        CompatibleEmbeddings(
            provider="gigachat", model="Embeddings", api_key=KEY, dimensions=9
        )


def test_an_unknown_argument_goes_into_the_body_with_a_warning(
    server: Server, ask: Ask
) -> None:
    with pytest.warns(UserWarning, match="truncate: not a parameter") as caught:
        model = server.model(truncate="END")

    ask(model, ["a"])

    assert server.bodies[0]["truncate"] == "END"
    assert caught[0].filename.endswith("embeddings_scripts.py")


def test_a_changed_copy_asks_another_server() -> None:
    model = CompatibleEmbeddings(model="m", api_key=KEY)
    other = model.model_copy(update={"provider": "mistral"})
    model.max_texts = 3

    assert (other._facts, other.base_url) == (
        FACTS["mistral"],
        "https://api.mistral.ai/v1",
    )
    assert (model.max_texts, model.base_url) == (3, "https://api.openai.com/v1")
    assert model != other
    assert model == model.model_copy()


def test_a_model_survives_pickling() -> None:
    model = CompatibleEmbeddings(model="m", api_key=KEY, dimensions=8)

    again = pickle.loads(pickle.dumps(model))  # noqa: S301

    assert again == model
    assert again._clients is not model._clients


def test_a_model_with_a_client_of_its_process_says_so_when_pickled() -> None:
    model = CompatibleEmbeddings(model="m", api_key=KEY, http_client=httpx.Client())

    with pytest.raises(ConfigurationError, match="cannot be pickled"):
        pickle.dumps(model)


def test_a_provider_of_ones_own(server: Server, ask: Ask) -> None:
    acme = Provider(name="acme", base_url="http://acme/v1", api_key_header="X-Key")
    model = server.model(provider=acme, base_url=None)

    ask(model, ["a"])

    assert str(server.requests[0].url) == "http://acme/v1/embeddings"
    assert server.requests[0].headers["x-key"] == f"Bearer {KEY}"


def test_only_the_public_class_has_a_schema() -> None:
    assert "CompatibleEmbeddings" in repr(CompatibleEmbeddings(model="m", api_key="k"))
