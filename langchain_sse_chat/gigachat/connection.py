"""Define the fields about the connection to GigaChat: its credentials and certificates.

They have the names of `langchain_gigachat`.
"""

from __future__ import annotations

import base64
import json
import os
import ssl
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field, SecretStr, field_validator, model_validator

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.exchange.access_token import AccessGrant
from langchain_sse_chat.exchange.retry import RetryPolicy
from langchain_sse_chat.gigachat.context import context_headers
from langchain_sse_chat.gigachat.provider import GIGACHAT
from langchain_sse_chat.providers import Provider
from langchain_sse_chat.secrets.masking import MaskedStr
from langchain_sse_chat.settings.connection import Connection
from langchain_sse_chat.settings.field_types import ApiKey, Secret
from langchain_sse_chat.settings.field_use import Use
from langchain_sse_chat.transport.clients import ClientSettings
from langchain_sse_chat.transport.tls import Certificate
from langchain_sse_chat.transport.url import check_url

_LONGEST_WAIT = 60.0
"""Bound of the waits in seconds with a `retry_backoff_factor`, as in `gigachat`."""


class GigaChatConnection(Connection):
    """The connection to GigaChat."""

    _ENVIRONMENT: ClassVar[tuple[str, ...]] = (
        "credentials",
        "access_token",
        "user",
        "password",
        "scope",
        "auth_url",
        "base_url",
        "timeout",
        "max_retries",
        "verify_ssl_certs",
        "ca_bundle_file",
        "cert_file",
        "key_file",
        "key_file_password",
        "max_connections",
        "retry_backoff_factor",
        "retry_on_status_codes",
    )
    """Fields with an environment variable: `GIGACHAT_` and the name in capitals."""

    _FOUND: ClassVar[tuple[str, ...]] = ("base_url", "api_key", "credentials")

    _REPLACES: ClassVar = {
        "api_key": ("credentials",),
        "verify": ("verify_ssl_certs", "ca_bundle_file", "ssl_context"),
        "cert": ("cert_file", "key_file", "key_file_password"),
    }

    provider: Annotated[str | Provider | None, Use.MODEL] = "gigachat"
    """The provider; the dialect of another one would not fit."""

    credentials: Annotated[ApiKey | None, Use.MODEL] = None
    """The authorization key of the project (client ID and secret in Base64, as shown in
    GigaChat Studio), or a function that returns it. Same as `api_key`."""

    scope: Annotated[str | None, Use.MODEL] = None
    """The version of the API: `GIGACHAT_API_PERS` (default), `GIGACHAT_API_B2B` or
    `GIGACHAT_API_CORP`."""

    access_token: Annotated[Secret | None, Use.MODEL] = None
    """A ready access token. When the server rejects it, a new one is requested with
    `credentials`, or `user` and `password`, if they are set."""

    user: Annotated[str | None, Use.MODEL] = None
    """The user, for servers with users and passwords."""

    password: Annotated[Secret | None, Use.MODEL] = None
    """The user's password."""

    auth_url: Annotated[str | None, Use.MODEL] = None
    """The URL for access tokens. Default: Sber's `…:9443/api/v2/oauth`."""

    verify_ssl_certs: Annotated[bool, Use.MODEL] = True
    """Whether TLS certificates are verified. Prefer `ca_bundle_file` to `False`."""

    ssl_context: Annotated[ssl.SSLContext | None, Use.MODEL] = Field(
        default=None, repr=False, exclude=True
    )
    """A custom TLS context."""

    ca_bundle_file: Annotated[str | None, Use.MODEL] = None
    """The PEM file with the Russian Trusted Root CA, which signs GigaChat's
    certificates and is missing on most systems (https://www.gosuslugi.ru/crt)."""

    cert_file: Annotated[str | None, Use.MODEL] = None
    """The client's certificate, for access by certificate."""

    key_file: Annotated[str | None, Use.MODEL] = None
    """The client's private key."""

    key_file_password: Annotated[Secret | None, Use.MODEL] = None
    """The password of the private key."""

    max_connections: Annotated[int | None, Use.MODEL] = 1000
    """Limit on simultaneous connections, one per stream; `None` for no limit."""

    retry_backoff_factor: Annotated[float | None, Use.MODEL] = Field(default=None, ge=0)
    """Bound of the first wait before a retry in seconds, which doubles with each retry
    up to 60 seconds. Default: 0.5, and up to 8 seconds."""

    retry_on_status_codes: Annotated[tuple[int, ...] | None, Use.MODEL] = None
    """The HTTP statuses that are retried, and no others. Default: those that usually
    pass, such as 429, 500, 502, 503 and 504."""

    @field_validator("retry_on_status_codes", mode="before")
    @classmethod
    def _read_list(cls, value: Any) -> Any:
        """Accept the JSON text of a list, as in an environment variable."""
        if not isinstance(value, str):
            return value
        try:
            read = json.loads(value)
        except ValueError:
            return value.split(",")
        return [read] if isinstance(read, int) else read

    @classmethod
    def _understood(
        cls, given: Mapping[str, Any], *rest: Any, **more: Any
    ) -> dict[str, Any]:
        return super()._understood(with_additional_fields(given), *rest, **more)

    @model_validator(mode="before")
    @classmethod
    def _read_environment(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Read missing settings from the environment."""
        values = cls._understood(values)
        names = set(cls._ENVIRONMENT)
        # A given setting takes precedence over variables of related settings.
        for name, others in cls._REPLACES.items():
            if values.get(name) is not None:
                names -= {*others}
        if values.get("model_name") is not None:
            names.discard("model")
        found = {
            name: value
            for name in names
            if values.get(name) is None
            and (value := os.environ.get(f"GIGACHAT_{name.upper()}"))
        }
        return {**values, **found}

    def _needs_key(self, provider: Provider, base_url: str) -> bool:
        """Return `False`: a token, or user and password, work without a key."""
        del provider, base_url
        return False

    def _check_credentials(self) -> None:
        """Make one key of the two names, and refuse to do without any."""
        self._key = key = self._given("credentials") or self._key
        vars(self).update(api_key=key, credentials=key)
        has_user = self.user is not None and self.password is not None
        if not (key or self.access_token or has_user or self._certificate()):
            msg = (
                "No credentials for gigachat: set GIGACHAT_CREDENTIALS, or pass "
                "`credentials`, `access_token`, or `user` and `password`. "
                f"{GIGACHAT.hint}"
            )
            raise ConfigurationError(msg)
        if self.auth_url is not None:
            check_url(self.auth_url, "auth_url")

    def _client_settings(self) -> ClientSettings:
        return replace(
            super()._client_settings(),
            verify=self._trust(),
            cert=self._certificate(),
            max_connections=self.max_connections,
        )

    def _derive(self) -> None:
        super()._derive()
        self._check_credentials()

    def _trust(self) -> bool | str | Path | ssl.SSLContext:
        if not self.verify_ssl_certs:
            return False
        return self.ca_bundle_file or self.ssl_context or self.verify

    def _certificate(self) -> Certificate | None:
        if self.cert_file is None or self.key_file is None:
            return self.cert_file or self.cert
        if self.key_file_password is None:
            return (self.cert_file, self.key_file)
        secret = MaskedStr(_text(self.key_file_password))
        return (self.cert_file, self.key_file, secret)

    def _retries(self) -> RetryPolicy:
        """Return the waits between attempts, and what is retried."""
        policy = super()._retries()
        if self.retry_backoff_factor is not None:
            policy = replace(
                policy, initial=self.retry_backoff_factor, maximum=_LONGEST_WAIT
            )
        if self.retry_on_status_codes is not None:
            policy = replace(policy, statuses=frozenset(self.retry_on_status_codes))
        return policy

    def _context_headers(self) -> Mapping[str, Any]:
        """Return the headers that the program sets in `gigachat.context`."""
        return context_headers()

    def access_grant(self, key: str | None) -> AccessGrant | None:
        """Return the grant for access tokens.

        The key takes precedence over user and password; a given token is used first.

        Args:
            key: The authorization key of the call.
        """
        token = _text(self.access_token) if self.access_token else ""
        endpoint = self._provider.token
        if key is not None and endpoint is not None:
            url, scope = endpoint.at()
            basic = key.removeprefix("Basic ")
            return AccessGrant(
                self.auth_url or url,
                f"Basic {basic}",
                self.scope or scope,
                token,
                address="auth_url",
            )
        if self.user is not None and self.password is not None:
            pair = f"{self.user}:{_text(self.password)}"
            basic = base64.b64encode(pair.encode()).decode()
            url = f"{self._address.rstrip('/')}/token"
            return AccessGrant(url, f"Basic {basic}", access_token=token)
        return AccessGrant("", "", access_token=token) if token else None


def with_additional_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments with `additional_fields` as part of `extra_body`.

    That is the name of `langchain_gigachat` for keys of the request's body.

    Raises:
        ConfigurationError: `additional_fields` is not a mapping.
    """
    values = dict(given)
    fields = values.pop("additional_fields", None)
    if not fields:
        return values
    if not isinstance(fields, Mapping):
        kind = type(fields).__name__
        msg = f"`additional_fields` must be a dict of keys of the body, not {kind}."
        raise ConfigurationError(msg)
    own = values.get("extra_body") or {}
    if not isinstance(own, Mapping):
        return values  # an error of its own
    return {**values, "extra_body": {**fields, **own}}


def _text(secret: Secret) -> str:
    return secret.get_secret_value() if isinstance(secret, SecretStr) else secret
