from __future__ import annotations

import re

import pytest

from langchain_sse_chat.lazy_pattern import lazy_pattern


def test_it_is_used_as_a_compiled_expression() -> None:
    digits = lazy_pattern(r"(\d+)")
    assert digits.pattern == r"(\d+)"
    assert digits.sub("*", "a1b23") == "a*b*"
    assert [found[1] for found in digits.finditer("a1b23")] == ["1", "23"]


def test_bytes_and_flags_are_those_of_the_compiled_expression() -> None:
    found = lazy_pattern(rb"a.b", re.DOTALL | re.IGNORECASE).fullmatch(b"A\nB")
    assert found is not None
    assert found[0] == b"A\nB"


def test_an_expression_is_read_at_its_first_use() -> None:
    broken = lazy_pattern("(")
    with pytest.raises(re.error):
        broken.match("a")
