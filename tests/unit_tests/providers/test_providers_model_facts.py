"""Facts about models, which change the dialect of their provider."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from langchain_sse_chat import ConfigurationError, Dialect, ModelFacts, Provider
from langchain_sse_chat.providers import PROVIDERS

ROWS = [
    pytest.param(facts, id=f"{provider.name} {facts.names}")
    for provider in PROVIDERS.values()
    for facts in provider.models
]


def dialect(provider: str, model: str) -> Dialect:
    return PROVIDERS[provider].dialect_for(model)


def test_the_first_facts_that_describe_a_model_hold() -> None:
    provider = Provider(
        name="own",
        dialect=Dialect(seed_field="random_seed"),
        models=(
            ModelFacts("a-1", {"stop": "client"}),
            ModelFacts("a-.*", {"system_role": "developer"}),
        ),
    )

    found = {name: provider.dialect_for(name) for name in ("a-1", "A-2", "b", "xa-1")}

    assert found["a-1"] == Dialect(seed_field="random_seed", stop="client")
    assert found["A-2"] == Dialect(seed_field="random_seed", system_role="developer")
    assert found["b"] is found["xa-1"] is provider.dialect


@pytest.mark.parametrize(
    ("names", "changes", "words"),
    [
        pytest.param("(", {}, "not a regular expression", id="pattern"),
        pytest.param("a", {"nope": 1}, "`Dialect` has no 'nope'", id="name"),
        pytest.param("a", {"stop": "nope"}, "'server', 'client'", id="value"),
    ],
)
def test_facts_are_checked_when_they_are_made(
    names: str, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ModelFacts(names, changes)

    assert words in str(caught.value)


def test_a_provider_with_facts_can_be_pickled_and_hashed() -> None:
    provider = PROVIDERS["openai"]

    assert pickle.loads(pickle.dumps(provider)) == provider  # noqa: S301  # our own
    assert hash(provider) == hash(PROVIDERS["openai"])


@pytest.mark.parametrize("facts", ROWS)
def test_facts_name_the_page_where_they_were_read(facts: ModelFacts) -> None:
    assert facts.source.startswith("https://") or not facts.changes


@pytest.mark.parametrize(
    ("model", "is_refused"),
    [
        ("o1", True),
        ("o3-2025-04-16", True),
        ("o4-mini", True),
        ("gpt-5", True),
        ("gpt-5-mini-2025-08-07", True),
        ("gpt-5-chat-latest", False),
        ("gpt-5.1", False),
        ("gpt-5.4", False),
        ("gpt-4o", False),
        ("omni-moderation", False),
    ],
)
@pytest.mark.parametrize("provider", ["openai", "azure", "azure-deployments"])
def test_openais_first_reasoning_models_refuse_a_temperature(
    provider: str, model: str, is_refused: bool
) -> None:
    assert ("temperature" in dialect(provider, model).dropped_fields) is is_refused


@pytest.mark.parametrize(
    ("model", "efforts"),
    [
        ("o3", "low medium high"),
        ("gpt-5-nano", "minimal low medium high"),
        ("gpt-5.1", "none low medium high"),
        ("gpt-5.2", "none low medium high xhigh"),
        ("gpt-5.6-terra", "none low medium high xhigh max"),
    ],
)
def test_openais_models_know_their_efforts(model: str, efforts: str) -> None:
    known = dialect("openai", model).reasoning_efforts

    assert known == frozenset(efforts.split())


@pytest.mark.parametrize("model", ["gpt-5.5", "gpt-6-astra-pro", "gpt-4o"])
def test_what_could_not_be_read_is_not_guessed(model: str) -> None:
    provider = PROVIDERS["openai"]

    assert provider.dialect_for(model) is provider.dialect


@pytest.mark.parametrize(
    ("model", "role", "stop"),
    [
        ("o1", "developer", "server"),
        ("o3", "developer", "client"),
        ("o3-mini", "developer", "server"),
        ("o4-mini-2025-04-16", "developer", "client"),
        ("gpt-5", "system", "server"),
    ],
)
def test_the_o_series_has_another_role_and_may_have_no_stop(
    model: str, role: str, stop: str
) -> None:
    found = dialect("openai", model)

    assert (found.system_role, found.stop) == (role, stop)


@pytest.mark.parametrize("model", ["openai/gpt-5", "openai/o3"])
def test_a_gateways_models_have_no_facts_of_openai(model: str) -> None:
    provider = PROVIDERS["openrouter"]

    assert provider.dialect_for(model) is provider.dialect


@pytest.mark.parametrize(
    ("model", "switch", "efforts"),
    [
        ("kimi-k2.5", "thinking", ""),
        ("kimi-k2.6", "thinking", ""),
        ("kimi-k2.7-code-highspeed", "none", ""),
        ("kimi-k3", "none", "low high max"),
        ("kimi-k3.1-pro", "none", "low high max"),
    ],
)
def test_kimis_models_have_fixed_parameters(
    model: str, switch: str, efforts: str
) -> None:
    found = dialect("moonshot", model)

    assert found.reasoning_switch == switch
    assert found.reasoning_efforts == frozenset(efforts.split())
    assert "temperature" in found.dropped_fields
    assert dialect("moonshot", "moonshot-v1-8k").dropped_fields == set()


@pytest.mark.parametrize(
    ("model", "is_accepted"),
    [("kimi-k2.6", False), ("kimi-k2.7-code", False), ("kimi-k3", True)],
)
def test_only_kimi_k3_can_be_told_to_call_a_tool_while_it_reasons(
    model: str, *, is_accepted: bool
) -> None:
    [(name, choices)] = dialect("moonshot", model).while_reasoning

    assert name == "tool_choices"
    assert ("required" in choices) is is_accepted
    assert "named" not in choices


@pytest.mark.parametrize("model", ["gpt-5.6", "gpt-6-astra", "gpt-6.1-sol"])
def test_openais_last_models_refuse_a_temperature_unless_they_do_not_reason(
    model: str,
) -> None:
    found = dialect("openai", model)
    [(name, dropped)] = found.while_reasoning

    assert name == "dropped_fields"
    assert "temperature" in dropped
    assert found.reasons_by_default
    assert not found.dropped_fields


def test_openais_older_models_have_no_schemas_on_openai_alone() -> None:
    for model in ("gpt-3.5-turbo", "gpt-4", "gpt-4-0613", "GPT-4-turbo"):
        assert dialect("openai", model).json_schema == "none"
        assert dialect("azure", model).json_schema == "nested"
    for model in ("gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.5-preview"):
        assert dialect("openai", model).json_schema == "nested"
