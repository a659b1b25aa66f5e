from __future__ import annotations

import pytest

from langchain_sse_chat.probe.checks.messages import messages_lines
from langchain_sse_chat.probe.questions import DEVELOPER, IMAGE, MAIN, PREFIX
from tests.unit_tests.probe.answers import refused, streamed, texts, verdict


@pytest.mark.parametrize(
    ("name", "asked", "text", "expected"),
    [
        ("role system", MAIN, "PROBE-7\n1, 2", "yes"),
        ("role system", MAIN, "**PROBE-7** 1", "yes"),
        ("role system", MAIN, "1, 2, PROBE-7", "not clear"),
        ("role developer", DEVELOPER, "ZEBRA-4.", "yes"),
        ("role developer", DEVELOPER, "Hello!", "not clear"),
        ("role developer", DEVELOPER, "ZEBRA-4" + " and" * 20, "not clear"),
        ("images", IMAGE, "Green and red.", "yes"),
        ("images", IMAGE, "Red, green.", "not clear"),
        ("images", IMAGE, "I see green, blue and red, red", "not clear"),
        ("images", IMAGE, "I cannot see it.", "not clear"),
        ("continues an answer", PREFIX, "is.", "yes"),
        ("continues an answer", PREFIX, "Paris.", "not clear"),
        ("continues an answer", PREFIX, "island", "not clear"),
        ("continues an answer", PREFIX, "The capital of France is Paris", "not clear"),
    ],
)
def test_a_message_is_understood_if_the_text_shows_it(
    name: str, asked: str, text: str, expected: str
) -> None:
    assert verdict(messages_lines, name, streamed(asked, texts(text))) == expected


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("role developer", DEVELOPER),
        ("images", IMAGE),
        ("continues an answer", PREFIX),
    ],
)
def test_a_refusal_is_a_no(name: str, asked: str) -> None:
    assert verdict(messages_lines, name, refused(asked, "not supported")) == "no"
