"""The settings of `ChatSSE`: its fields, and what they are checked for."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from langchain_core.language_models import BaseChatModel
from pydantic import (
    AliasChoices,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    model_validator,
)

from langchain_sse_chat._version import __version__
from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.exchange.access_token import AccessGrant
from langchain_sse_chat.exchange.call import OnDisconnect
from langchain_sse_chat.field_types import (
    ApiKey,
    OwnAsyncClient,
    OwnClient,
    ResponseFormat,
    Timeout,
    Verify,
)
from langchain_sse_chat.pipeline import OnTruncation
from langchain_sse_chat.providers import Provider, find_provider
from langchain_sse_chat.transport.aiohttp_transport import AsyncTransport
from langchain_sse_chat.transport.hidden import without_frames
from langchain_sse_chat.transport.retry import RetryPolicy
from langchain_sse_chat.transport.tls import Certificate
from langchain_sse_chat.wire.dialect import ReasoningEcho
from langchain_sse_chat.wire.tags import ReasoningTags, tag_splitter

SAMPLING_FIELDS = (
    "temperature",
    "top_p",
    "max_tokens",
    "seed",
    "n",
    "presence_penalty",
    "frequency_penalty",
    "logit_bias",
    "logprobs",
    "top_logprobs",
    "reasoning_effort",
    "response_format",
    "parallel_tool_calls",
    "user",
)
"""Fields that go into the request's body under their own name."""


