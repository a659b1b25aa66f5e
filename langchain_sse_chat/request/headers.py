"""Build the headers of a request."""

from __future__ import annotations

import re
from collections.abc import Mapping

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.secrets.masking import MaskedStr, masked_values

# RFC 9110, section 5.6.2 (token) and 5.5 (field value, here without obs-text).
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(r"(?:[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?)?")


def request_headers(
    streamed: bool,  # noqa: FBT001 - the first thing a reader asks of a request
    api_key_header: Mapping[str, str],
    extra: Mapping[str, object] | None = None,
) -> dict[str, str]:
    """Return the validated headers of a request.

    They request `identity` encoding, because a proxy that compresses an event stream
    also delays it until a block is full.

    Args:
        streamed: Whether to request an event stream, rather than one JSON object.
        api_key_header: The header with the key, empty without a key.
        extra: The caller's headers. They replace headers of the same name, ignoring
            case; the value `None` removes a header.

    Raises:
        ConfigurationError: A name or a value is not valid in a header. The message
            names the header and does not show the value.
    """
    own = {
        "Accept": "text/event-stream" if streamed else "application/json",
        "Accept-Encoding": "identity",
        "Content-Type": "application/json",
    }
    if streamed:
        own["Cache-Control"] = "no-store"
    merged: dict[str, tuple[str, object]] = {}
    for source in (own, api_key_header, extra or {}):
        values = masked_values(source)
        merged.update({name.lower(): (name, value) for name, value in values.items()})
    return {
        name: _checked(name, MaskedStr(value))
        for name, value in merged.values()
        if value is not None
    }


def check_headers(headers: Mapping[str, str]) -> None:
    """Check headers that a request will have.

    Raises:
        ConfigurationError: As in `request_headers`.
    """
    for name, value in masked_values(headers).items():
        _checked(name, value)


def _checked(name: str, value: str) -> str:
    if not _NAME.fullmatch(name):
        msg = f"{name!r} cannot be the name of a header; use letters, digits and '-'."
        raise ConfigurationError(msg)
    if not _VALUE.fullmatch(value):
        msg = (
            f"The value for the header {name!r} cannot be sent: it has spaces or a "
            "line break at an end, control characters, or characters outside ASCII. "
            "If it holds the API key, the key was not copied cleanly."
        )
        raise ConfigurationError(msg)
    return value
