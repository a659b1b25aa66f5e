"""Say of options what the package says of its arguments."""

from __future__ import annotations

import re

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
}
"""Words of the package and those of the command line."""
_WORDS = re.compile("|".join(map(re.escape, _OPTIONS)))
_PROVIDER = re.compile(r"`provider='([^'`]+)'`")


def with_options(message: str) -> str:
    """Return an error of the package, with options instead of arguments."""
    named = _WORDS.sub(lambda found: _OPTIONS[found[0]], message)
    return _PROVIDER.sub(r"--provider \1", named)
