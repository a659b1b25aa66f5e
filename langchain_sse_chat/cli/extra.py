"""Report that the extra with the server is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

_PACKAGES = frozenset({"uvicorn", "starlette"})


class ExtraMissingError(Exception):
    """The server is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "This needs Starlette and uvicorn: pip install 'langchain-sse-chat[serve]'"
        )


@contextmanager
def needs_extra() -> Iterator[None]:
    """Report imports that fail because the extra is missing.

    Raises:
        ExtraMissingError: The extra is missing.
        ImportError: Another module is.
    """
    try:
        yield
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in _PACKAGES:
            raise
        raise ExtraMissingError from None
