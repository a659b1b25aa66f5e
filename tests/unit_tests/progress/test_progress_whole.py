from __future__ import annotations

import random

import pytest

from langchain_sse_chat.progress.whole import LONGEST, held_back, line_after

WAITING = [
    pytest.param("abc", "c", id="a letter"),
    pytest.param("cafe\u0301", "e\u0301", id="a letter with an accent"),
    pytest.param("a\u200d", "a\u200d", id="a joiner"),
    pytest.param("a👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧", id="a family"),
    pytest.param("I ❤\ufe0f", "❤\ufe0f", id="a variation selector"),
    pytest.param("1\ufe0f\u20e3", "1\ufe0f\u20e3", id="a keycap"),
    pytest.param("👋🏽", "👋🏽", id="a skin tone"),
    pytest.param("🇩🇪🇫", "🇫", id="half a flag"),
    pytest.param("🇩🇪🇫🇷", "🇫🇷", id="two flags"),
    pytest.param("x🏴\U000e0067\U000e007f", "🏴\U000e0067\U000e007f", id="tags"),
    pytest.param("x\ud83d", "\ud83d", id="half of a surrogate pair"),
    pytest.param("x\ud83d\ude00", "\ud83d\ude00", id="a surrogate pair"),
    pytest.param("x\ude00\ud83d", "\ud83d", id="surrogates that are not a pair"),
    pytest.param("한\u1112\u1161\u11ab", "\u1112\u1161\u11ab", id="parts of one"),
    pytest.param("가\u11a8", "가\u11a8", id="a syllable and its end"),
    pytest.param("각\u11a8", "각\u11a8", id="a closed syllable and its end"),
    pytest.param("각가", "가", id="two syllables"),
    pytest.param("अक्", "क्", id="a consonant and a virama"),
    pytest.param("अक्ष", "क्ष", id="two consonants of one sign"),
    pytest.param("अक\u094d\u200dष", "क\u094d\u200dष", id="with a joiner between them"),
    pytest.param("कि", "कि", id="a vowel sign"),
    pytest.param("กำ", "กำ", id="a Thai vowel"),
    pytest.param("a\u0600", "\u0600", id="a sign before a number"),
    pytest.param("a\u06001", "\u06001", id="a sign and its number"),
    pytest.param("a\r", "\r", id="half of a line end"),
    pytest.param("a\n", "", id="a line end"),
    pytest.param("a\r\n", "", id="a long line end"),
    pytest.param("\u200d", "\u200d", id="a joiner alone"),
    pytest.param("a\u200b", "", id="a space without width"),
    pytest.param("\na", "a", id="a letter after a line end"),
    pytest.param("", "", id="nothing"),
]


@pytest.mark.parametrize(("text", "waits"), WAITING)
def test_the_last_character_waits_with_all_its_parts(text: str, waits: str) -> None:
    assert text[len(text) - held_back(text, "grapheme") :] == waits


def test_nothing_waits_unless_asked_for() -> None:
    assert held_back("cafe", None) == 0


def test_a_cluster_without_end_does_not_wait() -> None:
    assert held_back("a" + "\u0301" * (LONGEST - 1), "grapheme") == LONGEST
    assert held_back("a" + "\u0301" * LONGEST, "grapheme") == 0
    assert held_back("a" + "\u0301" * 100_000, "grapheme") == 0


FENCES = [
    pytest.param("text\n```", "```", id="a fence"),
    pytest.param("text\n``", "``", id="a part of a fence"),
    pytest.param("text\n```python", "```python", id="a language"),
    pytest.param("text\n```python\n", "", id="a whole fence"),
    pytest.param("```python\r", "```python\r", id="half of its line end"),
    pytest.param("text\n  ````", "````", id="an indented fence"),
    pytest.param("text\n~", "~", id="a tilde"),
    pytest.param("text\n~~~ `a`", "~~~ `a`", id="tildes with a language"),
    pytest.param("> 1. ```js", "```js", id="a fence in a list in a quote"),
    pytest.param("- ``", "``", id="a fence in a list"),
    pytest.param("text ```", "`", id="backticks after text"),
    pytest.param("`code", "e", id="code in a line"),
    pytest.param("```code``` ", " ", id="code in a line in three backticks"),
    pytest.param("plain", "n", id="a text"),
    pytest.param("line\n", "", id="a line"),
]


@pytest.mark.parametrize(("text", "waits"), FENCES)
def test_a_fence_waits_for_the_end_of_its_line(text: str, waits: str) -> None:
    assert text[len(text) - held_back(text, "fence") :] == waits


def test_a_fence_is_found_behind_what_was_delivered_of_its_line() -> None:
    assert held_back("```py", "fence", line="- ") == 5
    assert held_back("```py", "fence", line="so: ") == 1
    assert held_back("x\n```py", "fence", line="so: ") == 5
    # The first two are out already: only the third can wait.
    assert held_back("`", "fence", line="``") == 1


def test_a_fence_without_end_does_not_wait() -> None:
    assert held_back("```" + "x" * LONGEST, "fence") == 0


def test_the_open_line_is_the_first_characters_after_the_last_line_end() -> None:
    assert line_after("", "a\nbc") == "bc"
    assert line_after("ab", "cd") == "abcd"
    assert line_after("ab", "cd\n") == ""
    assert line_after("", "x" * 1000) == "x" * 64


CLUSTERS = [
    *("a", " ", "\n", "\r\n", "e\u0301", "👩\u200d👩\u200d👧", "❤\ufe0f", "👋🏽", "🇩🇪"),
    *(
        "\ud83d\ude00",
        "각",
        "\u1112\u1161\u11ab",
        "क्ष",
        "กำ",
        "\u06001",
        "1\ufe0f\u20e3",
    ),
]


def test_no_cut_divides_a_cluster() -> None:
    chance = random.Random(1)  # noqa: S311  the same texts each time
    for _ in range(2000):
        parts = chance.choices(CLUSTERS, k=6)
        text = "".join(parts)
        ends = {len("".join(parts[:count])) for count in range(7)}
        shown = text[: chance.randrange(1, len(text) + 1)]
        assert len(shown) - held_back(shown, "grapheme") in ends
