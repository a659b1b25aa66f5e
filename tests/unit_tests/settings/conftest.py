"""No key and no address of the machine reaches these tests."""

from __future__ import annotations

import pytest

from langchain_sse_chat.providers import PROVIDERS


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in PROVIDERS.values():
        for variable in (*provider.key_variables, *provider.address_variables):
            monkeypatch.delenv(variable, raising=False)
