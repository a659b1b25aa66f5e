"""Find the address and the API key of a model."""

from __future__ import annotations

import os

from pydantic import SecretStr

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.providers import PROVIDERS, Provider
from langchain_sse_chat.secrets.masking import MaskedStr
from langchain_sse_chat.transport.proxies import Proxy


def endpoint_root(provider: Provider, base_url: str | None) -> str:
    """Return the part of the address before `/chat/completions`.

    Args:
        provider: The provider; its environment variables precede its own address.
        base_url: The address that the user passed, if any.

    Raises:
        ConfigurationError: No address is known, or a variable in it is not set.
    """
    variables = provider.address_variables
    address = base_url if base_url is not None else _environment(variables)
    address = address if address is not None else provider.filled_base_url()
    if address is None:
        ways = f"Set {variables[0]}, or pass" if variables else "Pass"
        msg = f"The provider {provider.name!r} has no address. {ways} `base_url`."
        raise ConfigurationError(msg)
    return address


def address_setting(provider: Provider, base_url: str | None) -> str:
    """Return the name of what set the address, for errors: a variable or `base_url`."""
    found = (name for name in provider.address_variables if os.environ.get(name))
    return "base_url" if base_url is not None else next(found, "base_url")


def environment_headers(provider: Provider, base_url: str | None) -> dict[str, str]:
    """Return the headers of a provider from the environment.

    They belong to an account, so they are sent only to the hosts of the provider and to
    an address from its own variables, not to another server under its name.

    Args:
        provider: The provider.
        base_url: The address that the user passed, if any.
    """
    if not provider.headers_env:
        return {}
    is_own = base_url is None or provider.is_home(base_url)
    return provider.headers_in_environment() if is_own else {}


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


def proxy_in_environment(provider: Provider) -> str | None:
    """Return the URL of a provider's proxy from the environment.

    Raises:
        ConfigurationError: It is not a valid proxy URL.
    """
    variable = provider.proxy_env
    proxy = _environment((variable,)) if variable else None
    if variable and proxy is not None:
        Proxy(MaskedStr(proxy), variable).as_httpx()
    return proxy


def missing_key(provider: Provider, *, is_chosen: bool) -> ConfigurationError:
    """Return the error for a provider without a key.

    Args:
        provider: The provider.
        is_chosen: Whether the user chose it. Otherwise the error names providers with a
            key in the environment.
    """
    variable = provider.api_key_env
    remedy = f"set {variable}, or pass `api_key`" if variable else "pass `api_key`"
    msg = f"No API key for {provider.name}: {remedy}. {provider.hint}".rstrip()
    others = () if is_chosen else map(_other_provider, PROVIDERS.values())
    return ConfigurationError(" ".join([msg, *filter(None, others)]))


def _other_provider(provider: Provider) -> str:
    variable = next((v for v in provider.key_variables if os.environ.get(v)), None)
    if variable is None:
        return ""
    return f"{variable} is set; to use it, pass `provider={provider.name!r}`."


def _environment(variables: tuple[str, ...]) -> str | None:
    return next(filter(None, map(os.environ.get, variables)), None)
