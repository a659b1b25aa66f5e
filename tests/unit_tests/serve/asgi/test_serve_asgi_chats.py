"""The running answers of a chat are found by its ID and its client."""

from __future__ import annotations

from langchain_sse_chat.serve import UIMessageEncoder
from langchain_sse_chat.serve.asgi.chats import OpenChats
from langchain_sse_chat.serve.asgi.open_answers import OpenAnswers
from langchain_sse_chat.serve.kept.answer import Owner
from langchain_sse_chat.serve.run import Run, RunLimits
from tests.unit_tests.serve.scripted_items import Items
from tests.unit_tests.transport.virtual_time import in_virtual_time

MINE, YOURS = Owner("mine", "chat"), Owner("yours", "chat")


def a_run() -> Run:
    run = Run(Items(...).astream(), UIMessageEncoder(), limits=RunLimits())
    run.start(lambda: None)
    return run


@in_virtual_time
async def test_all_answers_to_a_chat_are_stopped() -> None:
    chats, answers = OpenChats(), OpenAnswers(10)
    registry = chats.registry(MINE, answers)
    runs = [a_run(), a_run()]
    other = a_run()
    for run in runs:
        registry.add(run)
    chats.registry(YOURS, answers).add(other)
    assert (len(chats), len(answers)) == (2, 3)

    assert chats.stop(MINE)

    assert [run.is_stopped for run in [*runs, other]] == [True, True, False]
    for run in runs:
        registry.remove(run)
        await run.close()
    assert (len(chats), len(answers)) == (1, 1)
    assert not chats.stop(MINE)
    chats.registry(YOURS, answers).remove(other)
    await other.close()
    assert (len(chats), len(answers)) == (0, 0)
