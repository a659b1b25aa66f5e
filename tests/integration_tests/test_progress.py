"""Progress and buffers around agents."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

pytest.importorskip("langchain", reason="the group agents is not installed")

from langchain.agents import create_agent

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.progress import StreamProgress, abuffered
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.agent_runs import BOTH, QUESTION, call_of, get_weather

STEPS = [Reply.text(tool_calls=[call_of("Rome")]), Reply.text(["It ", "is ", "sunny"])]


@BOTH
async def test_an_agent_is_one_call_with_the_figures_of_all_its_steps(
    *, sync: bool
) -> None:
    typing: list[bool] = []
    progress = StreamProgress(on_typing=lambda on, _: typing.append(on))
    config: Any = {"callbacks": [progress]}
    with ScriptedServer(STEPS) as server:
        chat = ChatSSE(model="m", base_url=server.base_url)
        agent: Any = create_agent(chat, [get_weather])
        if sync:
            list(agent.stream(QUESTION, config, stream_mode="messages"))
        else:
            parts = agent.astream(QUESTION, config, stream_mode="messages")
            [_ async for _ in parts]
        await chat.aclose()

    stats = progress.stats()
    assert (progress.done, stats.runs, stats.open, stats.failed) == (1, 2, 0, 0)
    assert stats.time_to_first_token is not None
    assert typing == [True, False, True, False]


async def test_the_messages_of_an_agent_are_not_mixed_in_a_buffer() -> None:
    with ScriptedServer(STEPS) as server:
        chat = ChatSSE(model="m", base_url=server.base_url)
        agent: Any = create_agent(chat, [get_weather])

        async def messages() -> AsyncIterator[Any]:
            async for message, _ in agent.astream(QUESTION, stream_mode="messages"):
                yield message

        chunks = [chunk async for chunk in abuffered(messages(), size=None)]
        await chat.aclose()

    texts = [(chunk.type, chunk.text) for chunk in chunks if chunk.text]
    assert texts == [("tool", "Sunny in Rome"), ("AIMessageChunk", "It is sunny")]
