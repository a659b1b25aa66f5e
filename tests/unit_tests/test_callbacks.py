"""Retries as callbacks receive them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from langchain_core.callbacks import AsyncCallbackHandler, BaseCallbackHandler
from langchain_core.runnables import RunnableLambda

from langchain_sse_chat import ChatSSE
from tests.unit_tests.chat_models.breaking import Hasty, broken, texts, whole
from tests.unit_tests.chat_models.scripted import completion

MakeChat = Callable[..., ChatSSE]

RATE_LIMITED = {
    "attempt": 1,
    "error": "RateLimitError",
    "message": "http://test/v1/chat/completions answered 429: slow down.",
    "seconds": 0.0,
    "resumes": False,
}


class Listener(BaseCallbackHandler):
    def __init__(self) -> None:
        self.events: list[tuple[str, Any, UUID]] = []
        self.runs: list[UUID] = []

    def on_custom_event(
        self, name: str, data: Any, *, run_id: UUID, **kwargs: Any
    ) -> None:
        self.events.append((name, data, run_id))

    def on_chat_model_start(self, *args: Any, run_id: UUID, **kwargs: Any) -> None:
        self.runs.append(run_id)


class AsyncListener(AsyncCallbackHandler):
    def __init__(self) -> None:
        self.events: list[tuple[str, Any]] = []

    async def on_custom_event(self, name: str, data: Any, **kwargs: Any) -> None:
        self.events.append((name, data))


def slow_down() -> httpx.Response:
    return httpx.Response(429, json={"error": {"message": "slow down"}})


@pytest.fixture
def make(make_chat: MakeChat) -> MakeChat:
    """Return a function that makes a model which is refused once."""

    def make(**fields: Any) -> ChatSSE:
        streams = fields.pop("streams", True)
        whole_one = httpx.Response(200, json=completion({"content": "a"}))
        answer = whole(*texts("a")) if streams else whole_one
        return make_chat(slow_down(), answer, cls=Hasty, max_retries=1, **fields)

    return make


async def by_stream(chat: ChatSSE, config: Any) -> None:
    list(chat.stream("x", config))


async def by_astream(chat: ChatSSE, config: Any) -> None:
    [_ async for _ in chat.astream("x", config)]


async def by_invoke(chat: ChatSSE, config: Any) -> None:
    chat.invoke("x", config)


async def by_ainvoke(chat: ChatSSE, config: Any) -> None:
    await chat.ainvoke("x", config)


async def by_events(chat: ChatSSE, config: Any) -> None:
    for _ in chat.stream_events("x", config, version="v3"):
        pass


Way = Callable[[ChatSSE, Any], Any]
STREAMS = (by_stream, by_astream, by_events)
WAYS = (*STREAMS, by_invoke, by_ainvoke)
ways = pytest.mark.parametrize("way", WAYS)


@ways
@pytest.mark.parametrize("streaming", [None, True])
async def test_handlers_of_the_call_are_told(
    make: MakeChat, way: Way, streaming: bool | None
) -> None:
    listener = Listener()
    chat = make(streams=streaming or way in STREAMS, streaming=streaming)

    await way(chat, {"callbacks": [listener]})

    assert [(name, data) for name, data, _ in listener.events] == [
        ("on_retry", RATE_LIMITED)
    ]


@ways
async def test_handlers_of_the_model_are_told(make: MakeChat, way: Way) -> None:
    listener = Listener()
    await way(make(streams=way in STREAMS, callbacks=[listener]), None)
    assert len(listener.events) == 1


@pytest.mark.parametrize("way", [by_astream, by_ainvoke])
async def test_async_handlers_are_waited_for(make: MakeChat, way: Way) -> None:
    listener = AsyncListener()
    await way(make(streams=way in STREAMS), {"callbacks": [listener]})
    assert listener.events == [("on_retry", RATE_LIMITED)]


@pytest.mark.parametrize("way", [by_invoke, by_ainvoke, by_events])
async def test_the_event_is_of_the_run_where_that_is_known(
    make: MakeChat, way: Way
) -> None:
    listener = Listener()
    await way(make(streams=way in STREAMS), {"callbacks": [listener]})
    assert [run_id for _, _, run_id in listener.events] == listener.runs


@pytest.mark.parametrize("way", [by_stream, by_astream])
async def test_a_run_id_of_the_caller_is_used(make: MakeChat, way: Way) -> None:
    listener, run_id = Listener(), uuid4()
    await way(make(), {"callbacks": [listener], "run_id": run_id})
    assert [each for _, _, each in listener.events] == [run_id]


async def test_comes_in_the_events_of_a_chain(make: MakeChat) -> None:
    chain: Any = RunnableLambda(lambda text: f"{text}!") | make()

    events = [e async for e in chain.astream_events("x", version="v2")]

    names = [e["event"] for e in events]
    [event] = [e for e in events if e["event"] == "on_custom_event"]
    assert (event["name"], event["data"]) == ("on_retry", RATE_LIMITED)
    assert event["run_id"] == events[0]["run_id"]
    assert names.index("on_custom_event") < names.index("on_chat_model_stream")


async def test_inside_a_function_the_ambient_callbacks_are_told(make: MakeChat) -> None:
    chat, listener = make(), Listener()
    ask: Any = RunnableLambda(lambda _: "".join(c.text for c in chat.stream("x")))

    assert ask.invoke(None, {"callbacks": [listener]}) == "a"
    assert len(listener.events) == 1


async def test_a_broken_answer_is_told_of(make_chat: MakeChat) -> None:
    listener = Listener()
    chat = make_chat(
        broken(*texts("a")),
        whole(*texts("b")),
        cls=Hasty,
        max_retries=1,
        on_disconnect="resume",
    )

    [_ async for _ in chat.astream("x", {"callbacks": [listener]})]

    [(_, data, _)] = listener.events
    assert (data["error"], data["resumes"]) == ("ConnectionFailedError", True)


async def test_a_fallback_is_told_of(make_chat: MakeChat) -> None:
    listener = Listener()
    # The requests of both go to the same scripted answers.
    other = make_chat(model="other")
    chat = make_chat(slow_down(), whole(*texts("b")), fallbacks=[other])

    list(chat.stream("x", {"callbacks": [listener]}))

    assert [data for _, data, _ in listener.events] == [RATE_LIMITED]


async def test_secrets_are_not_told(make_chat: MakeChat) -> None:
    listener = Listener()
    said = {"error": {"message": "key secret-key-1234 is busy"}}
    chat = make_chat(
        httpx.Response(429, json=said), whole(*texts("a")), cls=Hasty, max_retries=1
    )

    list(chat.stream("x", {"callbacks": [listener]}))

    assert "secret-key-1234" not in repr(listener.events)


async def test_a_question_that_is_asked_otherwise_is_no_retry(
    make_chat: MakeChat,
) -> None:
    listener = Listener()
    refusal = {"error": {"message": "stream_options is not known"}}
    chat = make_chat(
        httpx.Response(400, json=refusal),
        whole(*texts("a")),
        base_url="http://other/v1",
    )

    list(chat.stream("x", {"callbacks": [listener]}))

    assert listener.events == []
