"""No key and no address of the machine reaches these tests."""

from __future__ import annotations

import pytest

from langchain_sse_chat.providers import PROVIDERS
from tests.unit_tests.providers.environment import variables


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in PROVIDERS.values():
        for variable in variables(provider):
            monkeypatch.delenv(variable, raising=False)
