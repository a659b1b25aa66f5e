from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk

from langchain_sse_chat.serve.failure.failure import RequestRefused
from langchain_sse_chat.serve.targets.served import Served
from langchain_sse_chat.serve.targets.target import Target
from tests.served_answers import answer_of, request_of

MAIN = threading.main_thread()


async def generator(messages: Any, request: Any) -> AsyncIterator[Any]:
    yield messages[0].text
    yield AIMessageChunk(content=f" {request.model}")


async def coroutine(messages: Any, request: Any) -> Any:
    return f"{messages[0].text} {request.model}"


async def message(messages: Any, request: Any) -> Any:
    return AIMessage(f"{messages[0].text} {request.model}")


async def returns_a_generator(messages: Any, request: Any) -> Any:
    return generator(messages, request)


def plain(messages: Any, request: Any) -> str:
    assert threading.current_thread() is not MAIN
    return f"{messages[0].text} {request.model}"


def plain_generator(messages: Any, request: Any) -> Iterator[str]:
    assert threading.current_thread() is not MAIN
    yield messages[0].text
    yield f" {request.model}"


def gives_a_generator(messages: Any, request: Any) -> AsyncIterator[Any]:
    return generator(messages, request)


class Once:
    """An async iterator that cannot be closed."""

    def __init__(self, *items: str) -> None:
        self.items = list(items)

    def __aiter__(self) -> Once:
        return self

    async def __anext__(self) -> str:
        if not self.items:
            raise StopAsyncIteration
        return self.items.pop(0)


class Callable:
    async def __call__(self, messages: Any, request: Any) -> str:
        return f"{messages[0].text} {request.model}"


@pytest.mark.parametrize(
    "function",
    [
        generator,
        coroutine,
        message,
        returns_a_generator,
        plain,
        plain_generator,
        gives_a_generator,
        lambda messages, request: Once(messages[0].text, f" {request.model}"),
        pytest.param(Callable(), id="callable object"),
    ],
)
async def test_a_function_of_any_kind_answers(function: Any) -> None:
    assert (await answer_of(function, request_of("hi", model="m"))).text == "hi m"


async def test_leaving_closes_the_generator() -> None:
    closed = []

    async def endless(messages: Any, request: Any) -> AsyncIterator[str]:
        try:
            while True:
                yield "a"
        finally:
            closed.append(True)

    items = Target.of(endless).astream(request_of())
    assert await anext(items) == "a"
    await items.aclose()
    assert closed == [True]


def test_a_function_ignores_nothing_by_itself_but_demands_are_refused() -> None:
    tools = request_of(tools=[{}], options={"seed": 1})
    assert Target.of(Served(generator, accepts=["tools"])).check(tools) == ()
    with pytest.raises(RequestRefused, match=r"function.*`tools`"):
        Target.of(generator).check(tools)
