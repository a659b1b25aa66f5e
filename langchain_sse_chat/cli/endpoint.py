"""Find the endpoint that the environment names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from langchain_sse_chat.cli.load import CommandError
from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.providers import Provider, find_provider
from langchain_sse_chat.settings.address import address_setting

_NAMES = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "BASE_URL", "PROVIDER")


def has_endpoint(environment: Mapping[str, str]) -> bool:
    """Return whether the environment names an endpoint."""
    return any(environment.get(name) for name in _NAMES)


def endpoint_of(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the endpoint as arguments of `ChatSSE`."""
    variable = _address_variable(environment)
    return {
        "model": environment.get("MODEL") or "gpt-4o-mini",
        "provider": environment.get("PROVIDER") or None,
        "base_url": environment[variable] if variable else None,
        "api_key": environment[key] if (key := _key_variable(environment)) else None,
    }


def server_of(
    environment: Mapping[str, str],
    *,
    provider: str | None = None,
    base_url: str | None = None,
    api_key_env: str | None = None,
) -> dict[str, Any]:
    """Return the server as arguments of `ChatSSE`: by options, or by the environment.

    The key of the environment is not sent to a server that an option names.

    Raises:
        CommandError: There is no key in the variable.
    """
    found = endpoint_of(environment)
    if provider or base_url:
        found.update(provider=provider, base_url=base_url, api_key=None)
    if api_key_env is not None:
        found["api_key"] = key_in(environment, api_key_env)
    return found


class Sources(NamedTuple):
    """The names for the address and the key of a server in errors."""

    address: str | None
    """An option, a variable, or the provider whose own address it is; `None` for a
    provider that there is not."""
    key: str | None
    """A variable, `None` without a key."""


def sources_of(
    environment: Mapping[str, str],
    *,
    provider: str | None = None,
    base_url: str | None = None,
    api_key_env: str | None = None,
) -> Sources:
    """Return the names for the address and the key of the server of `server_of`."""
    address, key = "--base-url" if base_url else None, api_key_env
    if not (provider or base_url):
        address = _address_variable(environment)
        key = key or _key_variable(environment)
        provider = environment.get("PROVIDER")
        base_url = environment[address] if address else None
    known = _known(provider, base_url)
    if known is None:
        return Sources(address, key)
    if address is None:
        found = address_setting(known, None)
        address = f"the address of {known.name}" if found == "base_url" else found
    return Sources(address, key or _first_set(environment, known.key_variables))


def _known(provider: str | None, base_url: str | None) -> Provider | None:
    try:
        return find_provider(provider or None, base_url)
    except ConfigurationError:
        return None


def _address_variable(environment: Mapping[str, str]) -> str | None:
    return _first_set(environment, ("BASE_URL", "OPENAI_BASE_URL"))


def _key_variable(environment: Mapping[str, str]) -> str | None:
    """Return the variable whose key goes to the server that the environment names.

    The own key of a provider comes first, and goes to the provider's address only.
    """
    provider = environment.get("PROVIDER")
    known = _known(provider, None) if provider else None
    own = () if known is None or _address_variable(environment) else known.key_variables
    return _first_set(environment, (*own, "OPENAI_API_KEY"))


def _first_set(environment: Mapping[str, str], names: Iterable[str]) -> str | None:
    return next((name for name in names if environment.get(name)), None)


def key_in(environment: Mapping[str, str], name: str | None) -> str | None:
    """Return the key in a variable that the user named; `None` without a name.

    Raises:
        CommandError: There is no key in it.
    """
    key = environment.get(name) if name else None
    if name and not key:
        msg = f"The variable {name} has no key. Set it, or leave out --api-key-env."
        raise CommandError(msg)
    return key
