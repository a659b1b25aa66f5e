"""Check the settings of an application."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.serve.asgi.keys import ApiKeys

_LISTS = ("cors_origins", "allowed_hosts")
_NUMBERS = (
    "keep_alive",
    "commit_after",
    "max_body",
    "max_streams",
    "max_seconds",
    "body_seconds",
    "reader_seconds",
    "drain_seconds",
)


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

    def __post_init__(self) -> None:
        for name in _LISTS:
            value = getattr(self, name)
            if isinstance(value, str):
                msg = f"Invalid `{name}`: {value!r}. Pass a list."
                raise ConfigurationError(msg)
        for name in _NUMBERS:
            value = getattr(self, name)
            if not (isinstance(value, (int, float)) and value > 0):
                msg = f"Invalid `{name}`: {value!r}. Pass a number greater than 0."
                raise ConfigurationError(msg)
