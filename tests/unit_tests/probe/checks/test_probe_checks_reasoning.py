from __future__ import annotations

import pytest

from langchain_sse_chat.probe.checks.reasoning import reasoning_lines, tags_in
from langchain_sse_chat.probe.questions import MAIN
from tests.unit_tests.probe.answers import found, streamed, texts, verdict

KEY = "under a key of its own"
TAGS = "in tags in the text"


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning", "thinking"])
def test_the_key_of_reasoning_is_named(key: str) -> None:
    reasoned = {"choices": [{"delta": {key: "hm"}}]}
    answer = streamed(MAIN, [reasoned, *texts("a")])
    line = found(reasoning_lines, KEY, answer)
    assert (line.verdict, line.evidence) == ("yes", f"{key} (2 characters)")
    assert verdict(reasoning_lines, TAGS, answer) == "no"


def test_reasoning_in_tags_is_seen() -> None:
    answer = streamed(MAIN, texts("<think>", "hm", "</think>", "a"))
    assert verdict(reasoning_lines, TAGS, answer) == "yes"
    assert verdict(reasoning_lines, KEY, answer) == "not clear"


def test_without_reasoning_nothing_is_clear() -> None:
    answer = streamed(MAIN, texts("a"))
    lines = reasoning_lines({MAIN: answer})
    assert {line.verdict for line in lines} == {"not clear"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<think>a</think>b", ("<think>", "</think>")),
        ("\n<thought>a", ("<thought>", "</thought>")),
        ("hm</think>b", ("", "</think>")),
        ("see <think>a</think>", None),
        ("plain", None),
    ],
)
def test_tags_begin_the_text(text: str, expected: tuple[str, str] | None) -> None:
    assert tags_in(text) == expected
