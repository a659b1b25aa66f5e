"""The number of tokens: estimated, or counted by the server."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from langchain_core.messages import HumanMessage, SystemMessage, trim_messages

from tests.unit_tests.gigachat.gigachat_scripts import Sber


def counts(*tokens: int) -> httpx.Response:
    rows = [{"object": "tokens", "tokens": n, "characters": 1} for n in tokens]
    return httpx.Response(200, json=rows)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("привет мир", 2), ("a" * 46, 10)],
    ids=["empty", "russian", "long"],
)
def test_a_token_has_4_6_characters(sber: Sber, text: str, tokens: int) -> None:
    assert sber.chat().get_num_tokens(text) == tokens
    assert sber.chats == []


def test_the_server_counts_a_text(sber: Sber) -> None:
    sber.answers = [counts(7)]

    assert sber.chat(use_api_for_tokens=True).get_num_tokens("привет") == 7
    assert sber.body == {"model": "GigaChat", "input": ["привет"]}


def test_a_function_of_the_users_own_counts_first(sber: Sber) -> None:
    chat = sber.chat(use_api_for_tokens=True, custom_get_token_ids=lambda _: [1, 2, 3])

    assert chat.get_num_tokens("привет") == 3
    assert chat.get_num_tokens_from_messages([HumanMessage("x")]) > 3
    assert sber.chats == []


def test_the_server_counts_all_messages_at_a_time(sber: Sber) -> None:
    sber.answers = [counts(5, 1, 6, 2, 30)]
    chat = sber.chat(use_api_for_tokens=True)
    image = {"type": "file", "file_id": "f"}
    messages = [SystemMessage("Be brief."), HumanMessage(["What?", image])]
    tool: dict[str, Any] = {"type": "function", "function": {"name": "f"}}

    total = chat.get_num_tokens_from_messages(messages, [tool])

    assert len(sber.chats) == 1
    texts = sber.body["input"]
    assert [*texts[:4]] == ["system", "Be brief.", "user", "What?"]
    assert total == 5 + 1 + 6 + 2 + 30 + 3 * 3 + 256


def test_nothing_is_counted_without_a_request(sber: Sber) -> None:
    assert sber.chat(use_api_for_tokens=True).get_num_tokens_from_messages([]) == 0
    assert sber.chats == []


def test_messages_are_trimmed_by_the_estimate(sber: Sber) -> None:
    messages = [HumanMessage("a" * 46) for _ in range(10)]

    kept = trim_messages(messages, max_tokens=50, token_counter=sber.chat())

    assert len(kept) == 3
