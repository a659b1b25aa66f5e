"""Find a provider by its name or by the host of a base URL."""

from __future__ import annotations

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.providers.provider import Provider, host_of
from langchain_sse_chat.providers.table import CUSTOM, OPENAI, PROVIDERS


def find_provider(provider: str | Provider | None, base_url: str | None) -> Provider:
    """Return the provider for a name or a base URL.

    Args:
        provider: A name in the table, a `Provider`, or `None` to find it by the host of
            `base_url`.
        base_url: The base URL, if given.

    Raises:
        ConfigurationError: No provider has that name; the message lists all names.
    """
    if isinstance(provider, Provider):
        return provider
    if provider is not None:
        known = PROVIDERS.get(provider.strip().lower())
        if known is None:
            msg = (
                f"Unknown provider {provider!r}. The known providers are "
                f"{', '.join(sorted(PROVIDERS))}. For another server pass its "
                "`base_url`, or a `Provider` of your own."
            )
            raise ConfigurationError(msg)
        return known
    if base_url is None:
        return OPENAI
    host = host_of(base_url)
    return next((p for p in PROVIDERS.values() if p.serves(host)), CUSTOM)
