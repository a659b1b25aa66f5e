"""Name the word that a user probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_CUTOFF = 0.7
"""How similar words have to be, of 1: as much as `chta` and `chat`, and more than
`/foo` and `/tools`."""


def near_match(word: str, known: Iterable[str]) -> str:
    """Return a question that names the most similar word; empty if none is similar."""
    found = get_close_matches(word, list(known), n=1, cutoff=_CUTOFF)
    return f" Did you mean {found[0]}?" if found else ""
