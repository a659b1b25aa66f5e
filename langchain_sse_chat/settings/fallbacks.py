"""The models that take over from another one: checked, and in order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, Protocol, TypeVar

from langchain_sse_chat.errors import ConfigurationError


class HasFallbacks(Protocol):
    """A model with others that take over from it."""

    model: str

    @property
    def fallbacks(self) -> Sequence[Any]:
        """The models that take over from it, in order."""
        ...


ModelT = TypeVar("ModelT", bound=HasFallbacks)


def checked_fallbacks(value: Any, cls: type[Any]) -> Sequence[Any]:
    """Return a list of models as it is.

    Args:
        value: What the caller passed.
        cls: The class that all of them must have.

    Raises:
        ConfigurationError: It is no list, or something in it is no such model.
    """
    if not isinstance(value, (list, tuple)):
        what = type(value).__name__
        hint = f": `fallbacks=[{what}(…)]`" if isinstance(value, cls) else ""
        msg = f"`fallbacks` is a {what}, not a list. Pass a list of models{hint}."
        raise ConfigurationError(msg)
    for each in value:
        if not isinstance(each, cls):
            msg = (
                f"`fallbacks` takes ChatSSE models, not a {type(each).__name__}. "
                "Tools and other keywords of a call reach them by themselves; for "
                "other runnables use `with_fallbacks`."
            )
            raise ConfigurationError(msg)
    return value


def endpoints(model: ModelT, above: tuple[ModelT, ...] = ()) -> list[ModelT]:
    """Return a model and its fallbacks, with theirs, in order.

    Args:
        model: The model.
        above: The models that it is a fallback of.

    Raises:
        ConfigurationError: A model is a fallback of itself.
    """
    if any(model is each for each in above):
        msg = (
            f"The fallbacks go in a circle: {model.model!r} is a fallback of itself. "
            "Leave it out of the `fallbacks` of its own fallbacks."
        )
        raise ConfigurationError(msg)
    if not model.fallbacks:
        return [model]
    below = (endpoints(each, (*above, model)) for each in model.fallbacks)
    return [model, *chain.from_iterable(below)]
