r"""Join characters that a server split in two.

A server that counts in UTF-16 may split an emoji between two deltas and send its halves
as the escapes `\ud83d` and `\ude00`: each is a lone surrogate, which cannot be
printed or encoded.
"""

from __future__ import annotations


class SurrogateJoiner:
    """Joins surrogate pairs that are split over the pieces of one text."""

    __slots__ = ("half",)

    def __init__(self) -> None:
        self.half = ""
        """The first half of a character whose second half is still missing."""

    def feed(self, text: str) -> str:
        """Return the next piece of the text, in whole characters.

        A half without its other half becomes U+FFFD; one at the very end is dropped.
        """
        if not text or (text.isascii() and not self.half):
            return text
        text = self.half + text
        self.half = text[-1] if "\ud800" <= text[-1] <= "\udbff" else ""
        if self.half:
            text = text[:-1]
        try:
            text.encode()
        except UnicodeEncodeError:
            return whole_characters(text)
        return text


def whole_characters(text: str) -> str:
    """Return a text with its surrogate pairs joined, and U+FFFD for lone halves."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
