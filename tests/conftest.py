"""Settings of all tests: no clock, and nothing of this machine."""

from __future__ import annotations

import os
import re
import signal

import pytest
from hypothesis import HealthCheck, settings
from langchain_core.messages import BaseMessage

# The same examples each time, on slow machines too: a change is judged by what it
# changed. The fuzzers look elsewhere each time.
settings.register_profile(
    "tests",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
# For runs on other versions of Python and of the dependencies, after the first.
settings.register_profile("again", settings.get_profile("tests"), max_examples=20)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "tests"))

# Keys, addresses, proxies and tracing of the person who runs the tests.
_OF_THE_USER = re.compile(
    r"(?i).*_(API_KEY|API_BASE|BASE_URL|PROXY)|(OPENAI|GIGACHAT|LANGCHAIN|LANGSMITH)_.*"
    r"|BASE_URL|PROVIDER|MODEL|SSL_CERT_(FILE|DIR)"
)
for _name in filter(_OF_THE_USER.fullmatch, list(os.environ)):
    del os.environ[_name]

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # A shell starts programs in the background so. Commands that tests start would
    # inherit it, and never be interrupted.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Keep a part of the tests: with `TESTS_PART=1/3`, the second of three."""
    number, _, count = os.environ.get("TESTS_PART", "").partition("/")
    if number and int(count) > 1:
        kept = items[int(number) :: int(count)]
        others = set(items).difference(kept)
        config.hook.pytest_deselected(items=[i for i in items if i in others])
        items[:] = kept


SHOWN = 20
"""Characters of each end of a value in the name of a test."""

SHOWN_OF_TEXT = 40
"""The same for a text."""


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name the rows of a table by their values, not by their numbers.

    Values that are not the same in each process stay numbers: with them, workers of
    pytest-xdist would collect different tests.
    """
    if isinstance(val, (BaseException, BaseMessage)):
        return type(val).__name__
    if isinstance(val, str):
        return None if len(val) <= SHOWN_OF_TEXT else f"{val[:SHOWN_OF_TEXT]}…"
    if not isinstance(val, (list, tuple, dict)) or not _is_plain(val):
        return None
    shown = repr(val)
    return shown if len(shown) <= 2 * SHOWN else f"{shown[:SHOWN]}…{shown[-SHOWN:]}"


def _is_plain(value: object, depth: int = 9) -> bool:
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, (list, tuple)):
        # Some tables hold values that are nested without end.
        return depth > 0 and all(_is_plain(each, depth - 1) for each in value)
    if isinstance(value, float):
        return abs(value) < 1e9  # a time of today is larger
    return value is None or value is ... or isinstance(value, (str, bytes, int))
