"""Regular expressions that are compiled at their first use.

Compiling one takes up to 2 ms. Those that read errors are compiled when the first error
arrives. Those that every call needs are compiled by the import, so that the first call
does not wait for them.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _LazyPattern:
    """Compiles an expression when one of its attributes is needed."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self._pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the compiled expression, and keep it."""
        found = getattr(re.compile(self._pattern, self._flags), name)
        setattr(self, name, found)
        return found


def lazy_pattern(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return an expression that is used as a compiled one.

    Args:
        pattern: The expression.
        flags: Those of `re.compile`.

    Raises:
        re.error: At the first use, when the expression is not valid.
    """
    return cast("re.Pattern[AnyStr]", _LazyPattern(pattern, flags))
