"""Say of options and variables what the package says of its arguments."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from langchain_sse_chat.cli.endpoint import sources_of

Words = Callable[[str], str]
"""Returns an error of the package in the words of a command."""

_OPTIONS = {
    "base_url": "--base-url",
    "provider": "--provider",
    "record": "--record",
    "timeout": "--timeout",
    "api_key": "--api-key-env",
}
_VARIABLES = {"base_url": "BASE_URL", "provider": "PROVIDER"}
_SET = {"pass": "set", "Pass": "Set"}
_NAME = re.compile(
    r"(?:\b(?P<verb>[Pp]ass)(?P<what>(?: \w+){0,4}) )?"
    r"`(?P<name>\w+)(?:='(?P<value>[^'`]+)')?`"
)
"""An argument, and the advice to pass it."""

_EVERYWHERE = {
    "pass `verify=` the path": "set SSL_CERT_FILE to the path",
    "pass the path of its PEM file as `verify=`, or as `ca_bundle_file=` to "
    "`GigaChat`": "set SSL_CERT_FILE to the path of its PEM file",
    ", or pass `verify`": "",
    ", or pass `default_query={'api-version': …}`": "",
    ", or pass `proxy` to send all requests through one proxy": "",
    "Pass them in `proxy`, as": "Write them into its address, as",
    "Pass the user and password of the proxy in `proxy`": (
        "Write user and password into the address of the proxy"
    ),
    "`proxy`": "the proxy",
    ", or `record=None` to record nothing": "",
    " What was received is in `partial`; set `on_truncation` to accept such answers.": (
        ""
    ),
    ", 0 or more, or None": ", 0 or more",
}
"""Advice for programs, and what helps on the command line."""
_WITH_TIMEOUT = {
    " (None switches it off)": "",
    " A chat model can stream the answer instead.": "",
}
_WITHOUT_TIMEOUT = {
    "; raise `timeout` for a distant server": "",
    " Raise `timeout` (None switches it off).": "",
    " Raise `first_token_timeout` (None switches it off).": "",
    " Raise `stream_chunk_timeout` if the model pauses that long (None switches it "
    "off).": "",
}
_KEY_BY_OPTION = {
    "or pass `api_key`": "or name another variable with --api-key-env",
    "pass `api_key`": "name its variable with --api-key-env",
}
_KEY_BY_BOTH = {
    **_KEY_BY_OPTION,
    "pass `api_key`. A key from OPENAI_API_KEY goes to api.openai.com only.": (
        "set OPENAI_API_KEY, or name another variable with --api-key-env."
    ),
}
_KEY_BY_VARIABLE = {
    ", or pass `api_key`": "",
    "pass `api_key`. A key from OPENAI_API_KEY goes to api.openai.com only.": (
        "set OPENAI_API_KEY."
    ),
    "pass `api_key`": "set OPENAI_API_KEY",
}
_KEYS = (
    "Check the API key",
    "Check the permissions of the API key",
    "If it holds the API key, the key",
)


def words_for(
    environment: Mapping[str, str],
    options: Collection[str] = (),
    *,
    provider: str | None = None,
    base_url: str | None = None,
    api_key_env: str | None = None,
) -> Words:
    """Return how a command says what the package says of its arguments.

    Args:
        environment: The variables that name a server if no option does.
        options: The arguments of the package for which the command has options.
        provider: The provider, if an option names it.
        base_url: The address of the server, if an option names it.
        api_key_env: The variable with the key, if an option names it.
    """
    ways = {**_VARIABLES, **{name: _OPTIONS[name] for name in options}}
    found = sources_of(
        environment, provider=provider, base_url=base_url, api_key_env=api_key_env
    )
    sources = {**ways, "base_url": found.address or ways["base_url"]}
    phrases = {
        **_EVERYWHERE,
        **(_WITH_TIMEOUT if "timeout" in options else _WITHOUT_TIMEOUT),
        **_ways_of_keys(options, is_named=bool(provider or base_url)),
        **{each: each + f" in {found.key}" for each in _KEYS if found.key},
    }
    # Of those that begin alike, the longest one.
    any_of = "|".join(map(re.escape, sorted(phrases, key=len, reverse=True)))

    def name(found: re.Match[str]) -> str:
        verb, what, argument, value = found.groups()
        way = ways.get(argument)
        if way is None:
            return found[0]
        is_option = way.startswith("-")
        if value:
            way += f"{' ' if is_option else '='}{value}"
        elif not verb:
            way = sources[argument]
        if not verb:
            return way
        return f"{verb if is_option else _SET[verb]}{what} {way}"

    def worded(message: str) -> str:
        return _NAME.sub(name, re.sub(any_of, lambda found: phrases[found[0]], message))

    return worded


def _ways_of_keys(options: Collection[str], *, is_named: bool) -> Mapping[str, str]:
    if "api_key" not in options:
        return _KEY_BY_VARIABLE
    return _KEY_BY_OPTION if is_named else _KEY_BY_BOTH
