"""httpcore, imported at its first use: with the first client, as httpx does.

Its import, with that of h11, takes as long as a tenth of all modules of this package.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    """Return a name of httpcore, and keep it."""
    found = globals()[name] = getattr(import_module("httpcore"), name)
    return found
