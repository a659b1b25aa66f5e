"""Find the secrets of a request in its headers, its URL and its body."""

from __future__ import annotations

import contextlib
import json
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from langchain_sse_chat.errors import SSEChatError
from langchain_sse_chat.secrets.names import MASK, changed
from langchain_sse_chat.secrets.redaction import redact_error, redact_text
from langchain_sse_chat.secrets.spellings import MIN_SECRET_LENGTH, Spellings
from langchain_sse_chat.secrets.stream_redactor import KnownSecrets

_HARMLESS = frozenset(
    {
        "accept",
        "accept-encoding",
        "cache-control",
        "content-type",
        "http-referer",
        "referer",
        "rquid",
        "user-agent",
        "x-github-api-version",
        "x-openrouter-title",
        "x-title",
    }
)
"""Headers of a request that may be shown. All others are treated as secrets."""

_HARMLESS_PARAMETERS = frozenset({"api-version"})
"""Query parameters that may be shown, because errors often mention them."""

_SCHEMES = frozenset({"apikey", "basic", "bearer", "token"})
"""Words before the secret in a header, in lower case. They are not secret."""


class Secrets:
    """The secrets in the requests of an exchange.

    A request is searched when something is redacted for the first time, so that a call
    without an error does not pay for it.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        """Start with known secrets.

        Args:
            texts: Secrets that are not in a request.
        """
        self._texts = set(texts)
        self._unread: list[
            tuple[str, Mapping[str, str], bytes | Mapping[str, Any]]
        ] = []
        self._spellings: Spellings | None = None

    def learn(
        self, url: str, headers: Mapping[str, str], body: bytes | Mapping[str, Any]
    ) -> None:
        """Add the secrets of a request.

        Args:
            url: The URL with its query.
            headers: The headers.
            body: The body, as JSON text or as a JSON value.
        """
        self._unread.append((url, headers, body))

    def redact(self, text: str) -> str:
        """Return a text without the secrets, even truncated ones."""
        return redact_text(text, self._known())

    def redact_error(self, error: SSEChatError) -> None:
        """Redact the secrets in an error, its attributes and its causes."""
        redact_error(error, self._known())

    def redacted_body(self, body: bytes) -> Any:
        """Return a request's body as JSON without secrets.

        Strings in fields with the name of a secret are masked, except in the messages,
        which are the conversation. A body that is not JSON is masked entirely.
        """
        value = _value(body)
        if value is None:
            return MASK
        return changed(value, named=lambda _: MASK, other=self.redact)

    def redactor(self) -> KnownSecrets:
        """Return a redactor of these secrets for the bytes of a response."""
        return KnownSecrets(self._known())

    def _known(self) -> Spellings:
        if self._unread or self._spellings is None:
            for url, headers, body in self._unread:
                found = [*_in_headers(headers), *_in_url(url), *_in_body(body)]
                self._texts |= {
                    text for text in found if len(text) >= MIN_SECRET_LENGTH
                }
            self._unread.clear()
            self._spellings = Spellings(self._texts)
        return self._spellings


def shown_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return a request's headers, with only those values that may be shown."""
    return {k: v if k.lower() in _HARMLESS else MASK for k, v in headers.items()}


def query_names(url: str) -> list[str]:
    """Return the names of the parameters in a URL, without their values."""
    return [name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)]


def _in_headers(headers: Mapping[str, str]) -> Iterator[str]:
    for name, value in headers.items():
        if name.lower() in _HARMLESS:
            continue
        scheme, _, rest = str(value).partition(" ")
        if scheme.lower() not in _SCHEMES:
            yield str(value)
        yield rest
        with contextlib.suppress(ValueError):
            # The secret of `Basic` is a name and a password.
            pair = b64decode(rest, validate=True).decode()
            user, _, password = pair.partition(":")
            yield from (pair, user, password)


def _in_url(url: str) -> Iterator[str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    for text in (parts.username or "", parts.password or ""):
        yield from (text, unquote(text))
    for name, value in parse_qsl(parts.query):
        if name not in _HARMLESS_PARAMETERS:
            yield value


def _in_body(body: bytes | Mapping[str, Any]) -> list[str]:
    found: list[str] = []

    def collect(text: str) -> str:
        found.append(text)
        return text

    value = _value(body) if isinstance(body, bytes) else body
    changed(value, named=collect, other=str)
    return found


def _value(body: bytes) -> Any:
    """Return the value of JSON text, `None` for other bytes."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