class ChatSSESettings(BaseChatModel):
    """Where to ask, what to ask for, and how to read the answer."""

    model_config = ConfigDict(
        arbitrary_types_allowed=True,
        protected_namespaces=(),
        # Only `ChatSSE` and what is below it is ever made.
        defer_build=True,
        # An error about a field must not show a key that stands beside it.
        hide_input_in_errors=True,
    )

    model: str = Field(validation_alias=AliasChoices("model", "model_name"))
    """The model's name on the server. Also accepted as `model_name`."""

    provider: str | Provider | None = None
    """The provider: a name from the table or a `Provider` of your own. Default: found
    from the host of `base_url`; OpenAI without one."""

    base_url: str | None = None
    """The part of the address before `/chat/completions`. Default: the provider's
    environment variable, then the provider's address. A Unix socket is
    `http+unix://%2Frun%2Fllama.sock/v1`."""

    api_key: ApiKey | None = None
    """The key, or a function (sync or async) that returns it for each call. Default:
    the provider's environment variable. A server that is in no table gets a key only
    when one is passed here."""

    temperature: float | None = None
    """How freely tokens are chosen."""

    top_p: float | None = None
    """The share of probability that tokens are chosen from."""

    max_tokens: int | None = Field(
        default=None,
        validation_alias=AliasChoices("max_tokens", "max_completion_tokens"),
    )
    """The limit on generated tokens, sent under the name that the server wants."""

    stop: list[str] | str | None = Field(
        default=None, validation_alias=AliasChoices("stop", "stop_sequences")
    )
    """Texts that end the answer. Those of a call take their place."""

    seed: int | None = None
    """Makes the choice of tokens repeatable, as far as the server can."""

    n: int | None = Field(default=None, ge=1)
    """How many answers to generate. Streams give the first; the others are in
    `response_metadata["other_choices"]`."""

    presence_penalty: float | None = None
    """Makes tokens that have occurred less likely."""

    frequency_penalty: float | None = None
    """Makes tokens less likely the more often they have occurred."""

    logit_bias: dict[str, float] | None = None
    """Token ids to what is added to their logits."""

    logprobs: bool | None = None
    """Whether to return log probabilities: `response_metadata["logprobs"]`."""

    top_logprobs: int | None = None
    """How many alternatives to return for each token."""

    reasoning_effort: str | None = None
    """How much to reason, in the server's words: `low`, `medium`, `high`, …"""

    response_format: ResponseFormat = None
    """A schema or a wire form such as `{"type": "json_object"}`."""

    parallel_tool_calls: bool | None = None
    """Whether the model may call several tools at once."""

    user: str | None = None
    """Your name for the end user."""

    model_kwargs: dict[str, Any] = Field(default_factory=dict)
    """Further keys of the request's body. Unknown constructor arguments go here."""

    streaming: bool | None = None
    """`True` streams in `invoke` as well, so that callbacks see each token. `False`
    switches streaming off, in `stream` too. Default: `stream` streams, `invoke` does
    not."""

    stream_usage: bool | None = None
    """Whether to ask for token counts in a stream. Default: yes, and when the server
    refuses the question, the request is sent again without it."""

    reasoning_tags: ReasoningTags | None = None
    """What a server leaves around reasoning in the text, such as
    `("<think>", "</think>")`: it is then given as reasoning. An empty first tag says
    that the model's answer begins as reasoning. Default: text is left as it is."""

    reasoning_echo: ReasoningEcho | None = None
    """Which reasoning of earlier answers goes back to the server: `never`, that of
    answers around tool calls (`tool_turns`), or `always`. Default: as the provider's
    dialect has it."""

    on_truncation: OnTruncation = "raise"
    """What to do with a stream that ends before its answer does: `raise`
    `StreamTruncatedError`, or keep what came, with (`warn`) or without (`accept`) a
    log record."""

    on_disconnect: OnDisconnect | None = None
    """What to do when a stream breaks after tokens were given out: `raise`, with the
    message so far as `partial`, or `resume`: ask for the rest, up to `max_retries`
    times, leave out what it repeats, and go on. Default: only `fallbacks` go on."""

    timeout: Timeout = Field(
        default=None, validation_alias=AliasChoices("timeout", "request_timeout")
    )
    """Seconds to connect, to send, to wait for the pool, and for the whole of an answer
    that is not streamed; or an `httpx.Timeout`. Default: 10 to connect, 60 to send and
    for the pool, 600 for an answer."""

    first_token_timeout: float | None = 300.0
    """Seconds from the request to the first progress of a stream; `None` for no
    limit."""

    stream_chunk_timeout: float | None = 120.0
    """Seconds between two events with progress in a stream; keep-alive comments are
    none. `None` for no limit."""

    max_retries: int = Field(default=2, ge=0)
    """How often a failed request is sent again while nothing was given out, and with
    `on_disconnect="resume"` after that, together. 0 sends one request."""

    max_retry_after: float = Field(default=60.0, ge=0)
    """The longest wait in seconds that a server may ask for by `Retry-After`. When it
    asks for more, the error is raised at once."""

    default_headers: Mapping[str, str] | None = Field(
        default=None, repr=False, exclude=True
    )
    """Headers of every request."""

    default_query: Mapping[str, Any] | None = Field(
        default=None, repr=False, exclude=True
    )
    """Query parameters of every request."""

    extra_body: dict[str, Any] | None = Field(default=None, repr=False)
    """Keys that are laid over the request's body last. Those of a call are laid over
    these."""

    http_client: OwnClient = Field(default=None, repr=False, exclude=True)
    """An `httpx.Client` of your own, used as it is and never closed."""

    http_async_client: OwnAsyncClient = Field(default=None, repr=False, exclude=True)
    """An `httpx.AsyncClient` of your own, used as it is and never closed."""

    verify: Verify = Field(default=True, repr=False, exclude=True)
    """How TLS is verified: `True`, the path of a CA file, an `ssl.SSLContext`, or
    `False` to switch it off."""

    cert: Certificate | None = Field(default=None, repr=False, exclude=True)
    """Your own certificate, for servers that ask for one: the path of a PEM file, or
    `(certificate, key)`, or `(certificate, key, password)`."""

    proxy: str | None = Field(default=None, repr=False, exclude=True)
    """The URL of a proxy for all requests, with user and password if it asks for them.
    Default: the proxies of the environment, for requests to other machines."""

    async_transport: AsyncTransport = Field(default="auto", exclude=True)
    """What the shared client of async calls sends by: `aiohttp`, `httpx`, or `auto` for
    aiohttp when `langchain-sse-chat[aiohttp]` is installed. Requests through a proxy or
    to a Unix socket always go by httpx."""

    include_response_headers: bool = False
    """Whether the answer's headers go into `response_metadata["headers"]`."""

    record: str | Path | None = Field(default=None, exclude=True)
    """A folder that every exchange is recorded in, without secrets but with prompts
    and answers, for a bug report or to be played back. Default: nothing is recorded."""

    body_fields: ClassVar[tuple[str, ...]] = SAMPLING_FIELDS
    """Fields that go into the request's body under their own name."""

    retry_policy: ClassVar[RetryPolicy] = RetryPolicy()
    """How long the waits between attempts are; a subclass may have its own. How many
    attempts there are is said by `max_retries`."""

    _provider: Provider = PrivateAttr()

    # Hidden from type checkers, which make the signature from the fields.
    if not TYPE_CHECKING:  # pragma: no branch

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            """Check the settings.

            Raises:
                ConfigurationError: A field's value cannot be used, the provider is
                    not known, or its key is missing.
            """
            try:
                super().__init__(*args, **kwargs)
            except ValidationError as error:
                fault = _as_configuration_error(type(self).__name__, error)
            else:
                return
            # The error takes this frame with it, and what it was made from would too.
            kwargs.clear()
            raise without_frames(fault)

    @model_validator(mode="before")
    @classmethod
    def _collect_unknown_arguments(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Move arguments that are no field to `model_kwargs`."""
        names = _known_names(cls)
        unknown = {k: v for k, v in values.items() if k not in names}
        if not unknown:
            return values
        warnings.warn(
            f"{', '.join(sorted(unknown))}: not a parameter of {cls.__name__}, sent in "
            "the request's body. Pass it in `model_kwargs` to say that this is meant.",
            UserWarning,
            stacklevel=5,
        )
        known = {k: v for k, v in values.items() if k not in unknown}
        return {**known, "model_kwargs": {**unknown, **known.get("model_kwargs", {})}}

    @model_validator(mode="after")
    def _find_endpoint(self) -> Self:
        """Find the provider, the address and the key."""
        self._provider = provider = find_provider(self.provider, self.base_url)
        if self.base_url is None:
            self.base_url = _environment(provider.base_url_env) or provider.base_url
        if self.base_url is None:
            variable = provider.base_url_env
            ways = f"Set {variable}, or pass" if variable else "Pass"
            msg = f"The provider {provider.name!r} has no address. {ways} `base_url`."
            raise ConfigurationError(msg)
        if self.api_key is None and provider.api_key_env:
            key = _environment(provider.api_key_env)
            self.api_key = None if key is None else SecretStr(key)
        if self.api_key is None and self._needs_key(provider, self.base_url):
            variable = provider.api_key_env
            where = (
                f"set {variable}, or pass `api_key`" if variable else "pass `api_key`"
            )
            msg = f"No API key for {provider.name}: {where}. {provider.hint}".rstrip()
            raise ConfigurationError(msg)
        return self

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
        return AccessGrant(url, basic, scope)

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
        given = {name: getattr(self, name) for name in self.body_fields}
        params = {
            "model": self.model,
            "base_url": self.base_url,
            "provider": self._provider.name,
            "streaming": self.streaming,
            "stop": self.stop,
            **given,
            **self.model_kwargs,
        }
        return {key: value for key, value in params.items() if value is not None}


def _known_names(cls: type[BaseChatModel]) -> set[str]:
    names = set(cls.model_fields)
    for field in cls.model_fields.values():
        names.add(field.alias or "")
        if isinstance(field.validation_alias, AliasChoices):
            names.update(cast("list[str]", field.validation_alias.choices))
    return names


def _environment(variable: str | None) -> str | None:
    return (os.environ.get(variable) or None) if variable else None


def _as_configuration_error(name: str, error: ValidationError) -> ConfigurationError:
    """Return one error of ours that says what pydantic found."""
    lines = []
    for fault in error.errors(include_url=False, include_input=False):
        inner = fault.get("ctx", {}).get("error")
        if isinstance(inner, ConfigurationError):
            return inner
        where = ".".join(str(part) for part in fault["loc"]) or "arguments"
        lines.append(f"{where}: {fault['msg']}")
    return ConfigurationError(f"{name} cannot be made. {'; '.join(lines)}.")
