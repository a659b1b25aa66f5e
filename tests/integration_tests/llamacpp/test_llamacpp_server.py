"""The model against llama.cpp's own Python server.

Peculiarities of this server that the tests lean on: it repeats id and name of a tool
call in every delta and sends each as a legacy `function_call` too, sends no usage in
a stream, answers 500 where others answer 422, and ends a stream without a word when
generating fails after its status was sent.
"""

from collections.abc import Sequence
from typing import Any, Literal

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk
from pydantic import BaseModel

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.errors import (
    ContextLengthError,
    NotFoundError,
    ServerError,
    StreamTruncatedError,
)
from langchain_sse_chat.probe import probe

# The first test also starts the server, which takes a minute on a busy machine.
pytestmark = pytest.mark.timeout(600)

TOO_LONG = "a" * 3000


class Paint(BaseModel):
    """Paint the wall."""

    color: Literal["red", "green"]
    layers: Literal[2]


@pytest.fixture
def chat(server_url: str) -> ChatSSE:
    return make_chat(f"{server_url}/v1")


def make_chat(base_url: str, **settings: Any) -> ChatSSE:
    settings = {"max_tokens": 80, "temperature": 0, "max_retries": 0, **settings}
    return ChatSSE(model="tiny", base_url=base_url, api_key="x", seed=1, **settings)


def merged(chunks: Sequence[AIMessage]) -> AIMessageChunk:
    whole, *rest = [chunk for chunk in chunks if isinstance(chunk, AIMessageChunk)]
    assert len(rest) == len(chunks) - 1
    return whole + rest


def assert_recited(chunks: list[AIMessageChunk], recitation: str) -> None:
    assert [chunk.text for chunk in chunks if chunk.text] == list(recitation)
    assert [chunk.chunk_position for chunk in chunks].count("last") == 1
    assert chunks[-1].chunk_position == "last"
    whole = merged(chunks)
    assert whole.text == recitation
    assert whole.response_metadata["finish_reason"] == "stop"
    assert whole.response_metadata["model_name"] == "tiny"
    assert whole.usage_metadata is None


def assert_painted(message: AIMessage) -> None:
    (call,) = message.tool_calls
    assert call["name"] == "Paint"
    assert call["args"] == {"color": "green", "layers": 2}
    assert call["id"]
    assert message.invalid_tool_calls == []
    assert message.text == ""
    assert message.response_metadata["finish_reason"] == "tool_calls"


def test_stream_yields_each_character_once_in_a_chunk_of_its_own(
    chat: ChatSSE, recitation: str
) -> None:
    assert_recited(list(chat.stream("Recite.")), recitation)


async def test_astream_yields_each_character_once_in_a_chunk_of_its_own(
    chat: ChatSSE, recitation: str
) -> None:
    assert_recited([chunk async for chunk in chat.astream("Recite.")], recitation)


def test_invoke_returns_the_whole_answer_with_the_servers_own_counts(
    chat: ChatSSE, recitation: str
) -> None:
    message = chat.invoke("Recite.")
    assert message.text == recitation
    assert message.usage_metadata is not None
    assert message.usage_metadata["output_tokens"] == len(recitation.encode())


async def test_ainvoke_returns_what_invoke_returns(chat: ChatSSE) -> None:
    one, other = chat.invoke("Recite."), await chat.ainvoke("Recite.")
    assert other.content == one.content
    assert other.usage_metadata == one.usage_metadata


async def test_invoke_by_way_of_a_stream_returns_the_same_text(
    server_url: str, recitation: str
) -> None:
    streaming = make_chat(f"{server_url}/v1", streaming=True)
    assert streaming.invoke("Recite.").text == recitation
    assert (await streaming.ainvoke("Recite.")).text == recitation


async def test_astream_events_v2_reports_every_character_between_start_and_end(
    chat: ChatSSE, recitation: str
) -> None:
    events = [event async for event in chat.astream_events("Recite.", version="v2")]
    names = [event["event"] for event in events]
    assert names[0] == "on_chat_model_start"
    assert names[-1] == "on_chat_model_end"
    assert set(names[1:-1]) == {"on_chat_model_stream"}
    texts = [event["data"]["chunk"].text for event in events[1:-1]]
    assert [text for text in texts if text] == list(recitation)
    assert events[-1]["data"]["output"].text == recitation


@pytest.mark.filterwarnings("ignore:.*in beta:Warning")
def test_stream_events_v3_yields_every_character_and_the_whole_message(
    chat: ChatSSE, recitation: str
) -> None:
    stream = chat.stream_events("Recite.", version="v3")
    assert list(stream.text) == list(recitation)
    assert stream.output.text == recitation
    assert stream.output.response_metadata["finish_reason"] == "stop"


