"""Find out how much of the end of a text has to wait to stay in one piece.

A text can end within a character as a reader sees it (a letter and its accent, a flag,
a family of emoji: a grapheme cluster, https://www.unicode.org/reports/tr29/), or within
a code fence of Markdown (https://spec.commonmark.org/current/#fenced-code-blocks).
Both are decided by what comes next.

The clusters are those of the standard or larger: the standard library does not have all
the properties of characters that the standard asks for, and a cluster that is too large
only waits longer.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Whole = Literal["grapheme", "fence"]
"""Parts of a text that are not split: grapheme clusters, or these and code fences."""

LONGEST = 256
"""Characters that wait at most. What is longer is neither a character nor a fence that
people write, and is split."""

# The first line of a code block and the last one: behind the marks of quotes and lists,
# three or more backticks or tildes, and what names the language. Anything shorter may
# still become one.
_FENCE = re.compile(
    r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*"
    r"(?P<fence>(?:`{1,2}|`{3,}[^`]*|~{1,2}|~{3,}.*)$)"
)
_LONGEST_PREFIX = 64

_ZWJ = "\u200d"
_ZWNJ = "\u200c"
_VIRAMA = 9
"""The combining class of the signs that join two consonants of Indic scripts."""

_PREPENDED = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e"
    "\u1cf5\u1cf6"
    "\U000110bd\U000110cd\U000111c2\U000111c3\U0001193f\U00011941\U00011a3a"
    "\U00011a84\U00011a85\U00011a86\U00011a87\U00011a88\U00011a89\U00011d46\U00011f02"
)
"""Characters that belong to the next one (`Grapheme_Cluster_Break=Prepend`)."""


def held_back(text: str, whole: Whole | None, line: str = "") -> int:
    """Return how many characters at the end of a text have to wait for the next ones.

    Args:
        text: The text that is not delivered yet.
        whole: What must not be split.
        line: The delivered part of the line that the text continues.
    """
    if whole is None or not text:
        return 0
    held = _open_cluster(text)
    if whole == "fence":
        held = max(held, _open_fence(text, line))
    return held if held <= LONGEST else 0


def line_after(line: str, text: str) -> str:
    """Return the delivered part of the line that is open after a text.

    It is the first characters of a long one, which cannot become a fence.
    """
    return (line + text).rpartition("\n")[2][:_LONGEST_PREFIX]


def _open_fence(text: str, line: str) -> int:
    rest = text.rpartition("\n")[2]
    whole_line = line + rest if len(rest) == len(text) else rest
    found = _FENCE.match(whole_line)
    # The marks of a quote or a list may have been delivered already.
    return min(len(found["fence"]), len(rest)) if found else 0


def _open_cluster(text: str) -> int:
    """Return the length of the last cluster, 0 if nothing can become a part of it."""
    if _is_control(text[-1]) and text[-1] != "\r":
        return 0
    at = len(text) - 1
    while at and len(text) - at <= LONGEST and _is_joined(text, at):
        at -= 1
    return len(text) - at


def _is_joined(text: str, at: int) -> bool:
    """Whether the character at an index belongs to the one before it."""
    before, after = text[at - 1], text[at]
    if _is_control(before) or _is_control(after):
        return False
    if _extends(after) or before == _ZWJ or before in _PREPENDED:
        return True
    if "\ud800" <= before <= "\udbff" and "\udc00" <= after <= "\udfff":
        return True
    if unicodedata.category(after) == "Lo" and _ends_in_virama(text, at):
        return True
    if _is_regional(before) and _is_regional(after):
        return _regionals_before(text, at) % 2 == 1
    return _is_hangul_joined(before, after)


def _is_control(character: str) -> bool:
    category = unicodedata.category(character)
    if category == "Cf":
        is_tag = "\U000e0020" <= character <= "\U000e007f"
        return not (is_tag or character in (_ZWJ, _ZWNJ) or character in _PREPENDED)
    return category in ("Cc", "Zl", "Zp")


def _extends(character: str) -> bool:
    return (
        unicodedata.category(character)[0] == "M"
        or character in (_ZWJ, _ZWNJ)
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\uff9e" <= character <= "\uff9f"
        or "\U000e0020" <= character <= "\U000e007f"
        or character in ("\u0e33", "\u0eb3")
    )


def _ends_in_virama(text: str, end: int) -> bool:
    """Whether a text up to an index ends with a virama, perhaps with other signs."""
    at = end - 1
    while at and _extends(text[at]) and unicodedata.combining(text[at]) != _VIRAMA:
        at -= 1
    return unicodedata.combining(text[at]) == _VIRAMA


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _regionals_before(text: str, at: int) -> int:
    first = at
    while first and _is_regional(text[first - 1]):
        first -= 1
    return at - first


def _is_hangul_joined(before: str, after: str) -> bool:
    """Whether two parts of a Korean syllable are joined."""
    first, second = _hangul(before), _hangul(after)
    return (first, second) in _HANGUL_PAIRS


_HANGUL_PAIRS = frozenset(
    [
        *[("L", second) for second in ("L", "V", "LV", "LVT")],
        *[(first, second) for first in ("LV", "V") for second in ("V", "T")],
        ("LVT", "T"),
        ("T", "T"),
    ]
)
_HANGUL_RANGES = (
    ("\u1100", "\u115f", "L"),
    ("\ua960", "\ua97c", "L"),
    ("\u1160", "\u11a7", "V"),
    ("\ud7b0", "\ud7c6", "V"),
    ("\u11a8", "\u11ff", "T"),
    ("\ud7cb", "\ud7fb", "T"),
)


def _hangul(character: str) -> str:
    if "\uac00" <= character <= "\ud7a3":
        return "LVT" if (ord(character) - 0xAC00) % 28 else "LV"
    for first, last, kind in _HANGUL_RANGES:
        if first <= character <= last:
            return kind
    return ""
