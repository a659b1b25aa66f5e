"""GigaChat's answers are read, in all documented forms."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import HumanMessage, ToolMessage
from pydantic import BaseModel

from langchain_sse_chat import (
    ChatSSE,
    RefusalError,
    StreamError,
    StructuredOutputError,
)
from tests.unit_tests.gigachat.gigachat_scripts import (
    TEXT,
    USAGE,
    Ask,
    Sber,
    ask_sync,
    event,
    stream,
)


def shown(words: tuple[str, ...], lead: str) -> str:
    """Return a stream as the documentation prints it: JSON over many lines.

    Every line of the JSON stands in a `data:` field of its own.
    """
    events = []
    for word in words:
        chunk = {
            "choices": [{"delta": {"content": word}, "index": 0}],
            "created": 1683034756,
            "model": "GigaChat",
            "object": "chat.completion",
        }
        lines = json.dumps(chunk, ensure_ascii=False, indent=2).splitlines()
        events.append(lead + "\n".join(f"data: {line}" for line in lines))
    return "\n\n".join([*events, "data: [DONE]", ""])


WORDS = ("GigaChat", " спешит", " на", " помощь")


@pytest.mark.parametrize("lead", ["", "data:\n"])
def test_the_documentations_stream_is_read(sber: Sber, ask: Ask, lead: str) -> None:
    """It has no finish reason and no usage: `[DONE]` says that it is whole."""
    sber.answers = [stream(shown(WORDS, lead))]
    message = ask(sber.chat())
    assert message.content == "GigaChat спешит на помощь"
    assert message.response_metadata["finish_reason"] == "stop"
    assert message.response_metadata["finish_reason_inferred"] is True
    assert message.response_metadata["model_name"] == "GigaChat"


def test_a_stream_on_single_lines_is_read(sber: Sber, ask: Ask) -> None:
    message = ask(sber.chat())
    assert message.content == "Ясное небо"
    assert message.response_metadata["model_name"] == "GigaChat:2.0.28.2"
    assert message.response_metadata["finish_reason"] == "stop"
    assert message.response_metadata["token_usage"] == USAGE
    assert message.usage_metadata is not None
    assert message.usage_metadata["total_tokens"] == 21
    assert message.usage_metadata["input_token_details"] == {"cache_read": 2}


def test_tokens_reach_a_callback_one_by_one(sber: Sber) -> None:
    class StreamHandler(BaseCallbackHandler):
        def __init__(self) -> None:
            self.tokens: list[Any] = []

        def on_llm_new_token(self, token: Any, **kwargs: Any) -> None:
            del kwargs
            self.tokens.append(token)

    handler = StreamHandler()
    chat = sber.chat(streaming=True, callbacks=[handler])
    answer = chat([HumanMessage("Напиши краткое содержание")])
    assert handler.tokens[:2] == ["Ясное", " небо"]
    assert answer.content == "Ясное небо"


CALL = {"name": "weather", "arguments": {"location": "Манжерок", "num_days": 10}}


def called() -> Iterator[httpx.Response]:
    delta = {
        "content": "",
        "role": "assistant",
        "function_call": CALL,
        "functions_state_id": "state-1",
    }
    yield stream(
        event(delta)
        + event({"content": ""}, finish_reason="function_call", usage=USAGE)
    )
    choice = {"message": delta, "index": 0, "finish_reason": "function_call"}
    yield httpx.Response(200, json={"choices": [choice], "usage": USAGE})


@pytest.mark.parametrize("answer", [*called()], ids=["stream", "whole"])
def test_a_function_call_is_a_tool_call_and_goes_back(
    sber: Sber, answer: httpx.Response
) -> None:
    sber.answers = [answer]
    chat = sber.chat()
    streams = "event-stream" in answer.headers["content-type"]
    message = ask_sync(chat) if streams else chat.invoke("Привет")
    [call] = message.tool_calls
    assert call["name"] == "weather"
    assert call["args"] == {"location": "Манжерок", "num_days": 10}
    assert message.additional_kwargs["functions_state_id"] == "state-1"
    assert message.response_metadata["finish_reason"] == "tool_calls"
    assert message.response_metadata["native_finish_reason"] == "function_call"
    ask_sync(chat, [message, ToolMessage("{}", tool_call_id=call["id"])])
    assert sber.body["messages"][0] == {
        "role": "assistant",
        "content": "",
        "functions_state_id": "state-1",
        "function_call": CALL,
    }


@pytest.mark.parametrize("reason", ["length", "blacklist"])
def test_a_finish_reason_is_kept(sber: Sber, ask: Ask, reason: str) -> None:
    sber.answers = [stream(event({"content": "x"}, finish_reason=reason))]
    assert ask(sber.chat()).response_metadata["finish_reason"] == reason


def test_a_finish_reason_that_means_failure_is_an_error(sber: Sber, ask: Ask) -> None:
    sber.answers = [stream(event({"content": "x"}, finish_reason="error"))]
    with pytest.raises(StreamError, match="'error'") as caught:
        ask(sber.chat(max_retries=0))
    assert caught.value.partial is not None
    assert caught.value.partial.text == "x"


PICTURE = '<img src="3727db23" fuse="true"/> вот мой рисунок.'


def test_how_long_a_function_takes_is_no_text(sber: Sber, ask: Ask) -> None:
    waits = {"role": "function_in_progress", "content": "Осталось 20 секунд"}
    body = event({**waits, "created": 1625284800, "name": "text2image"})
    sber.answers = [stream(body + event(waits) + TEXT)]
    message = ask(sber.chat())
    assert message.content == "Ясное небо"
    assert "name" not in message.additional_kwargs


def test_an_error_in_the_stream_is_raised_with_what_came(sber: Sber, ask: Ask) -> None:
    body = event({"content": "Ясное"})
    body += 'data: {"status": 500, "message": "Internal Server Error"}\n\n'
    sber.answers = [stream(body)]
    with pytest.raises(StreamError, match="Internal Server Error") as caught:
        ask(sber.chat())
    assert caught.value.partial is not None
    assert caught.value.partial.content == "Ясное"
    assert caught.value.code == 500


def test_another_server_is_asked_in_the_usual_form(sber: Sber) -> None:
    choice = {"message": {"content": PICTURE}, "index": 0, "finish_reason": "stop"}
    sber.answers = [httpx.Response(200, json={"choices": [choice]})]
    parameters = {"type": "object", "properties": {}}
    tool = {"type": "function", "function": {"name": "f", "parameters": parameters}}
    chat = ChatSSE(model="m", base_url="http://other.test/v1", **sber.clients())
    message = chat.invoke("x", tools=[tool], temperature=0, user="me", stop=["."])
    assert "generated_files" not in message.additional_kwargs
    assert sber.body == {
        "model": "m",
        "messages": [{"role": "user", "content": "x"}],
        "tools": [tool],
        "temperature": 0,
        "user": "me",
        "stop": ["."],
        "stream": False,
    }
    assert sber.bearers == [""]


class Weather(BaseModel):
    """The weather."""

    city: str
    degrees: int


@pytest.mark.parametrize("method", [None, "json_schema", "json_mode"])
@pytest.mark.parametrize("streamed", [True, False])
def test_a_forbidden_topic_is_a_refusal_in_place_of_the_object(
    sber: Sber, method: Any, *, streamed: bool
) -> None:
    words = "Давайте сменим тему разговора."
    sber.answers = [stream(event({"content": words}, finish_reason="blacklist"))]
    asked = sber.chat(streaming=True).with_structured_output(Weather, method=method)

    with pytest.raises(RefusalError, match="тему разговора") as caught:
        asked.invoke("x") if not streamed else list(asked.stream("x"))

    assert caught.value.finish_reason == "blacklist"


@pytest.mark.parametrize(
    ("delta", "reason", "said"),
    [
        ({"content": "Солнечно."}, "stop", "without calling 'Weather'"),
        ({"function_call": {"name": "Weather", "arguments": "{"}}, "length", "limit"),
    ],
)
def test_an_answer_that_is_not_the_object_is_an_error(
    sber: Sber, delta: dict[str, Any], reason: str, said: str
) -> None:
    sber.answers = [stream(event(delta, finish_reason=reason))]
    asked = sber.chat(streaming=True).with_structured_output(Weather)

    with pytest.raises(StructuredOutputError, match=said):
        asked.invoke("x")
