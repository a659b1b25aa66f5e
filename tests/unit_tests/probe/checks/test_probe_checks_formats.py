from __future__ import annotations

import pytest

from langchain_sse_chat.probe.checks.formats import formats_lines
from langchain_sse_chat.probe.questions import OBJECT, SCHEMA
from tests.unit_tests.probe.answers import refused, streamed, texts, verdict

BY_SCHEMA = "json_schema with strict"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"fish_mood": "mauve-17", "count_q": 3}', "yes"),
        ('{"fish_mood": "blue", "count_q": 3}', "no"),
        ('{"fish_mood": "mauve-17", "count_q": true}', "no"),
        ('{"fish_mood": "mauve-17"}', "no"),
        ("I am fine.", "no"),
        ("", "not clear"),
    ],
)
def test_a_schema_is_followed_to_the_letter(text: str, expected: str) -> None:
    assert verdict(formats_lines, BY_SCHEMA, streamed(SCHEMA, texts(text))) == expected


def test_a_truncated_object_is_not_clear() -> None:
    answer = streamed(SCHEMA, texts('{"fish_mood": "mau', finish="length"))
    assert verdict(formats_lines, BY_SCHEMA, answer) == "not clear"


def test_a_refused_format_is_a_no() -> None:
    words = "This response_format type is unavailable now"
    assert verdict(formats_lines, BY_SCHEMA, refused(SCHEMA, words)) == "no"
    assert verdict(formats_lines, "json_object", refused(OBJECT, words)) == "no"


@pytest.mark.parametrize(
    ("text", "expected"), [('{"a": 1}', "yes"), ("[1]", "no"), ("Fine.", "no")]
)
def test_an_object_comes_against_the_words_of_the_question(
    text: str, expected: str
) -> None:
    answer = streamed(OBJECT, texts(text))
    assert verdict(formats_lines, "json_object", answer) == expected
