"""Where a server sends a caller on to, as it may be shown.

No redirect is followed: the request would go on with the key and the messages, to a
place that the user did not name (RFC 9110, section 15.4).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

_SHOWN = 200
"""Characters of a target that are shown."""


def redirect_target(status: int, headers: Mapping[str, str], url: str) -> str | None:
    """Return where an answer redirects to, `None` when it does not.

    Args:
        status: The HTTP status.
        headers: The answer's headers, names in lower case.
        url: The URL that answered, without query.
    """
    location = headers.get("location")
    if not 300 <= status < 400 or not location:  # noqa: PLR2004  the class of redirects
        return None
    return _shown(location, url)


def without_targets(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers with a location that has no query, fragment, user or password."""
    return {
        name: _shown(value, "") if name == "location" else value
        for name, value in headers.items()
    }


def _shown(location: str, url: str) -> str:
    try:
        parts = urlsplit(urljoin(url, location))
    except ValueError:  # an unclosed bracket
        return "a place that is no URL"
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=host, query="", fragment="").geturl()[:_SHOWN]
