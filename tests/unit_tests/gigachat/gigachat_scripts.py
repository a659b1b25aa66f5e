"""A token endpoint and a chat endpoint, without a socket."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.gigachat import GigaChat

KEY = "Y2xpZW50LWlkOmNsaWVudC1zZWNyZXQ="
_numbers = itertools.count()


def fresh_key() -> str:
    """Return a key that no other test has a token for."""
    return f"{KEY}{next(_numbers)}"


def event(delta: dict[str, Any], **fields: Any) -> str:
    """Return an event as GigaChat sends it: no id, whole objects, no null."""
    choice = {"delta": delta, "index": 0}
    if reason := fields.pop("finish_reason", None):
        choice["finish_reason"] = reason
    chunk = {
        "choices": [choice],
        "created": 1768996176,
        "model": "GigaChat:2.0.28.2",
        "object": "chat.completion",
        **fields,
    }
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"


USAGE = {
    "prompt_tokens": 17,
    "completion_tokens": 4,
    "total_tokens": 21,
    "precached_prompt_tokens": 2,
}

TEXT = (
    event({"content": "Ясное", "role": "assistant"})
    + event({"content": " небо"})
    + event({"content": ""}, finish_reason="stop", usage=USAGE)
    + "data: [DONE]\n\n"
)


class Sber:
    """Answers token requests with new tokens and chat requests with `answers`."""

    def __init__(self) -> None:
        self.tokens: list[Callable[[int], httpx.Response]] = []
        self.answers: list[httpx.Response] = []
        self.token_requests: list[httpx.Request] = []
        self.chats: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith(("/oauth", "/token")):
            self.token_requests.append(request)
            number = len(self.token_requests)
            if self.tokens:
                return self.tokens.pop(0)(number)
            return token_answer(number)
        self.chats.append(request)
        if self.answers:
            return self.answers.pop(0)
        return stream(TEXT)

    @property
    def body(self) -> dict[str, Any]:
        """The body of the last chat request."""
        body: dict[str, Any] = json.loads(self.chats[-1].content)
        return body

    @property
    def bearers(self) -> list[str]:
        """The `Authorization` of each chat request."""
        return [r.headers.get("authorization", "") for r in self.chats]

    def clients(self) -> dict[str, Any]:
        """Return the fields by which a model asks this server."""
        transport = httpx.MockTransport(self)
        return {
            "http_client": httpx.Client(transport=transport),
            "http_async_client": httpx.AsyncClient(transport=transport),
        }

    def chat(self, **fields: Any) -> GigaChat:
        """Return a model that asks this server."""
        own = {"credentials": fresh_key()} if not fields.keys() & _OTHER_KEYS else {}
        return GigaChat(**{"max_retries": 0, **own, **self.clients(), **fields})


_OTHER_KEYS = {"credentials", "access_token", "user", "api_key"}


def token_answer(number: int, lasts: float = 1800.0) -> httpx.Response:
    """Return the answer of the token endpoint."""
    ends = int((time.time() + lasts) * 1000)
    token = f"token-number-{number}"
    return httpx.Response(200, json={"access_token": token, "expires_at": ends})


def stream(body: str) -> httpx.Response:
    """Return an event stream as an answer."""
    return httpx.Response(
        200, headers={"content-type": "text/event-stream"}, content=body.encode()
    )


def unauthorized() -> httpx.Response:
    """Return the response to an expired token."""
    return httpx.Response(401, json={"status": 401, "message": "Token has expired"})


Messages = str | list[BaseMessage]
Ask = Callable[..., AIMessage]


def ask_sync(chat: ChatSSE, messages: Messages = "Привет", **kwargs: Any) -> AIMessage:
    """Return the merged chunks of a stream."""
    merged: AIMessageChunk | None = None
    for chunk in chat.stream(messages, **kwargs):
        merged = chunk if merged is None else merged + chunk
    assert merged is not None
    return merged


def ask_async(chat: ChatSSE, messages: Messages = "Привет", **kwargs: Any) -> AIMessage:
    """Return the merged chunks of an async stream."""

    async def run() -> AIMessage:
        merged: AIMessageChunk | None = None
        async for chunk in chat.astream(messages, **kwargs):
            merged = chunk if merged is None else merged + chunk
        assert merged is not None
        return merged

    return asyncio.run(run())
