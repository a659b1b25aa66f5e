"""Whatever a history holds, a strict server takes the request that is made of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from langchain_core.messages import BaseMessage

from tests.unit_tests.histories.random_messages import histories, tools
from tests.unit_tests.histories.requests import SERVERS, refused_for


@pytest.mark.parametrize("provider", SERVERS)
@settings(
    derandomize=True,
    max_examples=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(history=histories(), offered=tools())
def test_a_strict_server_takes_every_history(
    provider: str, history: list[BaseMessage], offered: list[dict[str, Any]]
) -> None:
    assert refused_for(provider, history, offered) == []
