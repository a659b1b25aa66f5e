"""A model as text: without secrets, and read again from LangChain's JSON."""

from __future__ import annotations

import pytest
from langchain_core.load import dumpd, dumps, load

from langchain_sse_chat import ChatSSE, CompatibleEmbeddings
from tests.unit_tests.settings.asked_models import SECRET


def again(chat: ChatSSE) -> ChatSSE:
    """Return a model that was written and read again."""
    read: ChatSSE = load(
        dumpd(chat),
        allowed_objects=[ChatSSE],
        valid_namespaces=["langchain_sse_chat"],
        secrets_from_env=True,
    )
    return read


@pytest.mark.parametrize(
    ("base_url", "shown"),
    [
        (f"https://host.test/v1?key={SECRET}", "https://host.test/v1"),
        (f"https://me:{SECRET}@host.test/v1", "https://host.test/v1"),
        (f"http+unix://%2Frun%2Fa.sock/v1?key={SECRET}", "http+unix://%2Frun%2Fa.sock"),
    ],
    ids=["query", "password", "socket"],
)
def test_secrets_in_an_address_are_in_no_text_of_the_model(
    base_url: str, shown: str
) -> None:
    chat = ChatSSE(model="m", base_url=base_url)
    embeddings = CompatibleEmbeddings(model="m", base_url=base_url)

    for text in (repr(chat), str(chat), dumps(chat), repr(embeddings)):
        assert shown in text
        assert SECRET not in text


def test_another_query_or_user_in_the_address_is_another_key_of_a_cache() -> None:
    addresses = [
        "https://host.test/v1",
        f"https://host.test/v1?tenant={SECRET}",
        "https://host.test/v1?tenant=b",
        f"https://a:{SECRET}@host.test/v1",
        f"https://b:{SECRET}@host.test/v1",
    ]

    keys = [
        ChatSSE(model="m", base_url=each)._get_llm_string() for each in addresses * 2
    ]

    assert len(set(keys)) == len(addresses)
    assert keys[:5] == keys[5:]
    assert SECRET not in " ".join(keys)


def test_secrets_in_the_body_are_in_no_text_of_the_model() -> None:
    chat = ChatSSE(model="m", api_key="k", model_kwargs={"tool": {"token": SECRET}})

    for text in (repr(chat), str(chat), dumps(chat)):
        assert "'tool'" in text or '"tool"' in text
        assert SECRET not in text


def test_a_model_with_an_address_of_the_environment_keeps_its_provider(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("OPENAI_API_BASE", "https://gateway.test/v1")

    read = again(ChatSSE(model="o3"))

    assert read._provider.name == "openai"
    assert read._address == "https://gateway.test/v1"


def test_a_model_that_was_read_has_the_address_for_strict_tools(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DEEPSEEK_API_KEY", SECRET)
    found = ChatSSE(model="m", provider="deepseek")
    given = ChatSSE(model="m", base_url="https://api.deepseek.com")

    assert again(found)._strict_address == "https://api.deepseek.com/beta"
    assert again(given)._strict_address is None
    assert again(given)._address == "https://api.deepseek.com"
