"""Find a provider by its name or by the host of a base URL."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.near_match import near_match
from langchain_sse_chat.providers.placeholders import matches, quick_host
from langchain_sse_chat.providers.provider import LOCAL_HOSTS, Provider, host_of
from langchain_sse_chat.providers.table import CUSTOM, OPENAI, PROVIDERS

_EXAMPLES = "openai, openrouter, gigachat and ollama"


def find_provider(provider: str | Provider | None, base_url: str | None) -> Provider:
    """Return the provider for a name or a base URL.

    Args:
        provider: A name in the table, a `Provider`, or `None` to find it by the host of
            `base_url`.
        base_url: The base URL, if given.

    Raises:
        ConfigurationError: No provider has that name; the message has a similar one.
    """
    if isinstance(provider, Provider):
        return provider
    if provider is not None:
        known = PROVIDERS.get(provider.strip().lower())
        if known is None:
            raise ConfigurationError(unknown_provider(provider))
        return known
    if base_url is None:
        return OPENAI
    host = host_of(base_url)
    return CUSTOM if host is None else _KNOWN_HOSTS.owner(host)


def unknown_provider(name: str) -> str:
    """Return the error for a name that no provider has."""
    near = near_match(name.strip().lower(), PROVIDERS)
    hint = near or f" There are {len(PROVIDERS)}, such as {_EXAMPLES}."
    other = "" if near else " For another server pass its `base_url`."
    return f"Unknown provider {name!r}.{hint} docs/providers.md has the table.{other}"


class Hosts(NamedTuple):
    """The hosts of providers. If two have the same one, it is the first provider's."""

    names: dict[str, Provider]
    patterns: tuple[tuple[str, Provider], ...]
    """Patterns with a `*`, few enough to be tried one after the other."""

    def owner(self, host: str) -> Provider:
        """Return the provider of a host, `CUSTOM` if it is not known."""
        known = self.names.get(host)
        if known is not None:
            return known
        return next((p for own, p in self.patterns if matches(host, own)), CUSTOM)


def hosts_of(providers: Iterable[Provider]) -> Hosts:
    """Return the hosts by which providers of the table are found."""
    names: dict[str, Provider] = {}
    patterns = []
    for provider in providers:
        own = quick_host(provider.base_url or "")
        found_by = (own,) if own and own not in LOCAL_HOSTS else ()
        for pattern in (*found_by, *provider.hosts):
            if "*" in pattern:
                patterns.append((pattern, provider))
            else:
                names.setdefault(pattern, provider)
    return Hosts(names, tuple(patterns))


_KNOWN_HOSTS = hosts_of(PROVIDERS.values())
