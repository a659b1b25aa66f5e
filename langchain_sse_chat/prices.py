"""Look models up in `genai-prices`, which the extra `prices` installs.

Its data is part of the package, so nothing is fetched. Loading it takes a quarter of a
second and 60 MB, so that happens when a profile is read, a cost is computed or
`compute_cost` is set, never before. Providers are found by their names in the table
alone: the prices of a maker are not those of a gateway to its models.
"""

from __future__ import annotations

import logging
import math
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from langchain_sse_chat.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

logger = logging.getLogger("langchain_sse_chat")

_NAMES = {
    "azure-deployments": "azure",
    "azure-entra": "azure",
    "azure-entra-deployments": "azure",
    "bedrock": "aws",
    "gemini": "google",
    "moonshot": "moonshotai",
    "vertex": "google",
    "xai": "x-ai",
    "zhipu": "zhipuai",
}
"""Names that `genai-prices` has for providers of the table, where they differ."""

_PREFIX = "models/"
"""The start of Gemini's names."""


class ModelInfo(NamedTuple):
    """The known facts about a model."""

    name: str | None
    """Its name for people."""
    context_window: int | None
    """Most tokens of a prompt."""


@cache
def _library() -> Any:
    """Return the library, `None` if it is not installed."""
    try:
        import genai_prices  # noqa: PLC0415  # it is loaded for those who use it
        from genai_prices import data_snapshot  # noqa: PLC0415
    except ImportError:
        return None
    del data_snapshot
    return genai_prices


def require_prices() -> None:
    """Load the prices.

    Raises:
        ConfigurationError: The extra is not installed.
    """
    library = _library()
    if library is None:
        msg = (
            "`compute_cost` needs the prices of models: "
            "`pip install 'langchain-sse-chat[prices]'`."
        )
        raise ConfigurationError(msg)
    library.data_snapshot.get_snapshot()


def model_info(provider: str, model: str) -> ModelInfo | None:
    """Return the known facts about a model.

    Args:
        provider: The provider's name in the table.
        model: The model's name on its server.

    Returns:
        `None` if the extra is not installed, or does not know the model.
    """
    found = _find(provider, model)
    if found is None:
        return None
    return ModelInfo(found.name, found.context_window)


def computed_cost(
    provider: str, model: str, usage: Mapping[str, Any], tier: object = None
) -> float | None:
    """Return the cost of an answer in US dollars.

    Args:
        provider: The provider's name in the table.
        model: The model that answered, under the server's name.
        usage: LangChain's usage of the answer.
        tier: The service tier that the server named, such as `flex`.

    Returns:
        `None` if the extra is not installed or does not know the model, or if the
        counts contradict each other or are not those of any answer.
    """
    counts = _counts(usage)
    if counts is None or _find(provider, model) is None:
        return None
    library = _library()
    try:
        price = library.calc_price(
            library.Usage(**counts),
            _plain(model),
            provider_id=_id(provider),
            price_context={"service_tier": tier} if isinstance(tier, str) else None,
        )
        cost = float(price.total_price)
        return cost if math.isfinite(cost) else None
    except ValueError as error:
        logger.debug("No cost for %s: %s", model, error)
        return None


def _find(provider: str, model: str) -> Any:
    library = _library()
    if library is None:
        return None
    snapshot = library.data_snapshot.get_snapshot()
    wanted = _id(provider)
    # The library also finds providers by parts of their names.
    row = next((each for each in snapshot.providers if each.id == wanted), None)
    if row is None:
        return None
    try:
        return snapshot.find_provider_model(_plain(model), row, None, None)[1]
    except LookupError:
        return None


def _id(provider: str) -> str:
    return _NAMES.get(provider, provider)


def _plain(model: str) -> str:
    return model.removeprefix(_PREFIX)


def _counts(usage: Mapping[str, Any]) -> dict[str, int] | None:
    """Return the counts under the library's names.

    Where the total is larger than input and output, the rest must be the reasoning:
    xAI counts it there alone. Otherwise it is not clear what was charged.
    """
    given: Mapping[str, int] = usage.get("input_token_details") or {}
    made: Mapping[str, int] = usage.get("output_token_details") or {}
    sent, received = usage["input_tokens"], usage["output_tokens"]
    rest = usage["total_tokens"] - sent - received
    if rest not in (0, made.get("reasoning", 0)):
        return None
    counts = {
        "input_tokens": sent,
        "output_tokens": received + rest,
        "cache_read_tokens": given.get("cache_read"),
        "cache_write_tokens": given.get("cache_creation"),
        "input_audio_tokens": given.get("audio"),
        "output_audio_tokens": made.get("audio"),
    }
    return {name: count for name, count in counts.items() if count}
