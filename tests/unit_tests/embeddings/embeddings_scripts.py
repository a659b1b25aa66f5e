"""A server for embeddings without a socket, and both ways to ask it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx

from langchain_sse_chat import CompatibleEmbeddings

Answer = httpx.Response | Callable[[list[str]], httpx.Response]
Ask = Callable[[CompatibleEmbeddings, list[str]], list[list[float]]]
AskQuery = Callable[[CompatibleEmbeddings, str], list[float]]

KEY = "sk-a-secret-of-some-length"


def item(index: int | None, vector: Any, **more: Any) -> dict[str, Any]:
    """Return an item of `data`; without `index` for `None`."""
    place = {} if index is None else {"index": index}
    return {"object": "embedding", **place, "embedding": vector, **more}


def vector_of(text: str) -> list[float]:
    """Return a vector by which a text is recognized."""
    return [float(len(text)), float(ord(text[0])), 0.5]


def embedded(texts: list[str], **fields: Any) -> httpx.Response:
    """Return the vectors of texts, in reverse order."""
    data = [item(i, vector_of(text)) for i, text in enumerate(texts)]
    usage = {"prompt_tokens": len(texts), "total_tokens": len(texts)}
    body = {"object": "list", "data": data[::-1], "usage": usage, **fields}
    return httpx.Response(200, json=body)


def refused(message: str, status: int = 400, **headers: str) -> httpx.Response:
    """Return an error."""
    return httpx.Response(status, json={"error": {"message": message}}, headers=headers)


def at_most(count: int, message: str = "batch size is too large") -> Answer:
    """Return an answer that refuses more texts."""
    return lambda texts: refused(message) if len(texts) > count else embedded(texts)


class Server:
    """Gives one answer after the other, the last one for ever; keeps the requests."""

    def __init__(self) -> None:
        self.answers: list[Answer] = [embedded]
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, httpx.Response):
            return answer
        return answer(json.loads(request.content)["input"])

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(request.content) for request in self.requests]

    @property
    def sizes(self) -> list[int]:
        """The number of texts in each request."""
        return [len(body["input"]) for body in self.bodies]

    def clients(self) -> dict[str, Any]:
        """Return the fields by which a model asks this server."""
        transport = httpx.MockTransport(self)
        return {
            "http_client": httpx.Client(transport=transport),
            "http_async_client": httpx.AsyncClient(transport=transport),
        }

    def model(self, *answers: Answer, **fields: Any) -> CompatibleEmbeddings:
        """Return a model that asks this server."""
        self.answers = list(answers) or [embedded]
        given = {
            "model": "m",
            "base_url": "http://test/v1",
            "api_key": KEY,
            "max_retries": 0,
            **fields,
        }
        return CompatibleEmbeddings(**self.clients(), **given)


def ask_sync(model: CompatibleEmbeddings, texts: list[str]) -> list[list[float]]:
    return model.embed_documents(texts)


def ask_async(model: CompatibleEmbeddings, texts: list[str]) -> list[list[float]]:
    return asyncio.run(model.aembed_documents(texts))


def query_sync(model: CompatibleEmbeddings, text: str) -> list[float]:
    return model.embed_query(text)


def query_async(model: CompatibleEmbeddings, text: str) -> list[float]:
    return asyncio.run(model.aembed_query(text))
