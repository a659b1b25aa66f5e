"""Find the target that is served under a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_core.language_models import BaseChatModel

from langchain_sse_chat.serve.failure.failure import (
    RequestRefused,
    refused,
    unknown_model,
)
from langchain_sse_chat.serve.targets.target import Target

_MOST_KEPT = 256
"""Targets that are kept, for mappings that have a name for each user."""


class Catalog:
    """The targets of an application, by name.

    Args:
        targets: A mapping of names to what is served: looked up at each request, so it
            may change. Or one thing alone, which has its own name.

    Raises:
        TypeError: One of them cannot be served.
        ValueError: The input of a chain is not known.
    """

    def __init__(self, targets: object) -> None:
        self._kept: dict[str, tuple[object, Target]] = {}
        self._targets: Mapping[str, Any]
        self.known_names: list[str] = []
        """The names at the start; none of a dynamic mapping."""
        if isinstance(targets, Mapping):
            self._targets = targets
        else:
            Target.of(targets)  # an error tells no name that nobody has given
            self._targets = {_own_name(targets): targets}
        if type(self._targets) is dict:
            # Those of a dynamic mapping may not be there yet, or cost something.
            for name, found in self._targets.items():
                self._target(name, found)
            self.known_names = self.names()

    def names(self) -> list[str]:
        """Return the names of the targets."""
        return [str(name) for name in self._targets]

    def __contains__(self, name: str) -> bool:
        return name in self._targets

    def find(self, name: str | None, *, has_default: bool) -> tuple[str, Target]:
        """Return the target that is served under a name, and the name.

        Args:
            name: The name. `None` is for the only target there is.
            has_default: Whether `None` is for the first target if there are more.

        Raises:
            RequestRefused: There is no such name, or there is a choice and no name.
        """
        if name is None:
            name = self._only_name(has_default=has_default)
        try:
            found = self._targets[name]
        except KeyError:
            raise RequestRefused(unknown_model(name)) from None
        return name, self._target(name, found)

    def _only_name(self, *, has_default: bool) -> str:
        names = self.names()
        if not names or (len(names) > 1 and not has_default):
            msg = "The request has no `model`. `GET /v1/models` lists them all."
            raise refused(msg, "model", "missing_required_parameter")
        return names[0]

    def _target(self, name: str, found: object) -> Target:
        kept = self._kept.get(name)
        if kept is not None and kept[0] is found:
            return kept[1]
        target = Target.of(found, name)
        self._kept.pop(name, None)
        if len(self._kept) >= _MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[name] = (found, target)
        return target


def _own_name(target: object) -> str:
    """Return the name of what is served alone: that of its model, or `default`."""
    if isinstance(target, BaseChatModel):
        for attribute in ("model_name", "model"):
            name = getattr(target, attribute, None)
            if isinstance(name, str) and name:
                return name
    return "default"
