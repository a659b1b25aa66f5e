"""The environment variables that a provider reads."""

from __future__ import annotations

import re

from langchain_sse_chat import Provider


def variables(provider: Provider) -> list[str]:
    """Return all variables of a provider."""
    return [
        *provider.key_variables,
        *provider.address_variables,
        *placeholders(provider),
        *(variable for _, variable in provider.headers_env),
    ]


def placeholders(provider: Provider) -> list[str]:
    """Return the variables in a provider's address."""
    found = re.findall(r"\{([^}]*)\}", provider.base_url or "")
    return [name for names in found for name in names.split("|")]
