"""A server whose streams break, and that resumes a text when asked to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import httpx
import pytest
from hypothesis import strategies as st
from langchain_core.messages import AIMessageChunk

from langchain_sse_chat import ChatSSE, Dialect, Provider
from langchain_sse_chat.exchange.retry import RetryPolicy
from tests.unit_tests.chat_models.scripted import ByteStream, chunk, sse


class Hasty(ChatSSE):
    """A chat model that does not wait between attempts."""

    retry_policy = RetryPolicy(initial=0)


class Breaking(ByteStream):
    """A body after which the connection breaks."""

    def __iter__(self) -> Iterator[bytes]:
        yield from super().__iter__()
        msg = "reset"
        raise httpx.ReadError(msg)

    async def __aiter__(self) -> Any:
        for read in self:
            yield read


def broken(*deltas: dict[str, Any], **fields: Any) -> httpx.Response:
    """Return a stream that is reset after these deltas."""
    body = sse(*(chunk(delta, **fields) for delta in deltas), done=False)
    return httpx.Response(200, stream=Breaking([body]))


def cut(*deltas: dict[str, Any], rest: bytes = b"", **fields: Any) -> httpx.Response:
    """Return a stream that ends after these deltas, and perhaps within another one."""
    body = sse(*(chunk(delta, **fields) for delta in deltas), done=False)
    return httpx.Response(200, stream=ByteStream([body + rest]))


def whole(*deltas: dict[str, Any], **fields: Any) -> httpx.Response:
    """Return the stream of an answer with its end."""
    fields = {"finish_reason": "stop", **fields}
    body = sse(*(chunk(delta) for delta in deltas), chunk(**fields))
    return httpx.Response(200, stream=ByteStream([body]))


def texts(*tokens: str) -> list[dict[str, Any]]:
    """Return the deltas of a text."""
    return [{"content": token} for token in tokens]


class Storyteller:
    """Sends one text, in pieces; breaks off at given places, and resumes there.

    Asked to continue by another message of the user, it repeats some of the text, like
    a model; asked to complete its own message, it does just that.
    """

    def __init__(
        self, text: str, stops: Sequence[int] = (), repeated: Sequence[int] = ()
    ) -> None:
        """Take the text.

        Args:
            text: What it tells.
            stops: Where it breaks off in its answers, one after the other.
            repeated: How many characters it repeats in them.
        """
        self.text = text
        self.stops = [*stops, len(text)]
        self.repeated = [*repeated, 0]
        self.bodies: list[dict[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        number = len(self.bodies)
        self.bodies.append(body)
        start = self._begun(body, self.repeated[min(number, len(self.repeated)) - 1])
        stop = self.stops[min(number, len(self.stops) - 1)]
        pieces = [self.text[i : i + 3] for i in range(start, max(start, stop), 3)]
        if pieces:
            pieces[-1] = pieces[-1][: stop - start - 3 * (len(pieces) - 1)]
        if number >= len(self.stops) - 1:
            return whole(*texts(*pieces))
        return (broken if number % 2 else cut)(*texts(*pieces))

    def _begun(self, body: dict[str, Any], repeated: int) -> int:
        """Return where to go on."""
        messages = body["messages"]
        if messages[-1]["role"] == "assistant":
            return len(messages[-1]["content"])
        if len(messages) == 1:
            return 0
        return max(0, len(messages[-2]["content"]) - repeated)


Answers = Callable[[ChatSSE], list[AIMessageChunk]]
MakeChat = Callable[..., ChatSSE]


def _stream(chat: ChatSSE) -> list[AIMessageChunk]:
    return list(chat.stream("Tell me"))


def _astream(chat: ChatSSE) -> list[AIMessageChunk]:
    async def run() -> list[AIMessageChunk]:
        return [chunk async for chunk in chat.astream("Tell me")]

    return asyncio.run(run())


WAYS: tuple[Answers, ...] = (_stream, _astream)
both_ways = pytest.mark.parametrize("ask", WAYS, ids=["sync", "async"])
"""Runs a test with the chunks of a stream, sync and async."""


def merged(chunks: Sequence[AIMessageChunk]) -> AIMessageChunk:
    """Return the message that the chunks add up to."""
    message, *rest = chunks
    for each in rest:
        message += each
    return message


def resuming(make_chat: MakeChat) -> MakeChat:
    """Return a function that makes a model which resumes broken answers."""

    def make(*answers: Any, **fields: Any) -> ChatSSE:
        given = {"on_disconnect": "resume", "max_retries": 3, "cls": Hasty, **fields}
        return make_chat(*answers, **given)

    return make


def told_by(teller: Storyteller, **fields: Any) -> ChatSSE:
    """Return a model that resumes the answers of a storyteller."""
    given = {
        "model": "m",
        "base_url": "http://test/v1",
        "on_disconnect": "resume",
        "max_retries": 9,
        **fields,
    }
    return Hasty(
        http_client=httpx.Client(transport=httpx.MockTransport(teller)),
        http_async_client=httpx.AsyncClient(transport=httpx.MockTransport(teller)),
        **given,
    )


def continuing(continuation: Any, *, repeats: bool = False) -> Provider:
    """Return a provider that continues answers in this way."""
    dialect = Dialect(continuation=continuation, repeats_prefix=repeats)
    return Provider(name="own", api_key_required=False, dialect=dialect)


stories = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
"""Texts to tell."""
