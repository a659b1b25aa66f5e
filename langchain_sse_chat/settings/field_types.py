"""Define the types of fields, as type checkers see them."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import httpx
from pydantic import GetPydanticSchema, SecretStr, TypeAdapter
from pydantic_core.core_schema import any_schema, no_info_plain_validator_function

from langchain_sse_chat.providers import Provider

AS_IT_IS = GetPydanticSchema(lambda *_: any_schema())
"""Marks a field that is checked elsewhere, so that pydantic builds no schema for it."""


def _checked_provider(value: Any) -> Any:
    if value is None or isinstance(value, (str, Provider)):
        return value
    # A schema of all the fields below takes longer than that of the whole model.
    return TypeAdapter(Provider).validate_python(value)


ProviderField = Annotated[
    str | Provider | None,
    GetPydanticSchema(lambda *_: no_info_plain_validator_function(_checked_provider)),
]
"""The name of a provider, a `Provider`, or a dict with the fields of one."""

if TYPE_CHECKING:
    # A string is accepted and stored as a `SecretStr`.
    Secret = SecretStr | str
else:
    Secret = SecretStr

ApiKey = Secret | Callable[[], str] | Callable[[], Awaitable[str]]
"""A key, or a function that returns one for each call."""

Timeout = Annotated[
    float | tuple[float | None, float | None] | httpx.Timeout | None, AS_IT_IS
]
"""Seconds, `(connect, read)`, or an `httpx.Timeout`."""

Verify = Annotated[bool | str | Path | ssl.SSLContext, AS_IT_IS]
"""Whether TLS certificates are verified, and against which authorities."""

OwnClient = Annotated[httpx.Client | None, AS_IT_IS]
"""The user's own client for blocking calls."""

OwnAsyncClient = Annotated[httpx.AsyncClient | None, AS_IT_IS]
"""The user's own client for async calls."""

Reasoning = bool | str | dict[str, Any] | None
"""On or off, an effort, or an object such as `{"max_tokens": 2000}`."""

ResponseFormat = Annotated[Mapping[str, Any] | type | None, AS_IT_IS]
"""A schema, or a `response_format` in its wire form."""
