"""Arguments of other packages: providers that they bring, contradictions, changes."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from langchain_sse_chat import ChatSSE, ConfigurationError
from tests.unit_tests.settings.asked_models import SECRET, where_and_with


@pytest.mark.parametrize(
    ("given", "provider"),
    [
        ({"app_title": "My app"}, "openrouter"),
        ({"openrouter_provider": {"sort": "price"}}, "openrouter"),
        ({"app_title": "My app", "provider": "OpenRouter"}, "openrouter"),
        ({"app_title": "My app", "base_url": "http://gateway.test"}, "custom"),
        ({"organization": "org-1"}, "openai"),
        ({"organization": "org-1", "provider": "groq"}, "groq"),
        ({"plugins": [], "provider": "groq"}, "groq"),
        ({"azure_endpoint": "https://a.test"}, "azure"),
        ({"azure_endpoint": "https://a.test", "api_version": "v"}, "azure-deployments"),
    ],
)
def test_an_argument_of_one_package_only_brings_its_provider(
    given: dict[str, Any], provider: str
) -> None:
    assert ChatSSE(model="m", api_key=SECRET, **given)._provider.name == provider


GIVEN = {
    "app_title": "My app",
    "openai_api_base": "http://gateway.test/v1",
    "openai_api_key": SECRET,
}


@pytest.mark.parametrize("names", [*permutations(GIVEN)], ids=" ".join)
def test_the_order_of_arguments_has_no_effect(names: tuple[str, ...]) -> None:
    chat = ChatSSE(model="m", **{name: GIVEN[name] for name in names})

    assert chat._provider.name == "custom"
    assert where_and_with(chat) == ("http://gateway.test/v1", SECRET)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"app_url": "https://a.test", "provider": "groq"},
            "for openrouter.*as `default_headers={'HTTP-Referer': …}`",
        ),
        (
            {"openrouter_provider": {}, "provider": "groq"},
            "as `extra_body={'provider': …}`",
        ),
        ({"groq_api_key": "k", "provider": "xai"}, "for groq.*as 'api_key'"),
        ({"openai_proxy": "http://p:1", "proxy": "http://q:1"}, "mean the same"),
        ({"groq_api_key": "k", "xai_api_key": "k"}, "Pass one"),
        ({"max_tokens": 1, "max_completion_tokens": 2}, "mean the same"),
        ({"timeout": 1, "request_timeout": 2}, "mean the same"),
        ({"organization": "a", "openai_organization": "b"}, "mean the same"),
    ],
)
def test_a_contradiction_is_an_error(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        ChatSSE(model="m", **given)


def test_two_names_may_have_the_same_value() -> None:
    same = {"max_tokens": 1, "max_completion_tokens": 1}
    owner = {"organization": "a", "openai_organization": "a"}

    chat = ChatSSE(model="m", api_key=SECRET, **same, **owner)

    assert chat.max_tokens == 1
    assert chat.default_headers == {"OpenAI-Organization": "a"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"app_categories": ["a", 1]}, "default_headers: .* valid string"),
        ({"organization": "a", "default_headers": ["b"]}, "`default_headers` .* list"),
        ({"model_version": "a", "metadata": "b"}, "`metadata` .* dict, not str"),
        ({"extra_query": {"a": 1}, "default_query": "b"}, "`default_query` .* not str"),
        ({"azure_endpoint": 5}, "`azure_endpoint` must be a string, not int"),
        ({"azure_endpoint": "a.test"}, "`azure_endpoint` is 'a.test'"),
        ({"azure_endpoint": "https://[a"}, "`azure_endpoint` is"),
        ({"api_version": "v", "base_url": 5}, "`base_url` must be a string, not int"),
        ({"api_version": "v", "provider": 5}, "`provider` must be the name"),
        ({"azure_deployment": 5}, "`azure_deployment` must be a string, not int"),
        ({"api_version": "v", "default_query": "b"}, "must be a dict, not str"),
    ],
)
def test_a_value_of_another_type_is_an_error_that_names_it(
    given: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words):
        ChatSSE(model="m", api_key=SECRET, **given)


def test_the_models_own_headers_and_fields_precede() -> None:
    chat = ChatSSE(
        model="m",
        api_key=SECRET,
        app_title="One",
        default_headers={"x-openrouter-title": "Other"},
        model_kwargs={"service_tier": "flex"},
        service_tier="default",
        metadata={"model_version": "mine"},
        model_version="other",
    )

    assert [*(chat.default_headers or {}).values()] == ["One", "Other"]
    assert chat.model_kwargs == {"service_tier": "flex"}
    assert (chat.metadata or {})["model_version"] == "mine"


def test_a_copy_keeps_the_other_headers_and_fields() -> None:
    chat = ChatSSE(
        model="m", api_key=SECRET, default_headers={"X-Mine": "1"}, service_tier="flex"
    )

    first = chat.model_copy(update={"organization": "org-1", "store": True})
    other = first.model_copy(update={"default_headers": {"X-New": "1"}})

    assert first.default_headers == {"X-Mine": "1", "OpenAI-Organization": "org-1"}
    assert first.model_kwargs == {"service_tier": "flex", "store": True}
    assert other.default_headers == {"X-New": "1"}
    assert chat.default_headers == {"X-Mine": "1"}


@pytest.mark.parametrize(
    ("where", "change", "words"),
    [
        (
            "provider",
            {"app_title": "My app"},
            "'app_title' is an argument for openrouter",
        ),
        ("provider", {"groq_api_key": "k"}, "'groq_api_key' is an argument for groq"),
        ("provider", {"azure_endpoint": "https://a.test"}, "provider is 'deepseek'"),
        ("provider", {"api_version": "v"}, "provider is 'deepseek'"),
        ("base_url", {"api_version": "v"}, "provider is 'deepseek'"),
    ],
)
def test_a_copy_never_takes_its_key_to_the_provider_of_an_argument(
    where: str, change: dict[str, Any], words: str
) -> None:
    given = {"provider": "deepseek", "base_url": "https://api.deepseek.com"}
    chat = ChatSSE(model="m", api_key=SECRET, **{where: given[where]})

    with pytest.raises(ConfigurationError, match=words):
        chat.model_copy(update=change)


def test_a_copy_keeps_its_address_unless_the_provider_changes_too() -> None:
    chat = ChatSSE(model="m", api_key=SECRET, base_url="http://gateway.test")
    known = ChatSSE(model="m", api_key=SECRET, provider="deepseek")

    same = chat.model_copy(update={"app_title": "My app"})
    moved = known.model_copy(update={"app_title": "My app", "provider": "openrouter"})

    assert (same._provider.name, same._address) == ("custom", "http://gateway.test")
    assert moved._provider.name == "openrouter"


def test_none_is_the_default() -> None:
    chat = ChatSSE(
        model="m",
        api_key=SECRET,
        organization=None,
        service_tier=None,
        use_responses_api=None,
        azure_endpoint=None,
        openai_proxy=None,
        groq_api_key=None,
    )

    assert chat.default_headers is None
    assert chat.model_kwargs == {}
    assert chat._provider.name == "openai"


def test_lists_are_compared_with_refused_values() -> None:
    chat = ChatSSE(model="m", api_key=SECRET, output_version="v1")

    assert chat.output_version == "v1"
