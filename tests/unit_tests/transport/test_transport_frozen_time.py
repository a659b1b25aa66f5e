"""Calls in programs and tests that stop or move the clock."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from freezegun import freeze_time

from langchain_sse_chat import ChatSSE
from tests.unit_tests.chat_models.scripted import ByteStream
from tests.unit_tests.quirks.quirk import ASYNC, SYNC
from tests.unit_tests.wire.wire_streams import chunk, cuts, events, text

BODY = events([text("Hi"), text(" there"), chunk({}, "stop")])
FREEZES = [
    pytest.param({"time_to_freeze": "2012-01-14"}, id="past"),
    pytest.param({"time_to_freeze": "2050-01-14"}, id="future"),
    pytest.param({"time_to_freeze": "2012-01-14", "tick": True}, id="ticking"),
    pytest.param(
        {"time_to_freeze": "2012-01-14", "auto_tick_seconds": 0.01}, id="auto tick"
    ),
    pytest.param(
        {"time_to_freeze": "2012-01-14", "real_asyncio": True}, id="real asyncio"
    ),
]


def make(body: list[bytes], **fields: Any) -> ChatSSE:
    """Return a model whose server answers in these reads."""

    def answer(request: httpx.Request) -> httpx.Response:
        headers = {"content-type": "text/event-stream"}
        return httpx.Response(200, headers=headers, stream=ByteStream(body))

    transport = httpx.MockTransport(answer)
    return ChatSSE(
        model="m",
        base_url="http://test/v1",
        max_retries=0,
        http_client=httpx.Client(transport=transport),
        http_async_client=httpx.AsyncClient(transport=transport),
        **fields,
    )


@pytest.mark.parametrize("freeze", FREEZES)
@pytest.mark.parametrize("way", SYNC)
def test_a_call_takes_place_in_frozen_time(freeze: dict[str, Any], way: str) -> None:
    for reads in cuts(BODY).values():
        with freeze_time(**freeze):
            assert SYNC[way](make(reads)).text == "Hi there"


@pytest.mark.parametrize("freeze", FREEZES)
@pytest.mark.parametrize("way", ASYNC)
async def test_a_call_takes_place_in_frozen_time_in_async_code(
    freeze: dict[str, Any], way: str
) -> None:
    for reads in cuts(BODY).values():
        with freeze_time(**freeze):
            message = await ASYNC[way](make(reads))
        assert message.text == "Hi there"
