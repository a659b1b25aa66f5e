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


def own_address(provider: Provider) -> str:
    """Return an address of a provider, with a value for each variable in it."""
    if provider.base_url is None:
        pattern = next(host for host in provider.hosts if host.startswith("*."))
        return f"https://mine{pattern[1:]}"
    return re.sub(r"\{[^}]*\}", "mine-1", provider.base_url)


def is_found_by_its_host(provider: Provider) -> bool:
    """Whether no other provider has the same host."""
    return not provider.is_local and "only by name" not in provider.note
