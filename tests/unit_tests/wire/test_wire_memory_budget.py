"""How much of an answer is kept before anybody sees it."""

from __future__ import annotations

import pytest

from langchain_sse_chat.errors import EventTooLargeError
from langchain_sse_chat.wire.memory_budget import KEPT_LIMIT, MemoryBudget
from tests.unit_tests.wire.wire_streams import WHERE

MIB = 1024 * 1024


def test_what_is_kept_adds_up_to_the_limit() -> None:
    budget = MemoryBudget(WHERE)
    for _ in range(KEPT_LIMIT // MIB):
        budget.take("x" * MIB)

    with pytest.raises(EventTooLargeError, match=WHERE) as caught:
        budget.take("x")
    assert caught.value.limit == KEPT_LIMIT


def test_a_value_weighs_more_than_its_text() -> None:
    budget = MemoryBudget(WHERE)
    values = "[]," * (MIB // 3)
    budget.take(values)
    budget.take(values)
    budget.take(values)
    budget.take(values)
    budget.take(values)

    with pytest.raises(EventTooLargeError, match="in addition to its answer"):
        budget.take(values)


def test_json_of_too_many_values_is_an_error_by_itself() -> None:
    assert MemoryBudget(WHERE).count('{"a": [1, 2]}') == 3
    with pytest.raises(EventTooLargeError, match="values"):
        MemoryBudget(WHERE).count("," * 2_000_000)
