"""Redirect targets, safe to show in an error.

No redirect is followed: that would send the key and the messages to an address that the
user did not name (RFC 9110, section 15.4).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

_SHOWN = 200
"""Characters of a target that are shown, at most."""


def redirect_target(status: int, headers: Mapping[str, str], url: str) -> str | None:
    """Return the target of a redirect, `None` if a response is not one.

    Args:
        status: The HTTP status.
        headers: The response headers, with names in lower case.
        url: The URL of the request, without query.
    """
    location = headers.get("location")
    if not 300 <= status < 400 or not location:  # noqa: PLR2004  the class of redirects
        return None
    return _shown(location, url)


def without_targets(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers with query, fragment and credentials removed from a location."""
    return {
        name: _shown(value, "") if name == "location" else value
        for name, value in headers.items()
    }


def _shown(location: str, url: str) -> str:
    try:
        parts = urlsplit(urljoin(url, location))
    except ValueError:  # an unclosed bracket
        return "an invalid URL"
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=host, query="", fragment="").geturl()[:_SHOWN]
