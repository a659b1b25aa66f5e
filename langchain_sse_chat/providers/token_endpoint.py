"""Define the endpoint where a provider exchanges keys for access tokens."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """An endpoint that exchanges a key for an access token.

    The key is sent there as `Authorization: Basic`; requests use the token instead.
    """

    url: str
    """The URL."""

    scope: str = ""
    """The scope of the tokens; empty for none."""

    url_env: str | None = None
    """The environment variable that overrides the URL."""

    scope_env: str | None = None
    """The environment variable that overrides the scope."""

    def at(self) -> tuple[str, str]:
        """Return URL and scope, with overrides from the environment."""
        return (
            _environment(self.url_env) or self.url,
            _environment(self.scope_env) or self.scope,
        )


def _environment(variable: str | None) -> str | None:
    return os.environ.get(variable) if variable else None
