"""Define and check the fields of `ChatSSE`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    AliasChoices,
    Field,
    PrivateAttr,
    field_validator,
    model_validator,
)

from langchain_sse_chat._version import __version__
from langchain_sse_chat.answer.pipeline import OnTruncation
from langchain_sse_chat.dialect import ReasoningEcho
from langchain_sse_chat.exchange.access_token import AccessGrant
from langchain_sse_chat.exchange.endpoint_attempts import OnDisconnect
from langchain_sse_chat.exchange.retry import RetryPolicy
from langchain_sse_chat.providers import Provider, find_provider
from langchain_sse_chat.request.headers import check_headers
from langchain_sse_chat.secrets import masked
from langchain_sse_chat.settings.address import (
    endpoint_root,
    key_in_environment,
    missing_key,
)
from langchain_sse_chat.settings.arguments import understood
from langchain_sse_chat.settings.checked_model import CheckedModel
from langchain_sse_chat.settings.field_types import (
    ApiKey,
    OwnAsyncClient,
    OwnClient,
    ResponseFormat,
    Timeout,
    Verify,
)
from langchain_sse_chat.settings.field_use import Use, fields_for
from langchain_sse_chat.transport.aiohttp_transport import AsyncTransport
from langchain_sse_chat.transport.clients import ClientSettings
from langchain_sse_chat.transport.protocols import Timeouts
from langchain_sse_chat.transport.proxies import proxies_of
from langchain_sse_chat.transport.tls import Certificate, check_verify
from langchain_sse_chat.transport.url import check_url, safe_url, socket_path
from langchain_sse_chat.wire.tags import ReasoningTags, tag_splitter

_TIMEOUTS = Timeouts()
_RETRIES = RetryPolicy()


class ChatSSESettings(CheckedModel):
    """The server, the request parameters, and the treatment of answers."""

    model: Annotated[str, Use.BODY] = Field(
        validation_alias=AliasChoices("model", "model_name")
    )
    """The model's name on the server. Also accepted as `model_name`."""

    provider: Annotated[str | Provider | None, Use.MODEL] = None
    """The provider: a name from the table or a `Provider` of your own. Default: the
    provider of the host in `base_url`; OpenAI without a `base_url`."""

    base_url: Annotated[str | None, Use.MODEL] = None
    """The part of the address before `/chat/completions`. Default: the provider's
    environment variable, then the provider's address. A Unix socket is
    `http+unix://%2Frun%2Fllama.sock/v1`."""

    api_key: Annotated[ApiKey | None, Use.MODEL] = None
    """The key, or a function (sync or async) that returns it for each call. Default:
    the provider's environment variable. A server that is not in the table gets a key
    only if you pass it here."""

    temperature: Annotated[float | None, Use.BODY] = None
    """The sampling temperature: higher values give more varied answers."""

    top_p: Annotated[float | None, Use.BODY] = None
    """Nucleus sampling: the probability mass that tokens are sampled from."""

    max_tokens: Annotated[int | None, Use.BODY] = Field(
        default=None,
        validation_alias=AliasChoices("max_tokens", "max_completion_tokens"),
    )
    """The limit on generated tokens, sent under the name that the server expects."""

    stop: Annotated[list[str] | str | None, Use.BODY] = Field(
        default=None, validation_alias=AliasChoices("stop", "stop_sequences")
    )
    """Stop sequences. The `stop` of a call replaces them."""

    seed: Annotated[int | None, Use.BODY] = None
    """Seed for reproducible sampling, as far as the server supports it."""

    n: Annotated[int | None, Use.BODY] = Field(default=None, ge=1)
    """Number of answers to generate. Streams yield the first; the others are in
    `response_metadata["other_choices"]`."""

    presence_penalty: Annotated[float | None, Use.BODY] = None
    """Penalty for tokens that have already occurred."""

    frequency_penalty: Annotated[float | None, Use.BODY] = None
    """Penalty for tokens by how often they have occurred."""

    logit_bias: Annotated[dict[str, float] | None, Use.BODY] = None
    """Values added to logits, by token ID."""

    logprobs: Annotated[bool | None, Use.BODY] = None
    """Whether to return log probabilities, in `response_metadata["logprobs"]`."""

    top_logprobs: Annotated[int | None, Use.BODY] = None
    """Number of alternatives to return for each token."""

    reasoning_effort: Annotated[str | None, Use.BODY] = None
    """The reasoning effort, in the server's terms: `low`, `medium`, `high`, …"""

    response_format: Annotated[ResponseFormat, Use.BODY] = None
    """A schema, or a value sent as it is, such as `{"type": "json_object"}`."""

    parallel_tool_calls: Annotated[bool | None, Use.BODY] = None
    """Whether the model may call several tools in one answer."""

    user: Annotated[str | None, Use.BODY] = None
    """Your identifier of the end user."""

    model_kwargs: Annotated[dict[str, Any], Use.MODEL] = Field(default_factory=dict)
    """Additional keys of the request's body. Unknown constructor arguments go here."""

    streaming: Annotated[bool | None, Use.MODEL] = None
    """`True` streams in `invoke` too, so that callbacks see each token. `False`
    switches streaming off, even in `stream`. Default: `stream` streams, `invoke` does
    not."""

    stream_usage: Annotated[bool | None, Use.CALL] = None
    """Whether to request token counts in a stream. Default: yes, and if the server
    rejects the option, the request is sent again without it."""

    reasoning_tags: Annotated[ReasoningTags | None, Use.CALL] = None
    """Tags around reasoning in the text, such as `("<think>", "</think>")`. The text
    between them becomes reasoning. With an empty first tag, the answer starts as
    reasoning. Default: text is not changed."""

    reasoning_echo: Annotated[ReasoningEcho | None, Use.CALL] = None
    """When to send the reasoning of earlier answers back to the server: `never`, for
    answers with tool calls and their results (`tool_turns`), or `always`. Default: set
    by the provider's dialect."""

    on_truncation: Annotated[OnTruncation, Use.CALL] = "raise"
    """How to treat a truncated stream: `raise` a `StreamTruncatedError`, or return the
    part received with a warning in the log (`warn`) or silently (`accept`)."""

    on_disconnect: Annotated[OnDisconnect | None, Use.CALL] = None
    """How to react when a stream breaks after its first token: `raise`, with the
    message so far as `partial`, or `resume`: request the rest, up to `max_retries`
    times, and remove repetitions. Default: resume only at the `fallbacks`."""

    timeout: Annotated[Timeout, Use.CALL] = Field(
        default=None, validation_alias=AliasChoices("timeout", "request_timeout")
    )
    """Seconds to connect, to send, to get a connection from the pool, and for an entire
    answer that is not streamed; or an `httpx.Timeout`. Default: 10 to connect, 60 to
    send and for the pool, 600 for an answer."""

    first_token_timeout: Annotated[float | None, Use.CALL] = _TIMEOUTS.first_token
    """Seconds from the request to the first progress of a stream; `None` for no
    limit."""

    stream_chunk_timeout: Annotated[float | None, Use.CALL] = _TIMEOUTS.gap
    """Seconds between two events with progress in a stream; keep-alive comments do not
    count. `None` for no limit."""

    max_retries: Annotated[int, Use.CALL] = Field(default=_RETRIES.max_retries, ge=0)
    """Number of times a failed request is sent again before the first token, plus the
    times a stream is resumed with `on_disconnect="resume"`. 0 sends one request."""

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
    the proxies of the environment, for requests to other machines."""

    async_transport: Annotated[AsyncTransport, Use.MODEL] = Field(
        default="auto", exclude=True
    )
    """The library that sends async requests: `aiohttp`, `httpx`, or `auto` for aiohttp
    when `langchain-sse-chat[aiohttp]` is installed. Requests through a proxy or to a
    Unix socket always use httpx."""

    include_response_headers: Annotated[bool, Use.CALL] = False
    """Whether to put the response headers into `response_metadata["headers"]`."""

    record: Annotated[str | Path | None, Use.CALL] = Field(default=None, exclude=True)
    """A folder to record every exchange in, without secrets but with prompts and
    answers, for bug reports or playback. Default: nothing is recorded."""

    retry_policy: ClassVar[RetryPolicy] = _RETRIES
    """The waits between attempts; a subclass may override them. `max_retries` sets the
    number of attempts."""

    _provider: Provider = PrivateAttr()
    _address: str = PrivateAttr()
    _key: ApiKey | None = PrivateAttr()
    _frames: dict[Any, Any] = PrivateAttr(default_factory=dict)
    """The shared parts of calls, by the values they depend on other than fields."""

    _MADE: ClassVar[tuple[str, ...]] = ("_provider", "_address", "_key", "_frames")
    _FOUND: ClassVar[tuple[str, ...]] = ("base_url", "api_key")

    @model_validator(mode="before")
    @classmethod
    def _understand_arguments(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Map the arguments to the names of the fields."""
        return understood(cls, values)

    @field_validator("logit_bias", mode="before")
    @classmethod
    def _name_tokens(cls, value: Any) -> Any:
        """Accept token IDs as numbers, like other packages."""
        if not isinstance(value, Mapping):
            return value
        return {str(token): bias for token, bias in value.items()}

    def _find_endpoint(self) -> None:
        """Find the provider, the address and the key."""
        base_url = self._given("base_url")
        self._provider = provider = find_provider(self.provider, base_url)
        self._address = address = endpoint_root(provider, base_url)
        check_url(address, "base_url")
        key = self._given("api_key")
        if key is None:
            key = key_in_environment(provider)
        if key is None and self._needs_key(provider, address):
            raise missing_key(provider)
        self._key = key
        # Shown, but not counted as set: another provider has other values.
        vars(self).update(base_url=address, api_key=key)

    def _derive(self) -> None:
        self._find_endpoint()
        self._frames = {}

    def _needs_key(self, provider: Provider, base_url: str) -> bool:
        """Whether the provider requires a key."""
        return provider.needs_key_at(base_url)

    @model_validator(mode="after")
    def _check_reasoning_tags(self) -> Self:
        """Check that the two tags differ."""
        if self.reasoning_tags is not None:
            tag_splitter(self.reasoning_tags)
        return self

    @model_validator(mode="after")
    def _check_connections(self) -> Self:
        """Check what a call needs, so that a fault shows before the first one."""
        given = Timeouts(
            first_token=self.first_token_timeout, gap=self.stream_chunk_timeout
        )
        given.overridden_by(self.timeout)
        check_verify(self.verify)
        if self.proxy is not None:
            proxies_of(self.proxy)
        if self.default_headers:
            check_headers(self.default_headers)
        return self

    @model_validator(mode="after")
    def _set_sse_chat_version(self) -> Self:
        """Name this package in the metadata of traces."""
        self._add_version("langchain-sse-chat", __version__)
        return self

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

    @property
    def model_name(self) -> str:
        """The model's name on the server."""
        return self.model

    @property
    def lc_secrets(self) -> dict[str, str]:
        """The constructor argument that is a secret, and its environment variable."""
        return {"api_key": self._provider.api_key_env or "API_KEY"}

    @classmethod
    def is_lc_serializable(cls) -> bool:
        """Whether LangChain may write this model as JSON: yes, without secrets."""
        return True

    @property
    def _identifying_params(self) -> dict[str, Any]:
        names, own = fields_for(type(self), Use.BODY), vars(self)
        params = {
            "model": self.model,
            "base_url": safe_url(self._address),
            "provider": self._provider.name,
            "streaming": self.streaming,
            **{name: own[name] for name in names},
            **(masked(self.model_kwargs) if self.model_kwargs else {}),
        }
        return {key: value for key, value in params.items() if value is not None}

    def _client_settings(self) -> ClientSettings:
        return ClientSettings(
            verify=self.verify,
            proxy=self.proxy,
            cert=self.cert,
            uds=socket_path(self._address),
            async_transport=self.async_transport,
        )
