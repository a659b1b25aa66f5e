"""Find the blocks of a Markdown text that arrives in pieces.

It finds only as much as rendering needs: blank lines, headings, items of lists, and
fences (https://spec.commonmark.org/current/). Each block can be rendered alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FENCE = re.compile(r"[ \t]*(`{3,}(?=[^`]*$)|~{3,})")
_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|$)")
_ITEM = re.compile(r" *(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")
_INTERRUPTS = re.compile(r" {0,3}(?:[-*+]|1[.)])[ \t]+\S")
"""An item that ends a paragraph without a blank line."""
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_PLAIN = re.compile(r"(?:[^\W\d_][^*_`\[\]<>&\\|~=#\n]*(?:\n|$))+")


@dataclass(slots=True)
class Block:
    """A block of a Markdown text."""

    text: str = ""
    """Its lines, with their ends."""
    is_spaced: bool = False
    """Whether a blank line stands before it."""
    is_fenced: bool = False
    """Whether it is code between fences, or code that is still open."""

    @property
    def grows_in_lines(self) -> bool:
        """Whether more text leaves its rendered lines as they are, except the last.

        That is so for code and for paragraphs without any markup.
        """
        return self.is_fenced or bool(_PLAIN.fullmatch(self.text))


class MarkdownBlocks:
    """Splits a text into blocks; `open` is the one that is not complete."""

    def __init__(self) -> None:
        self.open = Block()
        self._line = ""
        self._fence = ""
        self._has_blank = False
        self._offset = 0
        """The column of the text of an item, 0 outside of lists."""

    def feed(self, text: str) -> list[Block]:
        """Take a piece of the text; return the blocks that are complete now."""
        *lines, self._line = (self._line + text).split("\n")
        done: list[Block] = []
        for line in lines:
            done += self._take(line)
        return done

    def finish(self) -> list[Block]:
        """Return the blocks that the end of the text completes."""
        line, self._line = self._line, ""
        done = self._take(line) if line else []
        return done + self._close()

    @property
    def current(self) -> Block:
        """The open block with the line that is not complete, if it belongs to it."""
        block, line = self.open, self._line
        begins = not block.text
        # A line that begins with a letter cannot become anything but text.
        is_text = line[:1].isalpha() and (begins or not self._has_blank)
        if block.is_fenced or not is_text:
            return block
        return Block(block.text + line, self._has_blank if begins else block.is_spaced)

    def _take(self, line: str) -> list[Block]:
        if self._fence:
            return self._take_code(line)
        if not line.strip():
            self._has_blank = True
            return [] if self._offset else self._close()
        done = self._close() if self._begins_block(line) else []
        if not self.open.text:
            self.open.is_spaced = self._has_blank
            item = None if _RULE.match(line) else _ITEM.match(line)
            self._offset = item.end() if item else 0
        elif self._has_blank:
            self.open.text += "\n"
        self._has_blank = False
        self.open.text += f"{line}\n"
        if fence := _FENCE.match(line):
            self._fence = fence[1]
            self.open.is_fenced = self._offset == 0
        elif _HEADING.match(line) or (_RULE.match(line) and not self._offset):
            done += self._close()
        return done

    def _take_code(self, line: str) -> list[Block]:
        self.open.text += f"{line}\n"
        bare = line.strip()
        if len(bare) >= len(self._fence) and not bare.strip(self._fence[0]):
            self._fence = ""
            return [] if self._offset else self._close()
        return []

    def _begins_block(self, line: str) -> bool:
        if self._offset:
            starts = (_FENCE, _HEADING, _ITEM)
            is_inside = line.expandtabs(4)[: self._offset].isspace()
            return not is_inside and (
                self._has_blank or any(start.match(line) for start in starts)
            )
        starts = (_FENCE, _HEADING, _INTERRUPTS)
        return any(start.match(line) for start in starts)

    def _close(self) -> list[Block]:
        block, self.open = self.open, Block()
        self._fence, self._offset = "", 0
        return [block] if block.text else []
