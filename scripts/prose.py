"""Find stiff English: the patterns of the style guide in CONTRIBUTING.md.

Reads Markdown pages and Python files line by line. Ignored are code blocks of pages, a
line with `prose: allow`, the line below it, and everything between the lines
`<!-- prose: allow -->` and `<!-- prose: check -->`.

Run from the root of the project: `python -m scripts.prose [FILE …]`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PLACES = ("langchain_sse_chat", "docs", "examples", "scripts", "benchmarks", "tests")
ALLOWED = "prose: allow"


class Pattern(NamedTuple):
    """A turn of phrase that a reader stumbles over."""

    regex: re.Pattern[str]
    instead: str
    """What to write."""


def _pattern(regex: str, instead: str) -> Pattern:
    return Pattern(re.compile(regex), instead)


PATTERNS = (
    _pattern(r"\b(?:gone|goes|go|going) on with\b", "resume, continue"),
    _pattern(r"(?<!there )\b(?:is|are|was|were) none\b", "there is no …; is not a …"),
    _pattern(r"\bbut for\b", "except"),
    _pattern(r"\bin (?:the )?place of\b", "instead of"),
    _pattern(
        r"\b(?:for|to|by|of) who(?:m|ever)? (?!the\b)\w+", "users who, callers that"
    ),
    _pattern(r"(?i)\bheed(?:s|ed|ing)?\b", "honor, obey"),
    _pattern(r"\bmidst\b", "middle, during"),
    _pattern(r"\banew\b", "again"),
    _pattern(r"\b[Hh]ardly any", "few"),
    _pattern(r"\bpeculiarit", "difference, quirk"),
    _pattern(r"\bat once\b", "immediately; in one go; at the same time"),
    _pattern(r"\bwhatever\b[^.:;]*[.:;]$", "regardless of"),
    _pattern(r"\bis to be\b|\bare to be\b", "should, will, must"),
    _pattern(r'"""What |"""That |"""Who ', "name the thing"),
    _pattern(r'"""Learn(?:s)? ', "record, handle, receive"),
    _pattern(r'"""Return what ', "name what is returned"),
    _pattern(r'"""(?:Tell|Know|Want)s? ', "report, require, return"),
    _pattern(r"\bis waited for\b|\bis begun with\b", "wait for, start with"),
    _pattern(r"\bwants? to see\b|\bwishes?\b", "requires, requested"),
    _pattern(r"\bno (?:method|stream|JSON|object|answer): ", "say what it is"),
    _pattern(
        r"(?<!here )\b(?:is|are|was|were) no (?!(?:longer|more|less|smaller)\b)\w+",
        "is not a …",
    ),
    _pattern(r"\b(?:whatever|whichever) \w+ \w+", "regardless of"),
    _pattern(r"\bthat is no\b|\bwhich is no\b|\bwhat is no\b", "that is not a …"),
)

_FENCE = re.compile(r"^\s*(?:```|~~~)")
_BEGIN = f"<!-- {ALLOWED} -->"
_END = "<!-- prose: check -->"


class Finding(NamedTuple):
    """A line with a pattern in it."""

    file: Path
    line: int
    text: str
    instead: str


def findings(file: Path, text: str) -> Iterator[Finding]:
    """Yield the lines of a file that have a pattern."""
    in_code = allowed = False
    before = ""
    for number, line in enumerate(text.splitlines(), 1):
        if file.suffix == ".md" and _FENCE.match(line):
            in_code = not in_code
        elif _BEGIN in line or _END in line:
            allowed = _BEGIN in line
        elif not (in_code or allowed or ALLOWED in line or ALLOWED in before):
            for pattern in PATTERNS:
                found = pattern.regex.search(line)
                if found:
                    yield Finding(file, number, found[0].strip(), pattern.instead)
        before = line


def files() -> Iterator[Path]:
    """Yield the files that are read when none is named."""
    yield from sorted(ROOT.glob("*.md"))
    for place in PLACES:
        for suffix in ("*.py", "*.md"):
            for file in sorted((ROOT / place).rglob(suffix)):
                if "node_modules" not in file.parts:
                    yield file


def main(arguments: Iterable[str]) -> int:
    """Print the findings; return 1 when there are any."""
    count = 0
    for file in [Path(name) for name in arguments] or files():
        if file.resolve() == Path(__file__).resolve():
            continue
        for found in findings(file, file.read_text(encoding="utf-8")):
            count += 1
            name = found.file.resolve().relative_to(ROOT)
            print(f"{name}:{found.line}: {found.text!r}: write {found.instead}")
    if count:
        print(f"{count} phrases to rewrite. `prose: allow` in a line accepts it.")
    return int(count > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
