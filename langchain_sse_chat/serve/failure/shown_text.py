"""Remove secrets and addresses from a server's sentence before a client sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from langchain_sse_chat.secrets import MASK, Secrets
from langchain_sse_chat.serve.failure.foreign import attribute, text_items

_LONGEST = 1000
"""Characters of a sentence that are shown."""

_URL = re.compile(r"\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s'\"<>)\]}]+")

_KEYS = re.compile(
    # Keys with the prefix of their provider; servers shorten them with stars.
    r"\b(?:(?:sk|pk|rk|ak|gsk|csk|xai|pplx|nvapi|hf|ghp|gho|github_pat|glpat|xox[abp])"
    r"[-_]|AKIA|ASIA|AIza)[\w*.-]{8,}"
    r"|\beyJ[\w-]{8,}(?:\.[\w-]*){1,2}"  # JSON Web Tokens
    r"|(?<=[Bb]earer )\S{6,}|(?<=[Bb]asic )[A-Za-z0-9+/=]{6,}",
)

_NAMED = re.compile(
    r"((?:api[-_ ]?key|authorization|password|passwd|secret|token)"
    r"(?:\s+(?:provided|is))?[\"']?\s*[:=]\s*[\"']?)"
    r"(?!Bearer |Basic |[\d.,]+(?:\s|$))[^\s\"',;]{6,}",
    re.IGNORECASE,
)
"""A secret after its name. A number after `token` counts tokens."""


def shown(text: str, exception: BaseException) -> str:
    """Return a server's sentence without secrets, user information and queries.

    Args:
        text: The sentence.
        exception: The error that it comes from: the headers and the URL of its request
            hold secrets, if it has them.
    """
    secrets = Secrets()
    for request in _requests(exception):
        url, headers = attribute(request, "url"), attribute(request, "headers")
        secrets.learn(str(url or ""), text_items(headers), b"")
    safe = secrets.redact(" ".join(text.split()))
    safe = _URL.sub(lambda found: _without_query(found[0]), safe)
    safe = _NAMED.sub(rf"\1{MASK}", _KEYS.sub(MASK, safe))
    return safe if len(safe) <= _LONGEST else f"{safe[:_LONGEST]} …"


def _without_query(url: str) -> str:
    """Return scheme, host, port and path of a URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return MASK
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _requests(exception: BaseException) -> Iterator[Any]:
    for owner in (exception, attribute(exception, "response")):
        if (request := attribute(owner, "request")) is not None:
            yield request
