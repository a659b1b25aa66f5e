"""A scripted Sber, and both ways to ask it."""

from __future__ import annotations

import os

import pytest

from tests.unit_tests.gigachat.gigachat_scripts import Ask, Sber, ask_async, ask_sync


@pytest.fixture
def sber() -> Sber:
    """The server."""
    return Sber()


@pytest.fixture(params=[ask_sync, ask_async], ids=["sync", "async"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Return a function that streams an answer, sync or async."""
    run: Ask = request.param
    return run


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("GIGACHAT_"):
            monkeypatch.delenv(name)
