from __future__ import annotations

import pytest

from langchain_sse_chat.cli.chat.markdown_blocks import Block, MarkdownBlocks

TABLE = [
    pytest.param("", [], id="nothing"),
    pytest.param("\n \n", [], id="blank lines"),
    pytest.param("a\nb\n\n\nc", ["a\nb\n", "\nc\n"], id="paragraphs"),
    pytest.param("# A\nb\n## C", ["# A\n", "b\n", "## C\n"], id="headings"),
    pytest.param("a\n- b\n- c\n", ["a\n", "- b\n", "- c\n"], id="items"),
    pytest.param("a\n2. b", ["a\n2. b\n"], id="a number that begins no list"),
    pytest.param("- a\n  - b\n  c\nd", ["- a\n  - b\n  c\nd\n"], id="nested items"),
    pytest.param("- a\n\n  b\n\nc", ["- a\n\n  b\n", "\nc\n"], id="parts of an item"),
    pytest.param("1. a\n# B", ["1. a\n", "# B\n"], id="a heading after an item"),
    pytest.param("***\na", ["***\n", "a\n"], id="a rule"),
    pytest.param("a\n***\nb", ["a\n***\n", "b\n"], id="a rule after text"),
    pytest.param(
        "a\n```py\nb\n\n# c\n```\nd", ["a\n", "```py\nb\n\n# c\n```\n", "d\n"]
    ),
    pytest.param("~~~\n```\n~~~~\n", ["~~~\n```\n~~~~\n"], id="tildes"),
    pytest.param("```\na", ["```\na\n"], id="open code"),
    pytest.param(
        "- a\n  ```\n  b\n\n  ```\n  c\n", ["- a\n  ```\n  b\n\n  ```\n  c\n"]
    ),
    pytest.param(
        "- a\n```\nb\n```", ["- a\n", "```\nb\n```\n"], id="code after an item"
    ),
]


@pytest.mark.parametrize(("text", "expected"), TABLE)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_blocks_are_found(text: str, expected: list[str], size: int) -> None:
    blocks = MarkdownBlocks()
    found: list[Block] = []
    for start in range(0, len(text), size):
        found += blocks.feed(text[start : start + size])
    found += blocks.finish()
    assert [block.is_spaced * "\n" + block.text for block in found] == expected


@pytest.mark.parametrize(
    ("text", "current", "grows"),
    [
        ("Some text", "Some text", True),
        ("Some\ntext, and", "Some\ntext, and", True),
        ("Some *text", "Some *text", False),
        ("a | b", "a | b", False),
        ("Some\n-", "Some\n", True),
        ("Some\n---\n", "", False),
        ("- item", "", False),
        ("- item\nmore", "- item\nmore", False),
        ("- item\n\nmore", "- item\n", False),
        ("```\nco", "```\n", True),
        ("# Title", "", False),
    ],
)
def test_the_open_block_has_what_belongs_to_it(
    text: str, current: str, *, grows: bool
) -> None:
    blocks = MarkdownBlocks()
    blocks.feed(text)
    assert blocks.current.text == current
    assert blocks.current.grows_in_lines is grows


def test_a_blank_line_before_the_open_block_is_known() -> None:
    blocks = MarkdownBlocks()
    blocks.feed("a\n\nb")
    assert blocks.current.is_spaced
