"""Check and order the fallbacks of a model."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, Protocol, TypeVar

from langchain_sse_chat.errors import ConfigurationError


class HasFallbacks(Protocol):
    """A model with fallbacks."""

    model: str

    @property
    def fallbacks(self) -> Sequence[Any]:
        """The fallbacks, in order."""
        ...


ModelT = TypeVar("ModelT", bound=HasFallbacks)


def checked_fallbacks(value: Any, cls: type[Any]) -> Sequence[Any]:
    """Check a list of models; return it unchanged.

    Args:
        value: The value that the user passed.
        cls: The required class of the models.

    Raises:
        ConfigurationError: `value` is not a list, or an item is not such a model.
    """
    if not isinstance(value, (list, tuple)):
        what = type(value).__name__
        hint = f" Pass `fallbacks=[{what}(…)]`." if isinstance(value, cls) else ""
        msg = f"`fallbacks` must be a list of models, not {what}.{hint}"
        raise ConfigurationError(msg)
    for each in value:
        if not isinstance(each, cls):
            msg = (
                f"`fallbacks` takes ChatSSE models, not a {type(each).__name__}. "
                "They receive the tools and other keywords of a call automatically. "
                "For other runnables use `with_fallbacks`."
            )
            raise ConfigurationError(msg)
    return value


def endpoints(model: ModelT, above: tuple[ModelT, ...] = ()) -> list[ModelT]:
    """Return a model, its fallbacks and their fallbacks, in order.

    Args:
        model: The model.
        above: The models that `model` is a fallback of.

    Raises:
        ConfigurationError: A model is a fallback of itself.
    """
    if any(model is each for each in above):
        msg = (
            f"The fallbacks form a loop: {model.model!r} is a fallback of itself. "
            "Remove it from the `fallbacks` of its own fallbacks."
        )
        raise ConfigurationError(msg)
    if not model.fallbacks:
        return [model]
    below = (endpoints(each, (*above, model)) for each in model.fallbacks)
    return [model, *chain.from_iterable(below)]
