"""The facts about providers."""

from __future__ import annotations

import pytest

from langchain_sse_chat.embeddings.facts import FACTS, UNKNOWN, facts_at
from langchain_sse_chat.providers import PROVIDERS
from scripts import embeddings_table


def test_each_row_is_of_a_known_provider_and_names_its_source() -> None:
    assert FACTS.keys() <= PROVIDERS.keys()
    assert all(
        facts.sources and all(page.startswith("https://") for page in facts.sources)
        for facts in FACTS.values()
    )


def test_the_table_of_the_page_is_up_to_date() -> None:
    text = embeddings_table.PAGE.read_text("utf-8")

    assert embeddings_table.page(text) == text, "Run `make pages`."


def test_an_unknown_server_gets_careful_limits() -> None:
    facts = facts_at(PROVIDERS["custom"], "http://somewhere/v1")

    assert facts == UNKNOWN
    assert (facts.max_texts, facts.encoding_format) == (32, None)


@pytest.mark.parametrize(
    "address",
    [
        "https://api.openai.com/v1",
        "https://eu.api.openai.com/v1",
    ],
)
def test_a_provider_at_home_gets_its_own(address: str) -> None:
    assert facts_at(PROVIDERS["openai"], address) == FACTS["openai"]


def test_a_provider_without_an_address_of_its_own_is_known_by_its_hosts() -> None:
    azure = PROVIDERS["azure"]

    at_home = facts_at(azure, "https://me.openai.azure.com/openai/v1")
    elsewhere = facts_at(azure, "https://gateway.example/v1")

    assert at_home == FACTS["azure"]
    assert elsewhere.encoding_format is None


def test_another_host_gets_the_lower_limit_and_no_encoding() -> None:
    openai = facts_at(PROVIDERS["openai"], "http://localhost:8080/v1")
    dashscope = facts_at(PROVIDERS["dashscope"], "http://localhost:8080/v1")

    assert (openai.max_texts, openai.encoding_format) == (32, None)
    assert dashscope.max_texts == 10
