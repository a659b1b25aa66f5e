"""Fill the variables in a provider's address, and find the hosts that it can have."""

from __future__ import annotations

import os
import re

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.lazy_pattern import lazy_pattern

_PLACEHOLDER = lazy_pattern(r"\{([^{}]*)\}")
_PLAIN = lazy_pattern(r"[A-Za-z0-9](?:[A-Za-z0-9._~-]*[A-Za-z0-9])?")


def filled(base_url: str, provider: str) -> str:
    """Return an address with the values of its variables.

    Args:
        base_url: The address. `{NAME}` stands for the value of the environment variable
            `NAME`, `{NAME|OTHER}` for the first of them that is set.
        provider: The provider's name, for the error.

    Raises:
        ConfigurationError: A variable is not set, or its value would change the host or
            the path. The message names it and does not show the value.
    """

    def value(match: re.Match[str]) -> str:
        names = match[1].split("|")
        found = next((name for name in names if os.environ.get(name)), None)
        if found is None:
            msg = (
                f"The address of {provider!r} contains {' or '.join(names)}, which is "
                "not set. Set the environment variable, or pass the whole address as "
                "`base_url`."
            )
            raise ConfigurationError(msg)
        text = os.environ[found].strip()
        if not _PLAIN.fullmatch(text):
            msg = (
                f"{found} is a part of the address of {provider!r}, and its value does "
                "not fit there: only letters, digits, '-', '.', '_' and '~' do. Set "
                "only the part, or pass the whole address as `base_url`."
            )
            raise ConfigurationError(msg)
        return text

    return _PLACEHOLDER.sub(value, base_url)


def host_pattern(base_url: str | None) -> str | None:
    """Return an address with `*` for each of its variables."""
    return None if base_url is None else _starred(base_url)


def quick_host(base_url: str) -> str:
    """Return the host pattern of an address in the table, which has no user in it.

    The import of the package needs those of all providers, and `urlsplit` takes several
    times as long.
    """
    rest = _starred(base_url.partition("://")[2])
    return rest.partition("/")[0].partition(":")[0].lower()


def _starred(text: str) -> str:
    if "{" not in text:
        return text
    start, *others = text.split("{")
    return start + "".join("*" + other.partition("}")[2] for other in others)


def matches(host: str, pattern: str) -> bool:
    """Whether a host has the form of a pattern, both in lower case.

    A `*` stands for a part of a name without dots; at the start, `*.` stands for one or
    more names.
    """
    if "*" not in pattern:
        return host == pattern
    if pattern.startswith("*.") and "*" not in pattern[1:]:
        return host.endswith(pattern[1:])
    names, wanted = host.split("."), pattern.split(".")
    if wanted[0] == "*":
        wanted = wanted[1:]
        names = names[-len(wanted) :] if len(names) > len(wanted) else []
    return len(names) == len(wanted) and all(map(_name_matches, names, wanted))


def _name_matches(name: str, pattern: str) -> bool:
    if "*" not in pattern:
        return name == pattern
    start, end = pattern[: pattern.index("*")], pattern[pattern.rindex("*") + 1 :]
    return (
        len(name) > len(start) + len(end)
        and name.startswith(start)
        and name.endswith(end)
    )
