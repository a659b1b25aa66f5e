"""Define facts about models: how their requests differ from others of a provider."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from langchain_sse_chat.dialect import Dialect, with_changes
from langchain_sse_chat.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """The facts about some models of a provider.

    ```python
    from dataclasses import replace

    from langchain_sse_chat import ModelFacts
    from langchain_sse_chat.providers import PROVIDERS

    facts = ModelFacts("sage-.*", {"reasoning_tags": ("<think>", "</think>")})
    ollama = replace(PROVIDERS["ollama"], models=(facts,))
    ```
    """

    names: str
    """A regular expression for the whole name of a model, in any case."""

    changes: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """The fields of the provider's `Dialect` that have another value."""

    source: str = ""
    """The documentation page with these facts."""

    def __post_init__(self) -> None:
        """Check the facts.

        Raises:
            ConfigurationError: `names` is not a regular expression, or `Dialect` has no
                such field or value.
        """
        try:
            re.compile(self.names)
        except re.error as error:
            msg = f"`ModelFacts({self.names!r})` is not a regular expression: {error}."
            raise ConfigurationError(msg) from error
        with_changes(Dialect(), self.changes)

    def describes(self, model: str) -> bool:
        """Whether these facts are about a model."""
        return re.fullmatch(self.names, model, re.IGNORECASE) is not None


def dialect_of(dialect: Dialect, models: tuple[ModelFacts, ...], model: str) -> Dialect:
    """Return the dialect of a model: the provider's, with the first facts about it."""
    found = next((facts for facts in models if facts.describes(model)), None)
    return with_changes(dialect, found.changes) if found else dialect
