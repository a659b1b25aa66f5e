"""Define and check the fields of `ChatSSE`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.model_profile import ModelProfile
from langchain_core.rate_limiters import InMemoryRateLimiter
from pydantic import (
    AliasChoices,
    Field,
    PrivateAttr,
    field_validator,
    model_validator,
)

from langchain_sse_chat._version import __version__
from langchain_sse_chat.answer.pipeline import OnTruncation
from langchain_sse_chat.dialect import Dialect, ReasoningEcho
from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.exchange.endpoint_attempts import OnDisconnect
from langchain_sse_chat.exchange.retry import RetryPolicy
from langchain_sse_chat.prices import require_prices
from langchain_sse_chat.secrets import masked
from langchain_sse_chat.settings.connection import Connection
from langchain_sse_chat.settings.field_types import Reasoning, ResponseFormat
from langchain_sse_chat.settings.field_use import Use, fields_for
from langchain_sse_chat.settings.model_profile import model_profile
from langchain_sse_chat.settings.peer_names.table import CHAT_NAMES
from langchain_sse_chat.transport.protocols import Timeouts
from langchain_sse_chat.transport.url import public_url, safe_url
from langchain_sse_chat.wire.tags import ReasoningTags, tag_splitter

_TIMEOUTS = Timeouts()
_RETRIES = RetryPolicy()


class ChatSSESettings(Connection, BaseChatModel):
    """The connection, the request parameters, and the treatment of answers."""

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
    """Whether to return log probabilities, in `response_metadata["logprobs"]` of the
    message and of each chunk."""

    top_logprobs: Annotated[int | None, Use.BODY] = None
    """Number of alternatives to return for each token."""

    reasoning: Annotated[Reasoning, Use.BODY] = None
    """Whether and how the model reasons: `True`, `False`, an effort such as `high`, or
    a limit on tokens, `{"max_tokens": 2000}`. It is sent in the server's own form; if
    the server has none, it is a `ConfigurationError`. Default: set by the server."""

    reasoning_effort: Annotated[str | None, Use.BODY] = None
    """The reasoning effort, in the server's terms: `low`, `medium`, `high`, …, which
    are not checked."""

    response_format: Annotated[ResponseFormat, Use.BODY] = None
    """A schema, or a value sent as it is, such as `{"type": "json_object"}`."""

    parallel_tool_calls: Annotated[bool | None, Use.BODY] = None
    """Whether the model may call several tools in one answer."""

    user: Annotated[str | None, Use.BODY] = None
    """Your identifier of the end user."""

    streaming: Annotated[bool | None, Use.MODEL] = None
    """`True` streams in `invoke` too, so that callbacks see each token. `False`
    switches streaming off, even in `stream`. Default: `stream` streams, `invoke` does
    not."""

    stream_usage: Annotated[bool | None, Use.CALL] = None
    """Whether to request token counts in a stream. Default: yes, and if the server
    rejects the option, the request is sent again without it."""

    reasoning_tags: Annotated[ReasoningTags | Literal[False] | None, Use.CALL] = None
    """Tags around reasoning in the text, such as `("<think>", "</think>")`. The text
    between them becomes reasoning. With an empty first tag, the answer starts as
    reasoning. `False` leaves the text as it is. Default: set by the provider's dialect;
    most have no tags."""

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

    first_token_timeout: Annotated[float | None, Use.CALL] = _TIMEOUTS.first_token
    """Seconds from the request to the first progress of a stream; `None` for no
    limit."""

    stream_chunk_timeout: Annotated[float | None, Use.CALL] = _TIMEOUTS.gap
    """Seconds between two events with progress in a stream; keep-alive comments do not
    count. `None` for no limit."""

    max_retries: Annotated[int, Use.CALL] = Field(default=_RETRIES.max_retries, ge=0)
    """Number of times a failed request is sent again before the first token, plus the
    times a stream is resumed with `on_disconnect="resume"`. 0 sends one request."""

    include_response_headers: Annotated[bool, Use.CALL] = False
    """Whether to put the response headers into `response_metadata["headers"]`."""

    compute_cost: Annotated[bool | None, Use.MODEL] = None
    """Whether to compute `response_metadata["cost"]` from the token counts if the
    server does not send a cost. Default: yes if `langchain-sse-chat[prices]` is
    installed; the prices are then loaded with the first such answer. `True` loads them
    when the model is created, and is an error without the extra."""

    profile: Annotated[ModelProfile | None, Use.MODEL] = Field(
        default=None, exclude=True, repr=False
    )
    """The abilities of the model, for agents and middleware, as LangChain's
    `ModelProfile`. Default: the known facts about the server, and the context window
    of the model if `langchain-sse-chat[prices]` is installed."""

    _shared_parts: dict[Any, Any] = PrivateAttr(default_factory=dict)
    """The shared parts of calls, by the values they depend on other than fields; and
    the dialects of models that calls name."""

    _dialect: Dialect = PrivateAttr()
    """The dialect of the provider for the model."""

    _PEER_NAMES = CHAT_NAMES
    _MADE: ClassVar[tuple[str, ...]] = (*Connection._MADE, "_shared_parts", "_dialect")  # noqa: SLF001  # ours

    @field_validator("logit_bias", mode="before")
    @classmethod
    def _name_tokens(cls, value: Any) -> Any:
        """Accept token IDs as numbers, like other packages."""
        if not isinstance(value, Mapping):
            return value
        return {str(token): bias for token, bias in value.items()}

    _FOUND: ClassVar[tuple[str, ...]] = (*Connection._FOUND, "profile")  # noqa: SLF001  # ours

    def _derive(self) -> None:
        super()._derive()
        self._shared_parts = {}
        self._dialect = self._provider.dialect_for(self.model)
        if self._given("profile") is None:
            vars(self)["profile"] = self._resolve_model_profile()
        if self.compute_cost:
            require_prices()

    def _resolve_model_profile(self) -> ModelProfile | None:
        return model_profile(self._dialect, self._provider.name, self.model)

    @model_validator(mode="after")
    def _set_model_profile(self) -> Self:
        """Do nothing, instead of LangChain's validator, which marks it as set.

        `_derive` sets the profile, after it has found the provider.
        """
        return self

    @model_validator(mode="after")
    def _check_reasoning_tags(self) -> Self:
        """Check that the two tags differ."""
        if self.reasoning_tags:
            tag_splitter(self.reasoning_tags)
        return self

    @model_validator(mode="after")
    def _check_times(self) -> Self:
        """Check the limits of a stream, so that a fault shows before the first call."""
        given = Timeouts(
            first_token=self.first_token_timeout, gap=self.stream_chunk_timeout
        )
        given.overridden_by(self.timeout)
        return self

    @model_validator(mode="after")
    def _set_sse_chat_version(self) -> Self:
        """Name this package in the metadata of traces."""
        self._add_version("langchain-sse-chat", __version__)
        return self

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
        params: dict[str, Any] = {
            "model": self.model,
            "base_url": safe_url(self._address),
            "provider": self._provider.name,
        }
        fields = vars(self)
        if self.model_kwargs:
            fields = {**fields, **masked(self.model_kwargs)}
        for name in (
            "streaming",
            *fields_for(type(self), Use.BODY),
            *self.model_kwargs,
        ):
            if (value := fields[name]) is not None:
                params[name] = value
        return params

    def __getstate__(self) -> dict[Any, Any]:
        if isinstance(self.rate_limiter, InMemoryRateLimiter):
            msg = (
                "A model with an `InMemoryRateLimiter` cannot be pickled, because each "
                "process needs its own, with its part of the rate. Pickle the model "
                "without it, and set `rate_limiter` in the process that uses it."
            )
            raise ConfigurationError(msg)
        state = super().__getstate__()
        private = state["__pydantic_private__"] or {}
        # It holds keys and headers as sent, and is created again.
        return {**state, "__pydantic_private__": {**private, "_shared_parts": {}}}

    def to_json(self) -> Any:
        """Return LangChain's serialized form of the model, without secrets.

        In `model_kwargs` and `extra_body`, values named like secrets are masked, and
        the address has no user, password and query.
        """
        written: Any = super().to_json()
        kwargs = written["kwargs"]
        kwargs["base_url"] = public_url(self._address)
        if self._strict_address is not None:
            # With an address, there would not be another one for strict tools.
            del kwargs["base_url"]
        elif self.provider is None and self._address != self._provider.base_url:
            # Its address alone may come from the environment.
            kwargs["provider"] = self._provider.name
        for name in ("model_kwargs", "extra_body"):
            if name in kwargs:
                kwargs[name] = masked(kwargs[name])
        return written

    def _cached_by(self) -> dict[str, Mapping[str, Any] | None]:
        """Return the settings that JSON hides, as keywords for a cache key.

        Other headers, for example, may lead to other answers.
        """
        is_public = public_url(self._address) == self._address
        hidden = {} if is_public else {"base_url": self._address}
        return {
            "extra_headers": self.default_headers,
            "extra_query": {**hidden, **(self.default_query or {})},
            "extra_body": self.extra_body,
            "model_kwargs": self.model_kwargs,
        }

    def configurable_fields(self, **kwargs: Any) -> Any:
        """Make fields configurable by the config of a call; see LangChain's method.

        An address and a key found in the environment belong to the current provider,
        so they are looked up again for the configured model.
        """
        as_given = BaseChatModel.model_copy(self)
        found = {n: None for n in self._FOUND if n not in self.model_fields_set}
        vars(as_given).update(found)
        return BaseChatModel.configurable_fields(as_given, **kwargs)
