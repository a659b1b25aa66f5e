"""The temperature that is sent for each value that a user passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from langchain_sse_chat import ChatSSE, Dialect, Provider
from tests.unit_tests.chat_models.scripted import Scripted, completion

WARM = Provider(
    name="own", api_key_required=False, dialect=Dialect(least_temperature=0.1)
)


@pytest.mark.parametrize("provider", [None, WARM], ids=["plain", "least"])
@pytest.mark.parametrize("given", ["hot", [1], 0.5])
def test_a_temperature_goes_out_as_it_is_given(
    make_chat: Callable[..., ChatSSE],
    server: Scripted,
    *,
    provider: Provider | None,
    given: Any,
) -> None:
    answer = httpx.Response(200, json=completion({"content": "Hi"}))

    make_chat(answer, provider=provider).invoke("Hello", temperature=given)

    assert server.body["temperature"] == given


@pytest.mark.parametrize("given", [0, 0.0, 0.05])
def test_a_temperature_below_the_least_is_the_least(
    make_chat: Callable[..., ChatSSE], server: Scripted, given: float
) -> None:
    answer = httpx.Response(200, json=completion({"content": "Hi"}))

    make_chat(answer, provider=WARM).invoke("Hello", temperature=given)

    assert server.body["temperature"] == 0.1
