"""Define the fields about the connection to a server, and what is made from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import AliasChoices, Field, PrivateAttr, model_validator

from langchain_sse_chat.exchange.access_token import AccessGrant
from langchain_sse_chat.exchange.retry import RetryPolicy
from langchain_sse_chat.providers import Provider, find_provider
from langchain_sse_chat.request.headers import check_headers
from langchain_sse_chat.secrets import masked
from langchain_sse_chat.settings.address import (
    address_setting,
    endpoint_root,
    environment_headers,
    key_in_environment,
    missing_key,
    proxy_in_environment,
    strict_root,
)
from langchain_sse_chat.settings.checked_model import CheckedModel
from langchain_sse_chat.settings.field_types import (
    ApiKey,
    OwnAsyncClient,
    OwnClient,
    ProviderField,
    Timeout,
    Verify,
)
from langchain_sse_chat.settings.field_use import Use
from langchain_sse_chat.settings.peer_names.table import CONNECTION_NAMES
from langchain_sse_chat.transport.aiohttp_transport import AsyncTransport
from langchain_sse_chat.transport.clients import ClientSettings, HTTPClients
from langchain_sse_chat.transport.protocols import Timeouts
from langchain_sse_chat.transport.proxies import proxies_of
from langchain_sse_chat.transport.tls import Certificate, check_verify
from langchain_sse_chat.transport.url import check_url, public_url, socket_path

_RETRIES = RetryPolicy()


class Connection(CheckedModel):
    """The server of a model, and how requests are sent to it."""

    model: Annotated[str, Use.BODY] = Field(
        validation_alias=AliasChoices("model", "model_name")
    )
    """The model's name on the server. Also accepted as `model_name`."""

    provider: Annotated[ProviderField, Use.MODEL] = None
    """The provider: a name from the table or a `Provider` of your own. Default: the
    provider of the host in `base_url`; OpenAI without a `base_url`."""

    base_url: Annotated[str | None, Use.MODEL] = None
    """The part of the address before `/chat/completions` or `/embeddings`. Default: the
    provider's environment variable, then the provider's address. A Unix socket is
    `http+unix://%2Frun%2Fllama.sock/v1`."""

    api_key: Annotated[ApiKey | None, Use.MODEL] = None
    """The key, or a function (sync or async) that returns it for each call. Default:
    the provider's environment variable. A server that is not in the table gets a key
    only if you pass it here."""

    model_kwargs: Annotated[dict[str, Any], Use.MODEL] = Field(default_factory=dict)
    """Additional keys of the request's body. Unknown constructor arguments go here."""

    timeout: Annotated[Timeout, Use.CALL] = Field(
        default=None, validation_alias=AliasChoices("timeout", "request_timeout")
    )
    """Seconds to connect, to send, to get a connection from the pool, and for an entire
    answer that is not streamed; or an `httpx.Timeout`. Default: 10 to connect, 60 to
    send and for the pool, 600 for an answer."""

    max_retries: Annotated[int, Use.CALL] = Field(default=_RETRIES.max_retries, ge=0)
    """Number of times a failed request is sent again. 0 sends one request."""

    max_retry_after: Annotated[float, Use.CALL] = Field(
        default=_RETRIES.max_retry_after, ge=0
    )
    """The longest `Retry-After` in seconds to wait for. A longer one raises the error
    immediately."""

    default_headers: Annotated[Mapping[str, str] | None, Use.MODEL] = Field(
        default=None, repr=False, exclude=True
    )
    """Headers for every request."""

    default_query: Annotated[Mapping[str, Any] | None, Use.MODEL] = Field(
        default=None, repr=False, exclude=True
    )
    """Query parameters for every request."""

    extra_body: Annotated[dict[str, Any] | None, Use.MODEL] = Field(
        default=None, repr=False
    )
    """Keys that replace those of the request's body last. The `extra_body` of a call
    is merged over this one."""

    http_client: Annotated[OwnClient, Use.MODEL] = Field(
        default=None, repr=False, exclude=True
    )
    """An `httpx.Client` of your own, used unchanged and never closed."""

    http_async_client: Annotated[OwnAsyncClient, Use.MODEL] = Field(
        default=None, repr=False, exclude=True
    )
    """An `httpx.AsyncClient` of your own, used unchanged and never closed."""

    verify: Annotated[Verify, Use.MODEL] = Field(default=True, repr=False, exclude=True)
    """How TLS is verified: `True`, the path of a CA file, an `ssl.SSLContext`, or
    `False` to switch it off."""

    cert: Annotated[Certificate | None, Use.MODEL] = Field(
        default=None, repr=False, exclude=True
    )
    """Your client certificate, for servers that require one: the path of a PEM file,
    `(certificate, key)`, or `(certificate, key, password)`."""

    proxy: Annotated[str | None, Use.MODEL] = Field(
        default=None, repr=False, exclude=True
    )
    """The URL of a proxy for all requests, with user and password if required. Default:
    the provider's environment variable, then the proxies of the environment, for
    requests to other machines."""

    async_transport: Annotated[AsyncTransport, Use.MODEL] = Field(
        default="auto", exclude=True
    )
    """The library that sends async requests: `aiohttp`, `httpx`, or `auto` for aiohttp
    when `langchain-sse-chat[aiohttp]` is installed. Requests through a proxy or to a
    Unix socket always use httpx."""

    record: Annotated[str | Path | None, Use.CALL] = Field(default=None, exclude=True)
    """A folder to record every exchange in, without secrets but with prompts and
    answers, for bug reports or playback. Default: nothing is recorded."""

    retry_policy: ClassVar[RetryPolicy] = _RETRIES
    """The waits between attempts; a subclass may override them. `max_retries` sets the
    number of attempts."""

    _provider: Provider = PrivateAttr()
    _address: str = PrivateAttr()
    _strict_address: str | None = PrivateAttr()
    _key: ApiKey | None = PrivateAttr()
    _environment_headers: dict[str, str] = PrivateAttr()
    _clients: HTTPClients = PrivateAttr()

    _MADE: ClassVar[tuple[str, ...]] = (
        *("_provider", "_address", "_strict_address", "_key", "_clients"),
        "_environment_headers",
    )
    _FOUND: ClassVar[tuple[str, ...]] = ("base_url", "api_key")
    _PEER_NAMES = CONNECTION_NAMES

    @model_validator(mode="before")
    @classmethod
    def _understand_arguments(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Map the arguments to the names of the fields."""
        return cls._understood(values)

    @model_validator(mode="after")
    def _check_connection(self) -> Self:
        """Check what a call needs, so that a fault shows before the first one."""
        check_verify(self.verify)
        if self.proxy is not None:
            proxies_of(self.proxy)
        if self.default_headers:
            check_headers(self.default_headers)
        return self

    @model_validator(mode="after")
    def _check_timeout(self) -> Self:
        """Check that the timeout is valid."""
        Timeouts().overridden_by(self.timeout)
        return self

    def _derive(self) -> None:
        super()._derive()
        self._find_endpoint()
        self._clients = HTTPClients(
            self._client_settings(),
            http_client=self.http_client,
            http_async_client=self.http_async_client,
        )

    def _find_endpoint(self) -> None:
        """Find the provider, the address and the key."""
        base_url = self._given("base_url")
        self._provider = provider = find_provider(self.provider, base_url)
        self._address = address = endpoint_root(provider, base_url)
        self._strict_address = strict_root(provider, base_url, address)
        check_url(address, address_setting(provider, base_url))
        self._environment_headers = environment_headers(provider, base_url)
        check_headers(self._environment_headers)
        key = self._given("api_key")
        if key is None:
            key = key_in_environment(provider)
        if key is None and self._needs_key(provider, address):
            raise missing_key(provider, is_chosen=self.provider is not None)
        self._key = key
        # Shown, but not counted as set: another provider has other values.
        vars(self).update(base_url=address, api_key=key)

    def _needs_key(self, provider: Provider, base_url: str) -> bool:
        """Whether the provider requires a key."""
        return provider.needs_key_at(base_url)

    def _client_settings(self) -> ClientSettings:
        return ClientSettings(
            verify=self.verify,
            proxy=proxy_in_environment(self._provider)
            if self.proxy is None
            else self.proxy,
            cert=self.cert,
            uds=socket_path(self._address),
            async_transport=self.async_transport,
        )

    def _retries(self) -> RetryPolicy:
        """Return the waits between attempts, and what is retried."""
        return self.retry_policy

    def _context_headers(self) -> Mapping[str, Any]:
        """Return headers that the program sets for the calls of its context."""
        return {}

    def access_grant(self, key: str | None) -> AccessGrant | None:
        """Return the grant for an access token, if the provider requires one.

        Args:
            key: The API key of the call.
        """
        endpoint = self._provider.token
        if endpoint is None or key is None:
            return None
        url, scope = endpoint.at()
        basic = f"Basic {key.removeprefix('Basic ')}"
        return AccessGrant(url, basic, scope, address=endpoint.url_env or "base_url")

    def __getstate__(self) -> dict[Any, Any]:
        self._clients.check_picklable()
        return super().__getstate__()

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Show no secrets: not those in the address, and not those in the body."""
        shown = {
            "base_url": public_url(self._address),
            "model_kwargs": masked(self.model_kwargs),
        }
        for name, value in super().__repr_args__():
            yield name, shown.get(name or "", value)

    def close(self) -> None:
        """Close the connections of sync methods, unless another model uses them.

        Optional: shared connections close by themselves. The model can be used again.
        """
        self._clients.close()

    async def aclose(self) -> None:
        """Close the connections of this event loop, unless another model uses them."""
        await self._clients.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()
