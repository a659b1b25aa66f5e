"""Make the profile of a model, from what is known about its server and itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from langchain_core.language_models.model_profile import ModelProfile

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.prices import model_info

_REQUIRING = frozenset({"required", "any", "named"})
"""Kinds of a tool choice that require a call."""


_EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
"""The efforts that models know, the smallest first."""

_LEVELS = "reasoning_effort_levels"
"""A key that older versions of langchain-core do not have, and warn about."""


def model_profile(dialect: Dialect, provider: str, model: str) -> ModelProfile:
    """Return the profile of a model: a dict with the keys that are known.

    The dialect tells whether the server enforces schemas (`structured_output`; missing
    where it depends on the model), whether
    a tool call can be required (`tool_choice`), whether the result of a tool may have
    images (`image_tool_message`), and the efforts of reasoning
    (`reasoning_effort_levels`). With the extra
    `prices`, the model's `name` and `max_input_tokens` follow when the profile is
    read. Nothing is guessed: other keys are missing.

    Args:
        dialect: The dialect of the model.
        provider: The provider's name in the table.
        model: Its name on the server.
    """
    requires = not _REQUIRING.isdisjoint(dialect.tool_choices)
    known: dict[str, Any] = {"tool_choice": requires}
    if dialect.json_schema == "none":
        known["structured_output"] = False
    elif dialect.strict_by_default and not dialect.schemas_by_model:
        known["structured_output"] = True
    if dialect.tool_media:
        known["image_tool_message"] = True
    efforts = dialect.reasoning_efforts
    if efforts is not None and _LEVELS in ModelProfile.__annotations__:
        ordered = sorted(efforts.difference(_EFFORTS))
        known[_LEVELS] = [word for word in _EFFORTS if word in efforts] + ordered
    return cast("ModelProfile", LazyProfile(provider, model, known))


class LazyProfile(dict[str, Any]):
    """A profile that looks the model up when it is read.

    Args:
        provider: The provider's name in the table.
        model: The model's name on its server.
        known: The facts that need no lookup.
    """

    __slots__ = ("_model",)

    def __init__(self, provider: str, model: str, known: dict[str, Any]) -> None:
        super().__init__(known)
        self._model: tuple[str, str] | None = (provider, model)

    def _look_up(self) -> None:
        wanted = self._model
        if wanted is None:
            return
        info = model_info(*wanted)
        if info is not None and info.name:
            super().setdefault("name", info.name)
        if info is not None and info.context_window:
            super().setdefault("max_input_tokens", info.context_window)
        # Last, so that another thread does not read a part of it.
        self._model = None

    def __bool__(self) -> bool:
        """Return True: there are always facts of the server."""
        return True

    def __eq__(self, other: object) -> bool:
        """Whether the profiles are those of the same model, or have equal facts."""
        if isinstance(other, LazyProfile) and self._model == other._model is not None:
            return dict.__eq__(self, other)
        self._look_up()
        if isinstance(other, LazyProfile):
            other._look_up()
        return dict.__eq__(self, other)

    __hash__ = None  # as for all dicts

    def __ne__(self, other: object) -> bool:
        """Whether the profiles differ."""
        return not self == other

    def __reduce__(self) -> Any:
        """Return the parts of copies and pickles, without a lookup."""
        if self._model is None:
            return dict, (dict(self),)
        return LazyProfile, (*self._model, dict(dict.items(self)))


def _after_lookup(name: str) -> Callable[..., Any]:
    plain = getattr(dict, name)

    def method(self: LazyProfile, *args: Any, **kwargs: Any) -> Any:
        self._look_up()  # of the class below
        return plain(self, *args, **kwargs)

    method.__name__, method.__doc__ = name, plain.__doc__
    return method


for _name in (
    "__contains__",
    "__delitem__",
    "__getitem__",
    "__iter__",
    "__len__",
    "__or__",
    "__repr__",
    "__reversed__",
    "__ror__",
    "__setitem__",
    "clear",
    "copy",
    "get",
    "items",
    "keys",
    "pop",
    "popitem",
    "setdefault",
    "update",
    "values",
):
    setattr(LazyProfile, _name, _after_lookup(_name))
