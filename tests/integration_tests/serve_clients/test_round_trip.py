"""Every known answer of servers, read by `ChatSSE`, served, and read again.

The second reading is the same as the first, and a broken answer breaks again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk

from langchain_sse_chat import ChatSSE, SSEChatError
from langchain_sse_chat.serve import create_app
from tests.integration_tests.serve_clients.served import running
from tests.unit_tests.quirks.quirk import Quirk
from tests.unit_tests.quirks.quirks import ALL
from tests.unit_tests.serve.test_serve_round_trip import (
    BROKEN,
    READ_WITHOUT_LOSS,
    custom_tools,
    merged,
    of,
    texts,
)

WAYS = ["stream", "astream", "events", "aevents", "invoke"]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of a server that serves a model for each quirk, by its name."""
    models = {quirk.name: quirk.model(list(quirk.body)) for quirk in ALL}
    with running(create_app(models)) as url:
        yield f"{url}/v1"


@pytest.fixture(scope="module")
def reader(url: str) -> Iterator[ChatSSE]:
    with ChatSSE(model="-", base_url=url, max_retries=0) as chat:
        yield chat


async def read(reader: ChatSSE, way: str, **asked: Any) -> tuple[Any, AIMessage]:
    """Return the texts of an answer in their pieces, and the message.

    Ways that give the message only have no texts.
    """
    if way == "events":
        stream = reader.stream_events("Hello", version="v3", **asked)
        return list(stream.text), stream.output
    if way == "aevents":
        events = await reader.astream_events("Hello", version="v3", **asked)
        pieces = [piece async for piece in events.text]
        return pieces, await events.output
    if way == "invoke":
        return None, await reader.ainvoke("Hello", **asked)
    if way == "stream":
        chunks = list(reader.stream("Hello", **asked))
    else:
        chunks = [chunk async for chunk in reader.astream("Hello", **asked)]
    return texts(chunks), merged(chunks)


def tools_of(direct: list[AIMessageChunk]) -> dict[str, Any]:
    """Return the argument with the custom tools that were called."""
    names = custom_tools(direct)
    tools = [{"type": "custom", "custom": {"name": name}} for name in names]
    return {"tools": tools} if tools else {}


@pytest.mark.parametrize("quirk", READ_WITHOUT_LOSS, ids=str)
async def test_a_relayed_answer_is_the_server_s_own(
    reader: ChatSSE, quirk: Quirk
) -> None:
    direct = list(quirk.model(list(quirk.body)).stream("Hello"))

    for way in WAYS:
        pieces, message = await read(reader, way, model=quirk.name, **tools_of(direct))

        assert (way, pieces) == (way, texts(direct) if pieces is not None else None)
        for own in ("request_id", "output_version"):
            message.response_metadata.pop(own, None)
        assert (way, of(message)) == (way, of(merged(direct)))


@pytest.mark.parametrize("quirk", BROKEN, ids=str)
async def test_a_broken_answer_breaks_behind_a_relay_too(
    reader: ChatSSE, quirk: Quirk
) -> None:
    for way in WAYS:
        with pytest.raises(SSEChatError):
            await read(reader, way, model=quirk.name)
