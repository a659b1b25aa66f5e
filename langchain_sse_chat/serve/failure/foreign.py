"""Read attributes of objects whose classes are not known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def attribute(owner: object, name: str) -> Any:
    """Return an attribute, `None` if there is none or reading it fails.

    `httpx` raises for the request of an error that has none.
    """
    try:
        return getattr(owner, name, None)
    except Exception:  # noqa: BLE001  a property of a foreign class
        return None


def text_items(headers: object) -> dict[str, str]:
    """Return headers with names in lower case, empty for anything else."""
    if not isinstance(headers, Mapping):
        return {}
    return {str(name).lower(): str(value) for name, value in headers.items()}