@pytest.mark.filterwarnings("ignore:.*in beta:Warning")
async def test_astream_events_v3_yields_every_character_and_the_whole_message(
    chat: ChatSSE, recitation: str
) -> None:
    stream = await chat.astream_events("Recite.", version="v3")
    assert [text async for text in stream.text] == list(recitation)
    assert (await stream.output).text == recitation


def test_max_tokens_cuts_the_answer_with_the_finish_reason_length(
    chat: ChatSSE,
) -> None:
    whole = merged(list(chat.stream("Recite.", max_tokens=5)))
    assert whole.text == "abcde"
    assert whole.response_metadata["finish_reason"] == "length"


def test_stop_ends_the_answer_before_the_stop_words(chat: ChatSSE) -> None:
    whole = merged(list(chat.stream("Recite.", stop=["zzz", "ef"])))
    assert whole.text == "abcd"
    assert whole.response_metadata["finish_reason"] == "stop"
    assert chat.invoke("Recite.", stop=["ef"]).text == "abcd"


def test_a_stream_that_is_left_early_leaves_the_server_ready_for_the_next(
    chat: ChatSSE, recitation: str
) -> None:
    for chunk in chat.stream("Recite."):
        assert chunk.text == "a"
        break
    assert_recited(list(chat.stream("Recite.")), recitation)


def test_a_forced_tool_call_streams_as_one_call_with_its_name_and_id_sent_once(
    chat: ChatSSE,
) -> None:
    painter = chat.bind_tools([Paint], tool_choice="Paint")
    chunks = list(painter.stream("Paint."))
    assert_painted(merged(chunks))
    parts = [
        part
        for chunk in chunks
        if isinstance(chunk, AIMessageChunk)
        for part in chunk.tool_call_chunks
    ]
    assert [part["name"] for part in parts if part["name"]] == ["Paint"]
    assert len([part["id"] for part in parts if part["id"]]) == 1


async def test_a_forced_tool_call_arrives_by_astream_invoke_and_ainvoke(
    chat: ChatSSE,
) -> None:
    painter = chat.bind_tools([Paint], tool_choice="Paint")
    assert_painted(merged([chunk async for chunk in painter.astream("Paint.")]))
    assert_painted(painter.invoke("Paint."))
    assert_painted(await painter.ainvoke("Paint."))


def test_structured_output_by_a_forced_tool_call_is_the_models_object(
    chat: ChatSSE,
) -> None:
    painter = chat.with_structured_output(Paint, method="function_calling")
    assert painter.invoke("Paint.") == Paint(color="green", layers=2)
    assert list(painter.stream("Paint."))[-1] == Paint(color="green", layers=2)


def test_a_wrong_base_url_is_a_not_found_error(server_url: str) -> None:
    lost = make_chat(f"{server_url}/nowhere")
    with pytest.raises(NotFoundError, match="/nowhere/chat/completions") as caught:
        lost.invoke("Recite.")
    assert caught.value.status_code == 404
    assert caught.value.body == {"detail": "Not Found"}
    with pytest.raises(NotFoundError):
        list(lost.stream("Recite."))


async def test_a_refused_request_is_a_typed_error_in_the_servers_words(
    server_url: str,
) -> None:
    refused = make_chat(f"{server_url}/v1", extra_body={"temperature": "hot"})
    with pytest.raises(ServerError, match="should be a valid number") as caught:
        refused.invoke("Recite.")
    assert caught.value.status_code == 500
    assert caught.value.request_id
    with pytest.raises(ServerError, match="should be a valid number"):
        [chunk async for chunk in refused.astream("Recite.")]


def test_a_prompt_longer_than_the_context_window_is_a_context_length_error(
    server_url: str,
) -> None:
    whole = make_chat(f"{server_url}/v1", streaming=False)
    with pytest.raises(ContextLengthError, match="2048 tokens"):
        whole.invoke(TOO_LONG)


async def test_a_stream_that_ends_without_a_word_is_an_error_and_no_empty_answer(
    chat: ChatSSE,
) -> None:
    with pytest.raises(StreamTruncatedError):
        list(chat.stream(TOO_LONG))
    with pytest.raises(StreamTruncatedError):
        [chunk async for chunk in chat.astream(TOO_LONG)]


def test_a_probe_says_yes_to_nothing_that_a_recital_cannot_show(
    server_url: str,
) -> None:
    report = probe(model="tiny", base_url=f"{server_url}/v1", api_key="x")
    found = {line.name: line.verdict for line in report.lines}
    assert found["streams"] == found["finish reason"] == "yes"
    # The model says the same to each question, and this server checks no key.
    for name in ("images", "role system", "role developer", "continues an answer"):
        assert found[name] != "yes"
    assert found["refuses a wrong key"] == "no"
