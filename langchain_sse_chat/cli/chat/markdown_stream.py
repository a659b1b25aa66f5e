"""Render Markdown while it arrives, without writing anything twice.

Complete blocks are rendered as a whole. Of code and of paragraphs without markup, the
lines that cannot change any more are shown before the block is complete.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from langchain_sse_chat.cli.chat.markdown_blocks import Block, MarkdownBlocks

_STYLE = re.compile(r"\x1b\[[0-9;]*m")
_SHARE = 20
"""A growing block is rendered again when it has grown by this part of itself, so that
the work for a long one is in proportion to its length."""


class MarkdownStream:
    """Renders pieces of a text.

    Args:
        render: Returns the function that renders Markdown to lines at the width that
            the terminal has now. It is called at the begin of each block.
    """

    def __init__(self, render: Callable[[], Callable[[str], list[str]]]) -> None:
        self._new_render = render
        self._blocks = MarkdownBlocks()
        self._render: Callable[[str], list[str]] | None = None
        self._shown: list[str] = []
        self._rendered_size = 0
        self._has_output = self._is_after_code = False

    def feed(self, text: str) -> str:
        """Take a piece of the text; return what can be shown now."""
        done = "".join(map(self._complete, self._blocks.feed(text)))
        return done + self._growing(self._blocks.current)

    def finish(self) -> str:
        """Return the rest."""
        return "".join(map(self._complete, self._blocks.finish()))

    def _growing(self, block: Block) -> str:
        grown = len(block.text) - self._rendered_size
        if grown <= len(block.text) // _SHARE or not block.grows_in_lines:
            return ""
        self._rendered_size = len(block.text)
        # The last line may become longer.
        return self._show(block, self._lines(block.text)[:-1])

    def _complete(self, block: Block) -> str:
        text = self._show(block, self._lines(block.text))
        self._render, self._shown, self._rendered_size = None, [], 0
        self._is_after_code = block.is_fenced
        return text

    def _lines(self, text: str) -> list[str]:
        if self._render is None:
            self._render = self._new_render()
        return self._render(text)

    def _show(self, block: Block, lines: list[str]) -> str:
        """Return the lines that are not shown; all of them if others were shown."""
        plain = [_STYLE.sub("", line).rstrip() for line in lines]
        count = len(self._shown)
        if plain[:count] != self._shown:
            count = 0
        is_first = not self._shown
        new = "".join(f"{line}\n" for line in lines[count:])
        self._shown = plain
        if not new:
            return ""
        is_spaced = block.is_spaced or block.is_fenced or self._is_after_code
        gap = "\n" if is_first and is_spaced and self._has_output else ""
        self._has_output = True
        return gap + new
