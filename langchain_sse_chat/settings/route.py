"""Find where the requests of a model go, and what they carry besides a body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.exchange.access_token import AccessGrant
from langchain_sse_chat.exchange.retry import RetryPolicy
from langchain_sse_chat.providers import Provider
from langchain_sse_chat.request.headers import request_headers
from langchain_sse_chat.secrets.masking import MaskedStr, masked_values
from langchain_sse_chat.settings.connection import Connection
from langchain_sse_chat.transport.url import endpoint, without_user


class Route(NamedTuple):
    """The way of the requests of a call to the server."""

    url: str
    headers: Mapping[str, str]
    grant: AccessGrant | None
    """The grant for an access token, `None` if the headers hold the key."""
    policy: RetryPolicy
    record: Path | None
    """The folder for recordings, `None` to record nothing."""
    key_hint: str
    """Advice in the error when a request without a key is rejected."""


def find_route(
    settings: Connection,
    provider: Provider,
    path: str,
    *,
    key: str | None,
    model: str,
    used: Mapping[str, Any],
    streamed: bool,
    headers: Mapping[str, Any] | None = None,
    query: Mapping[str, Any] | None = None,
) -> Route:
    """Return the way of the requests of a call.

    Args:
        settings: The model.
        provider: The model's provider.
        path: The path after the root of the API, such as `/embeddings`.
        key: The API key, `None` for none.
        model: The model's name, which is a part of some addresses.
        used: The values of `max_retries`, `max_retry_after` and `record` for the call.
        streamed: Whether the requests ask for an event stream.
        headers: Headers of the call, which replace those of the model.
        query: Query parameters of the call, which replace those of the model.

    Raises:
        ConfigurationError: A setting cannot be sent, or two of them need one header.
    """
    root = provider.root(settings._address, model)  # noqa: SLF001  # found by the settings for this
    given_query = masked_values({**(settings.default_query or {}), **(query or {})})
    address, user = without_user(
        endpoint(root, path, provider.query(root, given_query))
    )
    given = masked_values(
        {
            **(settings.default_headers or {}),
            **settings._context_headers(),  # noqa: SLF001  # of its context
            **(headers or {}),
        }
    )
    grant = _grant(settings, key, given)
    key_header = provider.key_header(None if grant else key)
    if user is not None:
        _check_alone(grant, key_header, given)
        given = masked_values({**given, "Authorization": MaskedStr(user)})
    return Route(
        url=MaskedStr(address),
        headers=request_headers(
            streamed,
            masked_values(
                dict(provider.headers)
                | settings._environment_headers  # noqa: SLF001  # found as above
                | key_header
            ),
            given,
        ),
        grant=grant,
        policy=replace(
            settings._retries(),  # noqa: SLF001  # its own policy
            max_retries=used["max_retries"],
            max_retry_after=used["max_retry_after"],
        ),
        record=_record(used["record"]),
        key_hint="" if key else provider.missing_key_hint(given),
    )


def _record(folder: object) -> Path | None:
    """Return the folder for recordings. An empty string disables recording."""
    if folder is not None and not isinstance(folder, str | PathLike):
        kind = type(folder).__name__
        msg = f"`record` must be the path of a folder, not {kind}."
        raise ConfigurationError(msg)
    return Path(folder) if folder else None


def _grant(
    settings: Connection, key: str | None, headers: Mapping[str, Any]
) -> AccessGrant | None:
    """Return the grant for an access token, unless the user passes a token."""
    if _names_authorization(headers):
        return None
    return settings.access_grant(key)


def _check_alone(
    grant: AccessGrant | None, key_header: Mapping[str, Any], headers: Mapping[str, Any]
) -> None:
    """Check that nothing else needs the header that carries user and password.

    Raises:
        ConfigurationError: Something else needs it.
    """
    others = {
        "an access token": grant is not None,
        "an API key": _names_authorization(key_header, with_value=True),
        "a header `Authorization`": _names_authorization(headers, with_value=True),
    }
    for other, is_there in others.items():
        if is_there:
            msg = (
                f"`base_url` has a user and password, but {other} is set as well, and "
                "both need the header `Authorization`. Remove one of them."
            )
            raise ConfigurationError(msg)


def _names_authorization(
    headers: Mapping[str, Any], *, with_value: bool = False
) -> bool:
    return any(
        name.lower() == "authorization" and not (with_value and value is None)
        for name, value in headers.items()
    )
