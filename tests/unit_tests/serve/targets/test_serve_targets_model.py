from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.serve.targets.served import Served
from langchain_sse_chat.serve.targets.target import Target
from tests.served_answers import answer_of, request_of
from tests.unit_tests.chat_models.scripted import Scripted, streamed, text_stream
from tests.unit_tests.serve.targets.models import SyncModel

HELLO = text_stream("Hel", "lo", usage={"prompt_tokens": 1, "completion_tokens": 2})


async def test_a_model_answers_with_the_options_of_the_request(
    make_chat: Callable[..., ChatSSE], server: Scripted
) -> None:
    chat = make_chat(streamed(HELLO), temperature=1)
    request = request_of(options={"temperature": 0.5, "stop": ["x"]})

    answer = await answer_of(chat, request)

    assert answer.texts == ["Hel", "lo"]
    assert answer.finish.reason == "stop"
    assert server.body["temperature"] == 0.5
    assert server.body["stop"] == ["x"]
    assert server.body["messages"] == [{"role": "user", "content": "hi"}]


async def test_a_model_that_is_only_sync_answers() -> None:
    request = request_of(options={"max_tokens": 3, "stop": ["x"]})
    answer = await answer_of(SyncModel(temperature=0.5), request)
    assert answer.texts == [
        "temperature=0.5;",
        "max_output_tokens=3;",
        "stop=['x'];",
    ]


async def test_a_fake_model_answers_and_ignores_by_name() -> None:
    model = GenericFakeChatModel(messages=iter([AIMessage("good day")]))
    request = request_of(
        options={"temperature": 1, "max_tokens": 1},
        fields={"max_completion_tokens": 1},
        ignored=("store",),
    )
    target = Target.of(model)
    assert target.check(request) == ("store", "max_completion_tokens", "temperature")
    assert (await answer_of(target, request)).texts == ["good", " ", "day"]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda chat: chat.bind(seed=7),
        lambda chat: chat.with_retry(),
        lambda chat: chat.with_config(tags=["a"]).bind(seed=7),
        lambda chat: chat.with_fallbacks([SyncModel()]),
    ],
    ids=[
        "bound",
        "retry",
        "bound with tags",
        "fallbacks",
    ],
)
async def test_what_wraps_a_model_is_looked_through(
    make_chat: Callable[..., ChatSSE], server: Scripted, wrap: Any
) -> None:
    target = Target.of(wrap(make_chat(streamed(HELLO))))
    request = request_of(options={"temperature": 0.5})

    assert target.check(request) == ()
    assert (await answer_of(target, request)).texts == ["Hel", "lo"]
    assert server.body["temperature"] == 0.5


async def test_a_fallback_gets_the_options_too(
    make_chat: Callable[..., ChatSSE],
) -> None:
    chat = make_chat(lambda _: 1 / 0)
    target = Target.of(chat.with_fallbacks([SyncModel()]))
    request = request_of(options={"temperature": 0.5, "seed": 1})

    assert target.check(request) == ("seed",)
    assert (await answer_of(target, request)).texts == ["temperature=0.5;"]


async def test_a_model_gets_a_configuration() -> None:
    seen: list[Any] = []

    def config(request: Any) -> Any:
        seen.append(request)
        return {"tags": ["a"]}

    request = request_of()
    answer = await answer_of(Served(SyncModel(temperature=1), config=config), request)
    assert answer.text == "temperature=1.0;"
    assert seen == [request]
