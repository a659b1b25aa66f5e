"""Convert names and IDs to forms that servers accept, always in the same way."""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256

from langchain_sse_chat.dialect import ToolCallIds

_LONGEST_NAME = 64
"""OpenAI's limit for names of authors, functions and schemas
(https://platform.openai.com/docs/api-reference/chat/create)."""

_REFUSED = re.compile("[^a-zA-Z0-9_-]")
"""Characters that a name may not have, by the rules of the strictest server."""

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

_FORMS: dict[ToolCallIds, re.Pattern[str]] = {
    "any": re.compile("(?s).+"),
    "forty": re.compile("(?s).{1,40}"),
    "nine": re.compile("[a-zA-Z0-9]{9}"),
}


def acceptable_name(name: str) -> str:
    """Return a name of up to 64 letters, digits, `_` and `-`.

    An acceptable name is not changed. Otherwise accents are removed and every other
    character becomes `_`: `Stock Keeper` becomes `Stock_Keeper`. If that loses letters,
    or the name is too long, a hash of the full name is appended, so that different
    names stay different. Equal names give equal results.
    """
    if len(name) <= _LONGEST_NAME and not _REFUSED.search(name):
        return name
    plain = _without_accents(name)
    wire = _REFUSED.sub("_", plain)
    is_lossy = any(char.isalnum() and not char.isascii() for char in plain)
    if not is_lossy and len(wire) <= _LONGEST_NAME:
        return wire
    return marked_name(name)


def marked_name(name: str) -> str:
    """Return an acceptable name with a hash of the full name at the end."""
    mark = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    kept = re.sub("[^a-zA-Z0-9-]+", "_", _without_accents(name)).strip("_")
    return f"{kept[: _LONGEST_NAME - len(mark) - 1] or 'name'}_{mark}"


def _without_accents(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name)
    return "".join(char for char in letters if not unicodedata.combining(char))


class CallIds:
    """Gives each tool call of a conversation an ID that the server accepts.

    An acceptable ID that is not used yet is kept. Other IDs are derived from the
    replaced ID, so that a conversation keeps its IDs from one request to the next.
    """

    def __init__(self, form: ToolCallIds) -> None:
        self._form = form
        self._given: set[str] = set()

    def give(self, own: str | None, call: object) -> str:
        """Return the ID of the next call.

        Args:
            own: The call's own ID, if any.
            call: The call, from which the ID of a call without one is derived.
        """
        given = own or ""
        number = 0
        while given in self._given or not _FORMS[self._form].fullmatch(given):
            given = self._derived(f"{number}\n{own or call}")
            number += 1
        self._given.add(given)
        return given

    def _derived(self, seed: str) -> str:
        digest = sha256(seed.encode("utf-8", "surrogatepass")).digest()
        length = 9 if self._form == "nine" else 24
        text = "".join(_DIGITS[byte % len(_DIGITS)] for byte in digest[:length])
        return text if self._form == "nine" else f"call_{text}"
