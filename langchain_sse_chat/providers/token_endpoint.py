"""Where a provider sells access tokens for its keys."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """An address that gives an access token for a key, for those that need one.

    The key goes there as `Authorization: Basic`, and requests carry the token instead.
    """

    url: str
    """The address."""

    scope: str = ""
    """What the tokens are to be good for; empty for none."""

    url_env: str | None = None
    """The environment variable that holds another address."""

    scope_env: str | None = None
    """The environment variable that holds another scope."""

    def at(self) -> tuple[str, str]:
        """Return address and scope, with those of the environment over its own."""
        return (
            _environment(self.url_env) or self.url,
            _environment(self.scope_env) or self.scope,
        )


def _environment(variable: str | None) -> str | None:
    return os.environ.get(variable) if variable else None
