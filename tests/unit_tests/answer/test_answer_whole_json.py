from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.answer.whole_json import whole_json
from langchain_sse_chat.wire.jsontext import NO_JSON


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param('{"a": 1}', {"a": 1}, id="object"),
        pytest.param(' \ufeff[1.5, "é"]\n', [1.5, "é"], id="blanks and a mark"),
        pytest.param('"a\nb"', "a\nb", id="raw line break"),
        pytest.param('Here:\n```json\n{"a": 1}\n```\nDone.', {"a": 1}, id="code block"),
        pytest.param('```\n{"a": 1}', {"a": 1}, id="open code block"),
    ],
)
def test_a_text_that_is_one_json_value(text: str, value: Any) -> None:
    assert whole_json(text) == value


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("NaN", id="not a number"),
        pytest.param("1e999", id="infinite"),
        pytest.param("{} {}", id="two values"),
        pytest.param("```\n{}\n```\n```{}```", id="two code blocks"),
        pytest.param('{"a": 1', id="not closed"),
        pytest.param("[" * 100_000, id="too deep"),
    ],
)
def test_a_text_that_is_not(text: str) -> None:
    assert whole_json(text) is NO_JSON
