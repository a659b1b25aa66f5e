"""Arguments that are named after variables, in lower case."""

from __future__ import annotations

import pytest

from langchain_sse_chat import Provider
from langchain_sse_chat.settings.peer_names.variables import named_after_variable

ACME = Provider(
    name="acme",
    base_url="https://acme.test",
    api_key_env="ACME_KEY",
    base_url_env="OPENAI_API_BASE",
)


def owners(name: str, provider: object) -> tuple[str, ...]:
    found = named_after_variable(name, provider)
    assert found is not None
    return found.owners


@pytest.mark.parametrize(
    ("name", "field", "owner"),
    [
        ("openai_api_key", "api_key", "openai"),
        ("openai_base_url", "base_url", "openai"),
        ("pplx_api_key", "api_key", "perplexity"),
        ("azure_openai_endpoint", "base_url", "azure"),
    ],
)
def test_a_name_is_that_of_a_variable(name: str, field: str, owner: str) -> None:
    found = named_after_variable(name, None)

    assert found is not None
    assert (found.to, owner in found.owners) == (field, True)


def test_a_variable_of_two_providers_has_two_owners() -> None:
    assert {"zai", "zhipu"} <= set(owners("zai_api_key", "zhipu"))


@pytest.mark.parametrize(
    ("name", "provider", "expected"),
    [
        pytest.param("openai_api_base", "openai", ("openai",), id="known"),
        pytest.param("acme_key", ACME, ("acme",), id="own"),
        pytest.param("openai_api_base", ACME, ("acme",), id="shared"),
        pytest.param("groq_api_key", ACME, ("groq",), id="of another"),
    ],
)
def test_a_provider_of_ones_own_precedes_those_that_are_known(
    name: str, provider: object, expected: tuple[str, ...]
) -> None:
    assert owners(name, provider) == expected


def test_other_names_are_of_no_variable() -> None:
    assert named_after_variable("temperature", None) is None
    assert named_after_variable("acme_key", "openai") is None
