from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_sse_chat.acceptable_names import (
    CallIds,
    acceptable_name,
    marked_name,
)


@pytest.mark.parametrize(
    ("own", "sent"),
    [
        ("search", "search"),
        ("a-b_C9", "a-b_C9"),
        pytest.param("n" * 64, "n" * 64, id="longest"),
        ("Stock Keeper", "Stock_Keeper"),
        ("mcp:tool/1.2", "mcp_tool_1_2"),
        ("José", "Jose"),
        ("  ", "__"),
    ],
)
def test_refused_characters_become_underscores(own: str, sent: str) -> None:
    assert acceptable_name(own) == sent


def test_names_that_lose_letters_stay_apart() -> None:
    lost = ["Анна", "Алла", "n" * 65, "n" * 66, "agent Анна", "agent Алла"]
    sent = [acceptable_name(name) for name in lost]
    assert len(set(sent)) == len(lost)
    assert sent[0].startswith("name_")
    assert sent[4].startswith("agent_")


@given(st.text(min_size=1))
def test_every_name_becomes_acceptable_and_stays_so(own: str) -> None:
    sent = acceptable_name(own)
    assert re.fullmatch("[a-zA-Z0-9_-]{1,64}", sent)
    assert acceptable_name(sent) == sent
    assert re.fullmatch("[a-zA-Z0-9_-]{1,64}", marked_name(own))


@given(st.lists(st.text(), max_size=8), st.sampled_from(["any", "forty", "nine"]))
def test_no_two_calls_have_one_id(own: list[str], form: str) -> None:
    ids = CallIds(form)  # type: ignore[arg-type]
    given_ids = [ids.give(one, "call") for one in own]
    assert len(set(given_ids)) == len(own)
    assert "" not in given_ids
