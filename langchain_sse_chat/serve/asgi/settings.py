"""Check the settings of an application."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.serve.asgi.keys import ApiKeys

if TYPE_CHECKING:
    from redis.asyncio import Redis

_LISTS = {
    "cors_origins": (
        # As browsers send it: https://fetch.spec.whatwg.org/#origin-header
        re.compile(
            r"\*|null"
            r"|(?!https://.*:443$|http://.*:80$)[a-z][a-z0-9+.-]*://[^\s/?#@*,A-Z]+"
        ),
        "Pass scheme and host in lower case, such as 'https://example.com', or '*'.",
    ),
    "allowed_hosts": (
        re.compile(
            r"\*|(?:\*\.)?[^\s/:*,\[\]]*[^\s/:*,\[\].]"
            r"|[0-9A-Fa-f]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*"
        ),
        "Pass a name without scheme and port, such as 'example.com', or '*'.",
    ),
}
"""The form of their entries, and what to pass instead. Another never matches."""
_FLAGS = ("ui_system_messages", "page")
_NUMBERS = (
    "keep_alive",
    "commit_after",
    "max_body",
    "max_streams",
    "max_seconds",
    "body_seconds",
    "reader_seconds",
    "drain_seconds",
    "linger",
    "kept_seconds",
    "kept_bytes",
)
MEMORY = "memory://"
"""The value of `keep` that means the memory of the process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of an application, as `create_app` documents them.

    Raises:
        ConfigurationError: One of them is not valid.
    """

    api_keys: ApiKeys | None
    cors_origins: Collection[str]
    allowed_hosts: Collection[str] | None
    keep_alive: float
    commit_after: float
    max_body: int
    max_streams: int
    max_seconds: float
    body_seconds: float
    reader_seconds: float
    drain_seconds: float
    ui_system_messages: bool
    page: bool
    keep: str | Redis | None = field(repr=False)
    keep_prefix: str
    linger: float
    kept_seconds: float
    kept_bytes: int

    def __post_init__(self) -> None:
        for name, (form, advice) in _LISTS.items():
            value = getattr(self, name)
            if isinstance(value, str):
                msg = f"Invalid `{name}`: {value!r}. Pass a list."
                raise ConfigurationError(msg)
            for entry in value or ():
                if not (isinstance(entry, str) and form.fullmatch(entry)):
                    msg = f"Invalid entry {entry!r} of `{name}`. {advice}"
                    raise ConfigurationError(msg)
        for name in _FLAGS:
            value = getattr(self, name)
            if not isinstance(value, bool):
                msg = f"Invalid `{name}`: {value!r}. Pass True or False."
                raise ConfigurationError(msg)
        for name in _NUMBERS:
            value = getattr(self, name)
            if not (isinstance(value, (int, float)) and value > 0):
                msg = f"Invalid `{name}`: {value!r}. Pass a number greater than 0."
                raise ConfigurationError(msg)
        prefix: object = self.keep_prefix
        if not isinstance(prefix, str):
            msg = f"Invalid `keep_prefix`: {prefix!r}. Pass a text."
            raise ConfigurationError(msg)
