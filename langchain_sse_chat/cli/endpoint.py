"""Find the endpoint that the environment names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_sse_chat.cli.load import CommandError

_NAMES = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "BASE_URL", "PROVIDER")


def has_endpoint(environment: Mapping[str, str]) -> bool:
    """Return whether the environment names an endpoint."""
    return any(environment.get(name) for name in _NAMES)


def endpoint_of(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the endpoint as arguments of `ChatSSE`."""
    base_url = environment.get("BASE_URL") or environment.get("OPENAI_BASE_URL")
    return {
        "model": environment.get("MODEL") or "gpt-4o-mini",
        "provider": environment.get("PROVIDER") or None,
        "base_url": base_url or None,
        "api_key": environment.get("OPENAI_API_KEY") or None,
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
