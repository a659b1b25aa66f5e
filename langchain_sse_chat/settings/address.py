"""Find the address and the API key of a model."""

from __future__ import annotations

import os

from pydantic import SecretStr

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.providers import Provider


def endpoint_root(provider: Provider, base_url: str | None) -> str:
    """Return the part of the address before `/chat/completions`.

    Args:
        provider: The provider; its environment variables precede its own address.
        base_url: The address that the user passed, if any.

    Raises:
        ConfigurationError: No address is known.
    """
    variables = provider.address_variables
    address = base_url if base_url is not None else _environment(variables)
    address = address if address is not None else provider.base_url
    if address is None:
        ways = f"Set {variables[0]}, or pass" if variables else "Pass"
        msg = f"The provider {provider.name!r} has no address. {ways} `base_url`."
        raise ConfigurationError(msg)
    return address


def strict_root(provider: Provider, base_url: str | None, root: str) -> str | None:
    """Return the address for requests with strict tools, `None` for the usual one.

    Args:
        provider: The provider.
        base_url: The address that the user passed, if any.
        root: The address of other requests.
    """
    is_own = base_url is None and root == provider.base_url
    return provider.strict_base_url if is_own else None


def key_in_environment(provider: Provider) -> SecretStr | None:
    """Return the key of a provider from the environment, `None` if it is not set."""
    key = _environment(provider.key_variables)
    return None if key is None else SecretStr(key)


def missing_key(provider: Provider) -> ConfigurationError:
    """Return the error for a provider without a key."""
    variable = provider.api_key_env
    remedy = f"set {variable}, or pass `api_key`" if variable else "pass `api_key`"
    msg = f"No API key for {provider.name}: {remedy}. {provider.hint}".rstrip()
    return ConfigurationError(msg)


def _environment(variables: tuple[str, ...]) -> str | None:
    return next(filter(None, map(os.environ.get, variables)), None)
