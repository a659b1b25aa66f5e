"""What type checkers see of the package; it is checked, not run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import assert_type

from langchain_core.messages import AIMessage, AIMessageChunk
from pydantic import SecretStr

from langchain_sse_chat import (
    ChatSSE,
    Provider,
    ServerSentEvent,
    SSEDecoder,
    StatusError,
)
from langchain_sse_chat.testing import Reply, ScriptedServer

chat = ChatSSE(
    model="m",
    provider=Provider(name="own", base_url="http://localhost/v1"),
    api_key=SecretStr("k"),
    temperature=0.5,
    streaming=True,
    on_truncation="warn",
    record="recordings",
)

assert_type(chat.model, str)
assert_type(chat.temperature, float | None)
assert_type(
    chat.api_key,
    SecretStr | str | Callable[[], str] | Callable[[], Awaitable[str]] | None,
)
assert_type(chat.invoke("Hello"), AIMessage)
for chunk in chat.stream("Hello"):
    assert_type(chunk, AIMessageChunk)


async def main() -> None:
    """Use the async methods."""
    assert_type(await chat.ainvoke("Hello"), AIMessage)
    async for chunk in chat.astream("Hello"):
        assert_type(chunk, AIMessageChunk)


assert_type(SSEDecoder().feed(b""), list[ServerSentEvent])

assert_type(Reply.recorded("recordings/0001-host.jsonl", pace=True), Reply)
with ScriptedServer(Reply.recorded_folder("recordings")) as server:
    assert_type(server.base_url, str)


def words(error: StatusError) -> str:
    """Return what a status error knows."""
    assert_type(error.status_code, int)
    assert_type(error.retry_after, float | None)
    return str(error)
