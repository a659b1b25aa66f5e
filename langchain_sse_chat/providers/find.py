"""Finding a provider by its name or by the host of a base URL."""

from __future__ import annotations

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.providers.provider import Provider, host_of
from langchain_sse_chat.providers.table import CUSTOM, OPENAI, PROVIDERS


def find_provider(provider: str | Provider | None, base_url: str | None) -> Provider:
    """Return the provider that is meant.

    Args:
        provider: A name from the table, a `Provider` of one's own, or `None` to find
            it from the host of `base_url`.
        base_url: The base URL when one was given.

    Raises:
        ConfigurationError: No provider has that name; the message lists those there
            are.
    """
    if isinstance(provider, Provider):
        return provider
    if provider is not None:
        known = PROVIDERS.get(provider.strip().lower())
        if known is None:
            msg = (
                f"Unknown provider {provider!r}. The known ones are "
                f"{', '.join(sorted(PROVIDERS))}. For another server pass its "
                "`base_url`, or a `Provider` of your own."
            )
            raise ConfigurationError(msg)
        return known
    if base_url is None:
        return OPENAI
    host = host_of(base_url)
    return next((p for p in PROVIDERS.values() if p.serves(host)), CUSTOM)
