from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_sse_chat.serve.answer.parts import ToolCallDelta
from langchain_sse_chat.serve.wires.call_order import CallOrder


def begun(index: int, arguments: str) -> ToolCallDelta:
    return ToolCallDelta(index, f"c{index}", "f", arguments)


def more(index: int, arguments: str) -> ToolCallDelta:
    return ToolCallDelta(index, None, None, arguments)


def test_calls_one_after_the_other_are_passed_on_as_they_come() -> None:
    order = CallOrder()
    pieces = [begun(0, '{"a'), more(0, '": 1}'), begun(1, ""), more(1, "{}")]

    assert [order.feed([piece]) for piece in pieces] == [[piece] for piece in pieces]
    assert order.close() == []


def test_a_call_waits_until_the_arguments_of_that_before_it_are_complete() -> None:
    order = CallOrder()

    assert order.feed([begun(0, '{"a": "}'), begun(1, '{"b"')]) == [
        begun(0, '{"a": "}')
    ]
    assert order.feed([more(1, ": [1]}")]) == []
    assert order.feed([more(0, '\\"'), more(0, '"}')]) == [
        more(0, '\\"'),
        more(0, '"}'),
        begun(1, '{"b"'),
        more(1, ": [1]}"),
    ]
    assert order.close() == []


@pytest.mark.parametrize("arguments", ["", "{", '{"a": "}', "5"])
def test_calls_wait_to_the_end_for_arguments_that_are_never_complete(
    arguments: str,
) -> None:
    order = CallOrder()

    assert order.feed([begun(0, arguments), begun(1, "{"), begun(2, "{}")]) == [
        begun(0, arguments)
    ]
    assert order.feed([more(1, "}")]) == []
    assert order.close() == [begun(1, "{"), more(1, "}"), begun(2, "{}")]


def test_a_piece_of_a_call_that_was_complete_is_not_lost() -> None:
    order = CallOrder()
    order.feed([begun(0, "{}"), begun(1, "{")])

    assert order.feed([more(0, " ")]) == []
    assert order.close() == [more(0, " ")]


VALUES: Any = st.recursive(
    st.text('ab"\\{}[]', max_size=5), lambda inner: st.lists(inner, max_size=3)
)


@given(
    st.lists(st.dictionaries(st.text(max_size=3), VALUES), max_size=4),
    st.randoms(use_true_random=False),
)
def test_calls_in_any_order_come_whole_and_one_after_the_other(
    calls: list[dict[str, Any]], chance: random.Random
) -> None:
    texts = {index: json.dumps(call) for index, call in enumerate(calls)}
    left = dict(texts)
    order = CallOrder()
    passed = []
    while left:
        index = chance.choice(list(left))
        cut = chance.randint(1, len(left[index]))
        piece = more if left[index] != texts[index] else begun
        passed += order.feed([piece(index, left[index][:cut])])
        left[index] = left[index][cut:]
        if not left[index]:
            del left[index]
    passed += order.close()

    got: dict[int, str] = {}
    for each in passed:
        assert (each.id is not None) == (each.index not in got)
        got[each.index] = got.get(each.index, "") + each.arguments
        assert all(got[i] == texts[i] for i in got if i != each.index)
    assert got == texts
