"""`TagSplitter` splits reasoning from text at many chunkings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.wire.tags import TagSplitter

THINK = ("<think>", "</think>")
PAIRS = [
    THINK,
    ("[THINK]", "[/THINK]"),
    ("<|channel>thought", "<channel|>"),
    ("Here is my thought process:", "Here is my response:"),
    ("\N{WHITE BULLET}", "\N{BULLET}"),
]


def run(splitter: TagSplitter, pieces: Iterable[str]) -> tuple[str, str]:
    parts = [*map(splitter.feed, pieces), splitter.close()]
    return "".join(part[0] for part in parts), "".join(part[1] for part in parts)


def cuttings(answer: str) -> Iterator[list[str]]:
    """Cut the answer whole, into characters, with empty pieces, and in two."""
    yield [answer]
    yield list(answer)
    yield [piece for character in answer for piece in ("", character)]
    for i in range(1, len(answer)):
        yield [answer[:i], answer[i:]]


def split(
    answer: str, tags: tuple[str, str] = THINK, *, starts_in_reasoning: bool = False
) -> tuple[str, str]:
    """Return text and reasoning, after showing that cuts do not matter."""
    results = [
        run(TagSplitter(*tags, starts_in_reasoning=starts_in_reasoning), pieces)
        for pieces in cuttings(answer)
    ]
    assert all(result == results[0] for result in results)
    return results[0]


def reference(
    answer: str, opening: str, closing: str, *, inside: bool
) -> tuple[str, str]:
    """Split a whole answer, by plain searches in what is left of it."""
    reasoning, sections = "", 0
    while True:
        body = answer.lstrip()
        if body.startswith(opening):
            answer, inside, sections = body.removeprefix(opening), True, sections + 1
        elif body.startswith(closing):
            answer, inside = body.removeprefix(closing).lstrip("\r\n"), False
            sections += 1
        elif inside:
            section, found, answer = body.partition(closing)
            reasoning += section
            if not found:
                return "", reasoning
            answer, inside, sections = answer.lstrip("\r\n"), False, sections + 1
        else:
            break
    before, found, after = answer.partition(closing)
    if found and not sections:
        first = answer.find(opening)
        if first < 0 or first > len(before):
            answer = before + after
    return answer, reasoning


# Sections


@pytest.mark.parametrize("tags", PAIRS)
def test_splits_a_leading_section_from_the_text(tags: tuple[str, str]) -> None:
    opening, closing = tags

    result = split(f"{opening}\nWhy?\n{closing}\n\nBecause. \n", tags)

    assert result == ("Because. \n", "Why?\n")


@pytest.mark.parametrize("tags", PAIRS)
def test_leaves_an_answer_without_tags_as_it_is(tags: tuple[str, str]) -> None:
    answer = "\n \n  a < b </ [ <| <\n\n"

    assert split(answer, tags) == (answer, "")


def test_drops_the_blanks_before_an_opening_tag() -> None:
    assert split(" \n\t<think>a</think>b") == ("b", "a")


def test_gives_an_answer_of_blanks_as_text() -> None:
    assert split("\n \n ") == ("\n \n ", "")


@pytest.mark.parametrize("newlines", ["\n", "\n\n", "\r\n\r\n", "\n\r\n\n"])
def test_drops_the_newlines_directly_after_a_section(newlines: str) -> None:
    assert split(f"<think>a</think>{newlines}b\n\nc") == ("b\n\nc", "a")


def test_keeps_the_indentation_of_the_text_after_a_section() -> None:
    assert split("<think>a</think>\n    b = 1") == ("    b = 1", "a")
    assert split("<think>a</think> \n b") == (" \n b", "a")


def test_keeps_the_blanks_inside_a_section() -> None:
    assert split("<think>a\n\n b </think>c") == ("c", "a\n\n b ")


@pytest.mark.parametrize("blanks", ["", "\n\n", " \r\n\t"])
def test_gives_no_reasoning_for_an_empty_section(blanks: str) -> None:
    assert split(f"<think>{blanks}</think>\n\nb") == ("b", "")


@pytest.mark.parametrize("end", ["", "\n\n"])
def test_gives_no_text_when_only_a_section_came(end: str) -> None:
    assert split(f"<think>a</think>{end}") == ("", "a")


def test_takes_sections_in_a_row_as_reasoning() -> None:
    assert split("<think>a\n</think>\n \n<think>b</think>\nc") == ("c", "a\nb")


@pytest.mark.parametrize("begun", ["", "<", "</thi", "</think"])
def test_takes_a_section_without_an_end_as_reasoning(begun: str) -> None:
    assert split(f"<think>\na{begun}") == ("", f"a{begun}")
    assert split(f"<think>\n{begun}") == ("", begun)


@pytest.mark.parametrize("begun", ["<", "<thi", "</think"])
def test_gives_a_tag_that_was_only_begun_as_text(begun: str) -> None:
    assert split(f" {begun}") == (f" {begun}", "")
    assert split(f"a{begun}") == (f"a{begun}", "")
    assert split(f"{begun}a") == (f"{begun}a", "")


def test_finds_a_closing_tag_after_the_beginning_of_one() -> None:
    assert split("<think>a<</th</think>b") == ("b", "a<</th")


def test_reads_a_second_opening_tag_in_a_section_as_reasoning() -> None:
    assert split("<think>a <think> b</think>c") == ("c", "a <think> b")


def test_drops_an_opening_tag_that_is_sent_twice() -> None:
    assert split("<think>\n<think>a</think>b") == ("b", "a")


def test_ignores_blanks_around_the_tags_it_is_given() -> None:
    tags = ("\n<|channel>thought\n", " <channel|>\n")

    assert split("<|channel>thought\na<channel|>b", tags) == ("b", "a")


# Tags that are text


@pytest.mark.parametrize(
    "text",
    [
        "Write `<think>` and `</think>`.",
        "```html\n<think>\nx\n</think>\n```",
        "a <think> b",
    ],
)
def test_leaves_tags_in_the_text_of_an_answer(text: str) -> None:
    assert split(text) == (text, "")


@pytest.mark.parametrize("text", ["b</think>c", "b <think>c</think>d </think>"])
def test_leaves_all_tags_in_the_text_after_a_section(text: str) -> None:
    assert split(f"<think>a</think>{text}") == (text, "a")


# A missing opening tag


def test_drops_a_closing_tag_that_nothing_opened() -> None:
    """The text before it has gone out, and the newlines are all that parts the two."""
    assert split("a\n</think>\n\nb") == ("a\n\n\nb", "")


def test_drops_only_the_first_closing_tag_that_nothing_opened() -> None:
    result = split("a</think>b</think><think>c</think>")

    assert result == ("ab</think><think>c</think>", "")


def test_takes_a_leading_closing_tag_for_an_empty_section() -> None:
    assert split("\n\n</think>\n\nb</think>") == ("b</think>", "")


@pytest.mark.parametrize("tags", PAIRS)
def test_starts_in_reasoning_when_told(tags: tuple[str, str]) -> None:
    result = split(f"\na{tags[1]}\n\nb{tags[1]}", tags, starts_in_reasoning=True)

    assert result == (f"b{tags[1]}", "a")


def test_drops_an_opening_tag_that_comes_although_it_starts_in_reasoning() -> None:
    result = split("\n<think>\na</think>\nb", starts_in_reasoning=True)

    assert result == ("b", "a")


def test_takes_an_answer_without_tags_as_reasoning_when_it_starts_in_it() -> None:
    assert split("\na\n", starts_in_reasoning=True) == ("", "a\n")


# What goes out when


def test_gives_every_piece_at_once_but_the_beginning_of_a_tag() -> None:
    splitter = TagSplitter(*THINK)
    pieces = ["\n<th", "ink>\n", "Why", "?</", "em></th", "ink>", "\n", "So", "<", "!"]

    assert [splitter.feed(piece) for piece in pieces] == [
        ("", ""),
        ("", ""),
        ("", "Why"),
        ("", "?"),
        ("", "</em>"),
        ("", ""),
        ("", ""),
        ("So", ""),
        ("<", ""),
        ("!", ""),
    ]
    assert splitter.close() == ("", "")


def test_gives_what_was_held_back_once() -> None:
    splitter = TagSplitter(*THINK)

    assert splitter.feed(" <") == ("", "")
    assert splitter.close() == (" <", "")
    assert splitter.close() == ("", "")


# Settings


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("", "</think>"),
        ("<think>", ""),
        ("<think>", " \n"),
        ("<think>", "<think>"),
        ("<think>", "\n<think>"),
        ("```think", "```"),
        ("<t>", "</<t>"),
    ],
)
def test_refuses_tags_that_cannot_be_told_apart(opening: str, closing: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be told apart"):
        TagSplitter(opening, closing)


# For any answer, any tags and any cuts

LETTERS = "<>/| \nab"


@st.composite
def tag_pairs(draw: st.DrawFn) -> tuple[str, str]:
    tag = st.text(LETTERS, min_size=1, max_size=5)
    opening, closing = draw(st.one_of(st.sampled_from(PAIRS), st.tuples(tag, tag)))
    core, other = opening.strip(), closing.strip()
    assume(core not in other and other not in core)
    return opening, closing


@st.composite
def cases(draw: st.DrawFn) -> tuple[tuple[str, str], list[str]]:
    """Make a pair of tags and the pieces of an answer in which they are frequent."""
    tags = draw(tag_pairs())
    cores = [tag.strip() for tag in tags]
    parts = st.one_of(
        st.sampled_from(cores),
        st.sampled_from([core[:size] for core in cores for size in range(len(core))]),
        st.text(LETTERS + "\r", max_size=3),
        st.text(max_size=3),
    )
    answer = "".join(draw(st.lists(parts, max_size=12)))
    cuts = draw(st.lists(st.integers(0, len(answer)), max_size=8).map(sorted))
    edges = [0, *cuts, len(answer)]
    return tags, [answer[a:b] for a, b in pairwise(edges)]


@settings(max_examples=500)
@given(cases(), st.booleans())
@example((("abX", "b/"), ["ab", "X"]), False)
@example((("abX", "b/"), ["xab", "/"]), False)
def test_splits_any_answer_as_a_search_in_the_whole_does(
    case: tuple[tuple[str, str], list[str]], inside: bool
) -> None:
    (opening, closing), pieces = case
    expected = reference(
        "".join(pieces), opening.strip(), closing.strip(), inside=inside
    )

    for cut in (pieces, ["".join(pieces)], list("".join(pieces))):
        splitter = TagSplitter(opening, closing, starts_in_reasoning=inside)
        assert run(splitter, cut) == expected


@settings(max_examples=500)
@given(cases(), st.booleans())
def test_holds_back_only_blanks_and_the_beginning_of_a_tag(
    case: tuple[tuple[str, str], list[str]], inside: bool
) -> None:
    (opening, closing), pieces = case
    splitter = TagSplitter(opening, closing, starts_in_reasoning=inside)
    parts = [splitter.feed(piece) for piece in pieces]
    has_text = any(text for text, _ in parts)

    text, reasoning = splitter.close()

    assert not text or not reasoning
    held = reasoning or (text if has_text else text.lstrip())
    tags = [opening.strip(), closing.strip()]
    assert held not in tags
    assert any(tag.startswith(held) for tag in tags)


@settings(max_examples=200)
@given(
    st.lists(
        st.one_of(st.sampled_from([*THINK, "\n", " "]), st.text("abc", min_size=1))
    ),
    st.booleans(),
)
def test_loses_nothing_but_tags_and_blanks(parts: list[str], inside: bool) -> None:
    answer = "".join(parts)
    text, reasoning = split(answer, starts_in_reasoning=inside)

    words = "".join(part for part in parts if part not in {*THINK, "\n", " "})
    kept = "".join((reasoning + text).split())
    for tag in THINK:
        kept = kept.replace(tag, "")
    assert kept == words
    assert answer.endswith(text) or not reasoning
