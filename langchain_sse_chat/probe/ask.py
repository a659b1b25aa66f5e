"""Describe one question to a server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

_CHARACTERS_PER_TOKEN = 4
"""About as many as in English texts; the JSON around them makes up for others."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request, with what is needed to send it and to judge its answer."""

    name: str
    """The name by which checks find its answer."""
    body: Mapping[str, Any] | None = None
    """The JSON body; `None` for a GET request."""
    path: str = "/chat/completions"
    """The path after the root of the API."""
    limit: int = 0
    """The most output tokens that were asked for, for all answers together."""
    extra: int = 0
    """Input tokens that the length of the body does not show, such as an image's."""
    optional: tuple[str, ...] = ()
    """Fields without which the request is sent again if the server refuses them."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Fields that were left out or renamed, with the server's words about each."""
    has_wrong_key: bool = False
    """Whether it is sent with a key that does not exist."""

    @property
    def cost(self) -> int:
        """The most tokens that it should take, input included."""
        text = json.dumps(self.body) if self.body else ""
        return self.limit + self.extra + len(text) // _CHARACTERS_PER_TOKEN

    def without(self, name: str, words: str) -> Ask:
        """Return the request without a field, or with it under its other name.

        Args:
            name: The field.
            words: What the server said about it.
        """
        body = dict(self.body or {})
        value = body.pop(name)
        if name == "max_tokens":
            body["max_completion_tokens"] = value
        elif name == "max_completion_tokens":
            body["max_tokens"] = value
        optional = tuple(each for each in self.optional if each != name)
        refused = {**self.refused, name: words}
        return replace(self, body=body, optional=optional, refused=refused)
