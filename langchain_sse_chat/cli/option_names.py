"""Say of options and variables what the package says of its arguments."""

from __future__ import annotations

import re
from collections.abc import Mapping

_OPTIONS = {
    "or pass `api_key`": "or name another variable with --api-key-env",
    "pass `api_key`": "name its variable with --api-key-env",
    "`api_key`": "--api-key-env",
    "`base_url`": "--base-url",
    "`model`": "--model",
    "`provider`": "--provider",
    "`record`": "--record",
    "`timeout`": "--timeout",
    "`keep`": "--keep",
    "`proxy`": "the proxy",
    ", or `record=None` to record nothing": "",
    ", 0 or more, or None": ", 0 or more",
}
_VARIABLES = {
    ", or pass `api_key`": "",
    "pass `api_key`": "set OPENAI_API_KEY",
    "`api_key`": "OPENAI_API_KEY",
    "`base_url`": "BASE_URL",
    "`model`": "MODEL",
    "`provider`": "PROVIDER",
    "`proxy`": "the proxy",
}
"""Words of the package and those of the command line."""
_PROVIDER = re.compile(r"`provider='([^'`]+)'`")


def with_options(message: str) -> str:
    """Return an error of the package, with options instead of arguments."""
    return _PROVIDER.sub(r"--provider \1", _replaced(message, _OPTIONS))


def with_variables(message: str) -> str:
    """Return an error of the package, with variables instead of arguments."""
    return _PROVIDER.sub(r"PROVIDER=\1", _replaced(message, _VARIABLES))


def _replaced(message: str, words: Mapping[str, str]) -> str:
    any_of = "|".join(map(re.escape, words))
    return re.sub(any_of, lambda found: words[found[0]], message)
