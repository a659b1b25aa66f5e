"""Read the models of a server from its answer to `GET /models`.

Servers agree on `id` only. The places of everything else are data here: paths of keys
in an entry, of which the first with a usable value counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

_Path = tuple[str, ...]

_LISTS = ("data", "models", "result")
"""Where the list is: OpenAI; Cohere, Gemini and Ollama; Cloudflare. At Together and
GitHub Models the body is the list."""

_IDS: tuple[_Path, ...] = (("id",), ("name",), ("model",))

_OWNERS: tuple[_Path, ...] = (
    ("owned_by",),
    ("organization",),  # https://docs.together.ai/reference/models
    ("publisher",),  # https://docs.github.com/en/rest/models/catalog, LM Studio
)

_CONTEXT: tuple[_Path, ...] = (
    ("context_length",),  # https://openrouter.ai/docs/models, Together
    # Groq's documentation of its models has both limits, not their keys in the list:
    # https://console.groq.com/docs/models
    ("context_window",),
    # `ModelCard` of vLLM (https://github.com/vllm-project/vllm) and SGLang
    ("max_model_len",),
    ("max_context_length",),  # Mistral; https://lmstudio.ai/docs/api/rest-api
    ("max_input_tokens",),  # https://platform.claude.com/docs/en/api/models/list
    ("inputTokenLimit",),  # https://ai.google.dev/api/models
    ("limits", "max_input_tokens"),  # https://docs.github.com/en/rest/models/catalog
    ("top_provider", "context_length"),  # https://polza.ai/docs/api-reference
    ("metadata", "context_length"),  # https://api.deepinfra.com/openapi.json
    # https://docs.venice.ai/api-reference/endpoint/models/list
    ("model_spec", "availableContextTokens"),
    ("meta", "n_ctx_train"),  # llama.cpp
)

_OUTPUT: tuple[_Path, ...] = (
    ("top_provider", "max_completion_tokens"),  # https://openrouter.ai/docs/models
    # Groq; https://github.com/sambanova/sambanova-python
    ("max_completion_tokens",),
    ("max_output_tokens",),
    ("max_tokens",),  # Vercel, Anthropic
    ("outputTokenLimit",),  # https://ai.google.dev/api/models
    ("limits", "max_output_tokens"),  # https://docs.github.com/en/rest/models/catalog
    ("metadata", "max_tokens"),  # https://api.deepinfra.com/openapi.json
    # https://docs.venice.ai/api-reference/endpoint/models/list
    ("model_spec", "maxCompletionTokens"),
)

_CREATED: tuple[_Path, ...] = (("created",), ("created_at",))

_PRICES: tuple[_Path, ...] = (("pricing",), ("top_provider", "pricing"))

_PREFIX = "models/"
"""The start of Gemini's names; requests work without it."""

_MILLION = 1_000_000

_MOST_TOKENS = 10**15
"""A number from which on it does not count tokens."""


@dataclass(frozen=True, slots=True)
class ServerModel:
    """A model that a server offers, with the facts that the server tells.

    Others are `None`; nothing is looked up elsewhere or guessed.
    """

    id: str
    """The name to pass as `model`."""
    owner: str | None = None
    """The maker, or the owner of a fine-tuned model."""
    created: datetime | None = None
    """When the model was created or added, in UTC."""
    context_length: int | None = None
    """The context window in tokens. Some servers count the input alone."""
    max_output_tokens: int | None = None
    """The most tokens in an answer."""
    input_price: float | None = None
    """The price of a million input tokens, in `currency`."""
    output_price: float | None = None
    """The price of a million output tokens, in `currency`."""
    currency: str | None = None
    """The currency of the prices as an ISO 4217 code, such as `USD`, if it is known."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """The server's own object, with everything else that it tells."""


