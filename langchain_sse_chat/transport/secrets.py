"""The secrets of requests, and what takes them out of that which is written down."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from langchain_sse_chat.transport.spec import RequestSpec

HIDDEN = "***"
"""Stands where a secret was."""

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
        "x-title",
    }
)
"""Headers of a request that may be shown. All others are taken for secrets."""

_NAMES_A_SECRET = re.compile(
    r"(?:authorization|authentication|key|token|secret|signature|password|credential"
    r"|cookie|header|(?:^|[_-])(?:auth|sig|code))s?$",
    re.IGNORECASE,
)
"""Names of fields and of query parameters whose values are secrets."""

_CONVERSATION = "messages"
_SCHEMA_FIELDS = "properties"

SHORTEST = 8
"""Texts with fewer characters are words such as `true`, and would be found anywhere."""


class Secrets:
    """The secrets of an exchange, as far as its requests have shown them."""

    def __init__(self) -> None:
        self._forms: list[str] = []

    @property
    def forms(self) -> list[str]:
        """The secrets in each form in which a server may repeat them, longest first."""
        return self._forms

    def learn(self, spec: RequestSpec) -> None:
        """Learn the secrets in a request's headers, URL and body."""
        shown = shown_headers(spec.headers)
        found = [v for name, v in spec.headers.items() if shown[name] is HIDDEN]
        found += [
            *(value.partition(" ")[2] for value in found),  # the key in `Bearer …`
            *chain.from_iterable(map(_login, found)),
        ]
        parts = urlsplit(spec.url)
        login = [parts.username or "", parts.password or ""]
        found += [*login, *map(unquote, login)]
        query = parse_qsl(parts.query)
        found += [value for name, value in query if _NAMES_A_SECRET.search(name)]

        def collect(text: str) -> str:
            found.append(text)
            return text

        _walk(spec.body, named=collect, other=str)
        self._keep(text for text in found if len(text) >= SHORTEST)

    def _keep(self, texts: Iterable[str]) -> None:
        forms = set(self._forms)
        for text in texts:
            forms |= {text, json.dumps(text)[1:-1], text.replace("/", r"\/")}
            forms.add(quote(text, safe=""))
        # One may be a part of another.
        self._forms = sorted(forms, key=len, reverse=True)

    def hide(self, text: str) -> str:
        """Return a text without the secrets, also where one is cut off."""
        for form in self._forms:
            text = _hidden(text, form)
        return text

    def shown_body(self, spec: RequestSpec) -> Any:
        """Return a request's body as JSON without secrets.

        Texts in fields that are named like secrets are hidden, but for those of the
        messages, which are the conversation. A body that is not JSON is hidden whole.
        """
        return _walk(spec.body, named=lambda _: HIDDEN, other=self.hide)


def shown_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return a request's headers with the values that may be shown."""
    return {k: v if k.lower() in _HARMLESS else HIDDEN for k, v in headers.items()}


def _login(header: str) -> list[str]:
    """Return user and password of a header for basic authentication (RFC 7617)."""
    scheme, _, pair = header.partition(" ")
    if scheme.lower() != "basic":
        return []
    try:
        user, _, password = b64decode(pair, validate=True).decode().partition(":")
    except ValueError:
        return []
    return [user, password]


def query_names(url: str) -> list[str]:
    """Return the names of the parameters in a URL, without their values."""
    return [name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)]


def _hidden(text: str, secret: str) -> str:
    """Return a text without a secret and without the first half of it, or more."""
    half = secret[: max(SHORTEST, len(secret) // 2)]
    at = text.find(half)
    while at >= 0:
        end = at + len(half)
        while end - at < len(secret) and text[end : end + 1] == secret[end - at]:
            end += 1
        text = f"{text[:at]}{HIDDEN}{text[end:]}"
        at = text.find(half, at + len(HIDDEN))
    return text


Change = Callable[[str], str]


def _walk(body: bytes, *, named: Change, other: Change) -> Any:
    """Return a body with changed texts.

    Args:
        body: JSON; in place of anything else, `HIDDEN` is returned.
        named: Changes the texts in fields that are named like secrets.
        other: Changes all other texts.
    """
    try:
        return _changed(json.loads(body), named, other)
    except (ValueError, RecursionError):
        return HIDDEN


def _changed(value: Any, named: Change, other: Change) -> Any:
    if isinstance(value, dict):
        return {name: _field(name, v, named, other) for name, v in value.items()}
    if isinstance(value, list):
        return [_changed(item, named, other) for item in value]
    return other(value) if isinstance(value, str) else value


def _field(name: str, value: Any, named: Change, other: Change) -> Any:
    if name == _SCHEMA_FIELDS and isinstance(value, dict):
        # These are names of arguments, and what is below describes them.
        return {key: _changed(item, named, other) for key, item in value.items()}
    if name == _CONVERSATION:
        return _changed(value, other, other)
    if _NAMES_A_SECRET.search(name):
        return _changed(value, named, named)
    return _changed(value, named, other)
