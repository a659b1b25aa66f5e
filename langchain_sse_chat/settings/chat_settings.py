"""The settings of `ChatSSE`: its fields, and what they are checked for."""

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
from langchain_sse_chat.transport.tls import Certificate
from langchain_sse_chat.transport.url import check_url, safe_url, socket_path
from langchain_sse_chat.wire.tags import ReasoningTags, tag_splitter

_TIMEOUTS = Timeouts()
_RETRIES = RetryPolicy()


class ChatSSESettings(CheckedModel):
    """Where to ask, what to ask for, and how to read the answer."""

    model: Annotated[str, Use.BODY] = Field(
        validation_alias=AliasChoices("model", "model_name")
    )
    """The model's name on the server. Also accepted as `model_name`."""

    provider: Annotated[str | Provider | None, Use.MODEL] = None
    """The provider: a name from the table or a `Provider` of your own. Default: found
    from the host of `base_url`; OpenAI without one."""

    base_url: Annotated[str | None, Use.MODEL] = None
    """The part of the address before `/chat/completions`. Default: the provider's
    environment variable, then the provider's address. A Unix socket is
    `http+unix://%2Frun%2Fllama.sock/v1`."""

    api_key: Annotated[ApiKey | None, Use.MODEL] = None
    """The key, or a function (sync or async) that returns it for each call. Default:
    the provider's environment variable. A server that is in no table gets a key only
    when one is passed here."""

    temperature: Annotated[float | None, Use.BODY] = None
    """How freely tokens are chosen."""

    top_p: Annotated[float | None, Use.BODY] = None
    """The share of probability that tokens are chosen from."""

    max_tokens: Annotated[int | None, Use.BODY] = Field(
        default=None,
        validation_alias=AliasChoices("max_tokens", "max_completion_tokens"),
    )
    """The limit on generated tokens, sent under the name that the server wants."""

    stop: Annotated[list[str] | str | None, Use.BODY] = Field(
        default=None, validation_alias=AliasChoices("stop", "stop_sequences")
    )
    """Texts that end the answer. Those of a call take their place."""

    seed: Annotated[int | None, Use.BODY] = None
    """Makes the choice of tokens repeatable, as far as the server can."""

    n: Annotated[int | None, Use.BODY] = Field(default=None, ge=1)
    """How many answers to generate. Streams give the first; the others are in
    `response_metadata["other_choices"]`."""

    presence_penalty: Annotated[float | None, Use.BODY] = None
    """Makes tokens that have occurred less likely."""

    frequency_penalty: Annotated[float | None, Use.BODY] = None
    """Makes tokens less likely the more often they have occurred."""

    logit_bias: Annotated[dict[str, float] | None, Use.BODY] = None
    """Token ids to what is added to their logits."""

    logprobs: Annotated[bool | None, Use.BODY] = None
    """Whether to return log probabilities: `response_metadata["logprobs"]`."""

    top_logprobs: Annotated[int | None, Use.BODY] = None
    """How many alternatives to return for each token."""

    reasoning_effort: Annotated[str | None, Use.BODY] = None
    """How much to reason, in the server's words: `low`, `medium`, `high`, …"""

    response_format: Annotated[ResponseFormat, Use.BODY] = None
    """A schema or a wire form such as `{"type": "json_object"}`."""

    parallel_tool_calls: Annotated[bool | None, Use.BODY] = None
    """Whether the model may call several tools at once."""

    user: Annotated[str | None, Use.BODY] = None
    """Your name for the end user."""

    model_kwargs: Annotated[dict[str, Any], Use.MODEL] = Field(default_factory=dict)
    """Further keys of the request's body. Unknown constructor arguments go here."""

    streaming: Annotated[bool | None, Use.MODEL] = None
    """`True` streams in `invoke` as well, so that callbacks see each token. `False`
    switches streaming off, in `stream` too. Default: `stream` streams, `invoke` does
    not."""

    stream_usage: Annotated[bool | None, Use.CALL] = None
    """Whether to ask for token counts in a stream. Default: yes, and when the server
    refuses the question, the request is sent again without it."""

    reasoning_tags: Annotated[ReasoningTags | None, Use.CALL] = None
    """What a server leaves around reasoning in the text, such as
    `("<think>", "</think>")`: it is then given as reasoning. An empty first tag says
    that the model's answer begins as reasoning. Default: text is left as it is."""

    reasoning_echo: Annotated[ReasoningEcho | None, Use.CALL] = None
    """Which reasoning of earlier answers goes back to the server: `never`, that of
    answers around tool calls (`tool_turns`), or `always`. Default: as the provider's
    dialect has it."""

    on_truncation: Annotated[OnTruncation, Use.CALL] = "raise"
    """What to do with a stream that ends before its answer does: `raise`
    `StreamTruncatedError`, or keep what came, with (`warn`) or without (`accept`) a
    log record."""

    on_disconnect: Annotated[OnDisconnect | None, Use.CALL] = None
    """What to do when a stream breaks after tokens were given out: `raise`, with the
    message so far as `partial`, or `resume`: ask for the rest, up to `max_retries`
    times, leave out what it repeats, and go on. Default: only `fallbacks` go on."""

    timeout: Annotated[Timeout, Use.CALL] = Field(
        default=None, validation_alias=AliasChoices("timeout", "request_timeout")
    )
    """Seconds to connect, to send, to wait for the pool, and for the whole of an answer
    that is not streamed; or an `httpx.Timeout`. Default: 10 to connect, 60 to send and
    for the pool, 600 for an answer."""

    first_token_timeout: Annotated[float | None, Use.CALL] = _TIMEOUTS.first_token
    """Seconds from the request to the first progress of a stream; `None` for no
    limit."""

    stream_chunk_timeout: Annotated[float | None, Use.CALL] = _TIMEOUTS.gap
    """Seconds between two events with progress in a stream; keep-alive comments are
    none. `None` for no limit."""

    max_retries: Annotated[int, Use.CALL] = Field(default=_RETRIES.max_retries, ge=0)
    """How often a failed request is sent again while nothing was given out, and with
    `on_disconnect="resume"` after that, together. 0 sends one request."""

    max_retry_after: Annotated[float, Use.CALL] = Field(
        default=_RETRIES.max_retry_after, ge=0
    )
    """The longest wait in seconds that a server may ask for by `Retry-After`. When it
    asks for more, the error is raised at once."""

    default_headers: Annotated[Mapping[str, str] | None, Use.MODEL] = Field(
        default=None, repr=False, exclude=True
    )
    """Headers of every request."""

    default_query: Annotated[Mapping[str, Any] | None, Use.MODEL] = Field(
        default=None, repr=False, exclude=True
    )
    """Query parameters of every request."""

    extra_body: Annotated[dict[str, Any] | None, Use.MODEL] = Field(
        default=None, repr=False
    )
    """Keys that are laid over the request's body last. Those of a call are laid over
    these."""

    http_client: Annotated[OwnClient, Use.MODEL] = Field(
        default=None, repr=False, exclude=True
    )
    """An `httpx.Client` of your own, used as it is and never closed."""

    http_async_client: Annotated[OwnAsyncClient, Use.MODEL] = Field(
        default=None, repr=False, exclude=True
    )
    """An `httpx.AsyncClient` of your own, used as it is and never closed."""

    verify: Annotated[Verify, Use.MODEL] = Field(default=True, repr=False, exclude=True)
    """How TLS is verified: `True`, the path of a CA file, an `ssl.SSLContext`, or
    `False` to switch it off."""

    cert: Annotated[Certificate | None, Use.MODEL] = Field(
        default=None, repr=False, exclude=True
    )
    """Your own certificate, for servers that ask for one: the path of a PEM file, or
    `(certificate, key)`, or `(certificate, key, password)`."""

    proxy: Annotated[str | None, Use.MODEL] = Field(
        default=None, repr=False, exclude=True
    )
    """The URL of a proxy for all requests, with user and password if it asks for them.
    Default: the proxies of the environment, for requests to other machines."""

    async_transport: Annotated[AsyncTransport, Use.MODEL] = Field(
        default="auto", exclude=True
    )
    """What the shared client of async calls sends by: `aiohttp`, `httpx`, or `auto` for
    aiohttp when `langchain-sse-chat[aiohttp]` is installed. Requests through a proxy or
    to a Unix socket always go by httpx."""

    include_response_headers: Annotated[bool, Use.CALL] = False
    """Whether the answer's headers go into `response_metadata["headers"]`."""

    record: Annotated[str | Path | None, Use.CALL] = Field(default=None, exclude=True)
    """A folder that every exchange is recorded in, without secrets but with prompts
    and answers, for a bug report or to be played back. Default: nothing is recorded."""

    retry_policy: ClassVar[RetryPolicy] = _RETRIES
    """How long the waits between attempts are; a subclass may have its own. How many
    attempts there are is said by `max_retries`."""

    _provider: Provider = PrivateAttr()
    _address: str = PrivateAttr()
    _key: ApiKey | None = PrivateAttr()
    _frames: dict[Any, Any] = PrivateAttr(default_factory=dict)
    """What calls have in common, by what it depends on beside the fields."""

    _MADE: ClassVar[tuple[str, ...]] = ("_provider", "_address", "_key", "_frames")
    _FOUND: ClassVar[tuple[str, ...]] = ("base_url", "api_key")

    @model_validator(mode="before")
    @classmethod
    def _understand_arguments(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Put the arguments under the names of the fields."""
        return understood(cls, values)

    @field_validator("logit_bias", mode="before")
    @classmethod
    def _name_tokens(cls, value: Any) -> Any:
        """Let token ids be numbers, as they are for other packages."""
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
        # Shown, but not given: another provider has others.
        vars(self).update(base_url=address, api_key=key)

    def _derive(self) -> None:
        self._find_endpoint()
        self._frames = {}

    def _needs_key(self, provider: Provider, base_url: str) -> bool:
        """Whether there is nothing to be done without a key."""
        return provider.needs_key_at(base_url)

    @model_validator(mode="after")
    def _check_reasoning_tags(self) -> Self:
        """Refuse tags that cannot be told apart."""
        if self.reasoning_tags is not None:
            tag_splitter(self.reasoning_tags)
        return self

    @model_validator(mode="after")
    def _check_timeout(self) -> Self:
        """Refuse a timeout that no request could use."""
        Timeouts().overridden_by(self.timeout)
        return self

    @model_validator(mode="after")
    def _set_sse_chat_version(self) -> Self:
        """Name this package in the metadata of traces."""
        self._add_version("langchain-sse-chat", __version__)
        return self

    def access_grant(self, key: str | None) -> AccessGrant | None:
        """Return what an access token is got with, where the provider wants one.

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