def read_models(body: Any, currency: str = "") -> list[ServerModel] | None:
    """Return the models in the answer of a server, each name once.

    Args:
        body: The decoded JSON.
        currency: The currency of the provider, for prices without their own.

    Returns:
        The models in the server's order. `None` if the body is not a list of models.
    """
    entries = _entries(body)
    if entries is None:
        return None
    found: dict[str, ServerModel] = {}
    for entry in entries:
        if isinstance(entry, Mapping) and (name := _name(entry)):
            found.setdefault(name, _model(name, entry, currency))
    return None if entries and not found else list(found.values())


def _entries(body: Any) -> list[Any] | None:
    if isinstance(body, list):
        return body
    if not isinstance(body, Mapping):
        return None
    lists = (body.get(key) for key in _LISTS)
    return next((each for each in lists if isinstance(each, list)), None)


def _name(entry: Mapping[str, Any]) -> str:
    text = next(_texts(entry, _IDS), "")
    return text.removeprefix(_PREFIX)


def _model(name: str, entry: Mapping[str, Any], currency: str) -> ServerModel:
    pricing = next(
        (each for each in _values(entry, _PRICES) if isinstance(each, Mapping)), {}
    )
    input_price, output_price = _price(pricing, "prompt"), _price(pricing, "completion")
    if input_price is None and output_price is None:
        input_price, output_price = _price(pricing, "input"), _price(pricing, "output")
    told = pricing.get("currency")
    has_price = input_price is not None or output_price is not None
    return ServerModel(
        id=name,
        owner=next(_texts(entry, _OWNERS), None),
        created=next(filter(None, map(_time, _values(entry, _CREATED))), None),
        context_length=_tokens(entry, _CONTEXT),
        max_output_tokens=_tokens(entry, _OUTPUT),
        input_price=input_price,
        output_price=output_price,
        currency=(told if isinstance(told, str) and told else currency or None)
        if has_price
        else None,
        raw=entry,
    )


def _price(pricing: Mapping[str, Any], kind: str) -> float | None:
    """Return the price of a million tokens.

    `prompt_per_million` says its unit (https://polza.ai/docs/api-reference). `prompt`
    is the price of one token (https://openrouter.ai/docs/models). `input` is that of
    one token as a string (https://vercel.com/docs/ai-gateway/sdks-and-apis/rest-api)
    and that of a million as a number (https://docs.together.ai/reference/models).
    """
    whole = _amount(pricing.get(f"{kind}_per_million"))
    if whole is not None:
        return whole
    value = pricing.get(kind)
    price = _amount(value)
    if price is None:
        return None
    is_of_a_million = kind in {"input", "output"} and not isinstance(value, str)
    return price if is_of_a_million else _amount(_rounded(price * _MILLION))


def _rounded(price: float) -> float:
    """Return a price without the last digits of a product, such as 0.15000000000002."""
    return float(f"{price:.12g}")


def _amount(value: Any) -> float | None:
    """Return a price; negative ones stand for prices that vary."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        amount = float(value)
    except (ValueError, OverflowError):
        return None
    return amount if math.isfinite(amount) and amount >= 0 else None


def _tokens(entry: Mapping[str, Any], paths: tuple[_Path, ...]) -> int | None:
    for value in _values(entry, paths):
        amount = _amount(value)
        if amount and 1 <= amount < _MOST_TOKENS:
            return int(amount)
    return None


def _time(value: Any) -> datetime | None:
    """Return a time, from seconds since 1970 or from text in ISO 8601."""
    try:
        if isinstance(value, str):
            time = datetime.fromisoformat(value)
            return time.astimezone(UTC) if time.tzinfo else None
        seconds = _amount(value)
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None


def _texts(entry: Mapping[str, Any], paths: tuple[_Path, ...]) -> Iterator[str]:
    return (v for v in _values(entry, paths) if isinstance(v, str) and v)


def _values(entry: Mapping[str, Any], paths: tuple[_Path, ...]) -> Iterator[Any]:
    """Yield the values at these paths that are there."""
    for path in paths:
        value: Any = entry
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        if value is not None:
            yield value
