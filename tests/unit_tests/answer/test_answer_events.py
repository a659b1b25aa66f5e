from __future__ import annotations

from typing import Any

import pytest
from langchain_core.language_models.chat_model_stream import ChatModelStream
from langchain_core.messages import AIMessage
from langchain_tests.utils.stream_lifecycle import assert_valid_event_stream

from langchain_sse_chat import MalformedChunkError
from langchain_sse_chat.answer.events import EventAssembler
from langchain_sse_chat.wire.deltas import (
    AnswerMessage,
    Delta,
    ToolCallDelta,
    WireToolCall,
)
from langchain_sse_chat.wire.jsontext import parse_arguments

WHOLE = '{"x": 1}'


def piece(
    index: int, arguments: str, call_id: str | None = None, name: str | None = "f"
) -> Delta:
    """Return a delta with a piece of a call, the first one when it has an id."""
    first = call_id is not None
    call = ToolCallDelta(index, call_id, name if first else None, arguments)
    return Delta(tool_calls=[call])


def wire_call(
    index: int, arguments: str, call_id: str, name: str | None = "f"
) -> WireToolCall:
    """Return a call as the reader gives it in the end."""
    parsed = parse_arguments(arguments) if name else None
    return WireToolCall(index, call_id, name, arguments, parsed)


def events_of(
    *deltas: str | Delta,
    message: AnswerMessage | None = None,
    pending: Delta | None = None,
) -> list[Any]:
    """Return the events of an answer, which keep LangChain's rules."""
    assembler = EventAssembler("msg-1")
    events: list[Any] = [e for delta in deltas for e in assembler.feed(delta)]
    events += assembler.close(message or AnswerMessage(), pending or Delta())
    events.append(assembler.finish)
    assert_valid_event_stream(events)
    return events


def told(events: list[Any]) -> list[Any]:
    """Return the events between the first and the last in few words."""
    short = []
    for event in events[1:-1]:
        kind = event["event"].removeprefix("content-block-")
        if kind == "delta":
            _, said = event["delta"].values()
        else:
            said = event["content"]["type"]
        short.append((kind, event["index"], said))
    return short


def assembled(events: list[Any]) -> AIMessage:
    """Return the message that LangChain makes of events."""
    stream = ChatModelStream()
    for event in events:
        stream.dispatch(event)
    return stream.output


def test_text_is_one_block_of_deltas() -> None:
    assert events_of("a", "b") == [
        {
            "event": "message-start",
            "role": "ai",
            "id": "msg-1",
            "metadata": {"provider": "sse-chat"},
        },
        {
            "event": "content-block-start",
            "index": 0,
            "content": {"type": "text", "text": ""},
        },
        {
            "event": "content-block-delta",
            "index": 0,
            "delta": {"type": "text-delta", "text": "a"},
        },
        {
            "event": "content-block-delta",
            "index": 0,
            "delta": {"type": "text-delta", "text": "b"},
        },
        {
            "event": "content-block-finish",
            "index": 0,
            "content": {"type": "text", "text": "ab"},
        },
        {"event": "message-finish", "metadata": {"model_provider": "sse-chat"}},
    ]


def test_the_events_of_a_delta_come_with_it() -> None:
    assembler = EventAssembler("msg-1")

    assert len(assembler.feed("a")) == 3
    [second] = assembler.feed("b")
    assert second["event"] == "content-block-delta"


def test_an_answer_without_anything_has_a_beginning_and_an_end() -> None:
    events = events_of()

    assert [e["event"] for e in events] == ["message-start", "message-finish"]
    assert assembled(events).content == ""


def test_reasoning_is_finished_when_text_begins() -> None:
    events = events_of(Delta(reasoning="R"), Delta("a", "S"), "b")

    assert told(events) == [
        ("start", 0, "reasoning"),
        ("delta", 0, "R"),
        ("delta", 0, "S"),
        ("finish", 0, "reasoning"),
        ("start", 1, "text"),
        ("delta", 1, "a"),
        ("delta", 1, "b"),
        ("finish", 1, "text"),
    ]
    assert events[4]["content"] == {"type": "reasoning", "reasoning": "RS"}


def test_reasoning_that_comes_again_is_another_block() -> None:
    deltas: list[Any] = [Delta(reasoning="R"), "a", Delta(reasoning="S"), "b"]

    assert told(events_of(*deltas))[3:] == [
        ("start", 1, "text"),
        ("delta", 1, "a"),
        ("start", 2, "reasoning"),
        ("delta", 2, "S"),
        ("finish", 2, "reasoning"),
        ("delta", 1, "b"),
        ("finish", 1, "text"),
    ]


def test_reasoning_is_finished_by_a_call_and_by_the_end() -> None:
    call = piece(0, WHOLE, "c")
    message = AnswerMessage(tool_calls=[wire_call(0, WHOLE, "c")])

    before = told(events_of(Delta(reasoning="R"), call, message=message))
    alone = told(events_of(Delta(reasoning="R")))

    assert before[2:4] == [("finish", 0, "reasoning"), ("start", 1, "tool_call_chunk")]
    assert alone[-1] == ("finish", 0, "reasoning")


def test_a_call_begins_with_its_id_and_name() -> None:
    message = AnswerMessage(tool_calls=[wire_call(0, WHOLE, "c")])

    events = events_of(piece(0, '{"x"', "c"), piece(0, ": 1}"), message=message)

    assert events[1]["content"] == {
        "type": "tool_call_chunk",
        "id": "c",
        "name": "f",
        "args": "",
        "index": 0,
    }
    assert [e["delta"] for e in events[2:4]] == [
        {"type": "tool-call-delta", "args": '{"x"'},
        {"type": "tool-call-delta", "args": ": 1}"},
    ]
    assert events[4]["content"] == {
        "type": "tool_call",
        "id": "c",
        "name": "f",
        "args": {"x": 1},
    }


NEXT: list[Any] = ["a", Delta(reasoning="R"), piece(1, WHOLE, "d")]


@pytest.mark.parametrize("following", NEXT, ids=["text", "reasoning", "call"])
def test_a_whole_call_is_finished_when_something_follows(following: Any) -> None:
    calls = [wire_call(0, WHOLE, "c"), wire_call(1, WHOLE, "d")]

    events = events_of(
        piece(0, WHOLE, "c"), following, message=AnswerMessage(tool_calls=calls)
    )

    assert told(events)[2:4][0] == ("finish", 0, "tool_call")
    assert told(events)[3][0] == "start"


def test_a_whole_call_is_finished_when_text_goes_on() -> None:
    message = AnswerMessage(tool_calls=[wire_call(0, WHOLE, "c")])

    events = events_of("a", piece(0, WHOLE, "c"), "b", "c", message=message)

    assert told(events)[4:] == [
        ("finish", 1, "tool_call"),
        ("delta", 0, "b"),
        ("delta", 0, "c"),
        ("finish", 0, "text"),
    ]


def test_calls_are_finished_in_their_order() -> None:
    calls = [wire_call(i, WHOLE, name) for i, name in enumerate("cde")]

    events = events_of(
        piece(0, '{"x"', "c"),
        piece(1, WHOLE, "d"),
        piece(0, ": 1}"),
        piece(2, WHOLE, "e"),
        "a",
        message=AnswerMessage(tool_calls=calls),
    )

    finished = [
        e["content"]["id"]
        for e in events
        if e["event"] == "content-block-finish" and "id" in e["content"]
    ]
    assert finished == ["c", "d", "e"]
    assert [c["id"] for c in assembled(events).tool_calls] == ["c", "d", "e"]


@pytest.mark.parametrize("arguments", ["", "[1]", "5", '{"x": "a', '{"x": 1'])
@pytest.mark.parametrize("held_back", [True, False])
@pytest.mark.parametrize("following", [None, "a"])
def test_a_call_that_must_not_be_run_is_invalid_as_it_was_sent(
    arguments: str, following: str | None, *, held_back: bool
) -> None:
    delta = piece(0, arguments, "c")
    message = AnswerMessage(tool_calls=[wire_call(0, arguments, "c")])
    deltas: list[Any] = [delta, following] if following else [delta]
    deltas = [] if held_back else deltas

    events = events_of(*deltas, message=message, pending=delta if held_back else None)

    [finish] = [e for e in events if e.get("content", {}).get("id") == "c"][1:]
    assert finish["content"] == {
        "type": "invalid_tool_call",
        "id": "c",
        "name": "f",
        "args": arguments,
        "error": "The arguments are not a complete JSON object.",
    }
    assert assembled(events).tool_calls == []


def test_a_call_without_a_name_is_invalid() -> None:
    calls = [wire_call(0, WHOLE, "c", None), wire_call(1, WHOLE, "d")]
    pieces = [piece(0, WHOLE, "c", None), piece(1, WHOLE, "d")]
    pending = Delta(tool_calls=[d.tool_calls[0] for d in pieces])

    message = assembled(
        events_of(message=AnswerMessage(tool_calls=calls), pending=pending)
    )

    assert [c["id"] for c in message.invalid_tool_calls] == ["c"]
    assert [c["id"] for c in message.tool_calls] == ["d"]


def test_a_call_that_goes_on_after_it_was_finished_is_an_error() -> None:
    assembler = EventAssembler("msg-1")
    assembler.feed(piece(0, "{}", "c"))
    assembler.feed("a")

    assert assembler.feed(piece(0, " \n")) == []
    assert assembler.feed(piece(0, "")) == []
    with pytest.raises(MalformedChunkError, match="continued the tool call c"):
        assembler.feed(piece(0, WHOLE))


def test_what_was_held_back_comes_before_the_end() -> None:
    events = events_of("a", pending=Delta("b", "R"), message=AnswerMessage(text="ab"))

    assert [said for kind, _, said in told(events) if kind == "delta"] == [
        "a",
        "R",
        "b",
    ]


SOURCES = {"citations": ["https://x.example"]}
CITATION = {"type": "citation", "url": "https://x.example"}


SOURCED = {"text": ["a"], "reasoning last": ["a", Delta(reasoning="R")], "no text": []}


@pytest.mark.parametrize("deltas", SOURCED.values(), ids=SOURCED)
def test_sources_are_annotations_of_the_text(deltas: list[Any]) -> None:
    events = events_of(*deltas, message=AnswerMessage(metadata=SOURCES))

    [text] = [b for b in assembled(events).content_blocks if b["type"] == "text"]
    assert text["annotations"] == [CITATION]
    assert text["text"] == "".join(d for d in deltas if isinstance(d, str))


def test_sources_without_text_come_after_the_calls() -> None:
    message = AnswerMessage(tool_calls=[wire_call(0, WHOLE, "c")], metadata=SOURCES)

    events = events_of(piece(0, WHOLE, "c"), message=message)

    assert [b["type"] for b in assembled(events).content_blocks] == [
        "tool_call",
        "text",
    ]


def test_a_refusal_is_a_block_at_the_end() -> None:
    refusal = {"type": "refusal", "refusal": "No."}
    deltas = [Delta(refusal="N"), Delta(refusal="o.")]

    events = events_of(*deltas, message=AnswerMessage(refusal="No."))

    assert [e["event"] for e in events] == [
        "message-start",
        "content-block-start",
        "content-block-finish",
        "message-finish",
    ]
    assert events[1]["content"] == {"type": "refusal", "refusal": ""}
    assert events[2]["content"] == refusal
    assert events[3]["additional_kwargs"] == {"refusal": "No."}


def test_a_block_that_comes_whole_has_its_data_once() -> None:
    image = {"image_url": {"url": "data:image/png;base64,iVBO", "detail": "low"}}
    message = AnswerMessage(message_fields={"images": [image], "audio": {"id": "a_1"}})

    events = events_of("a", message=message)

    starts = [e["content"] for e in events if e["event"] == "content-block-start"]
    assert starts[1:] == [
        {"type": "image", "mime_type": "image/png"},
        {"type": "audio", "id": "a_1"},
    ]
    blocks = [e["content"] for e in events if e["event"] == "content-block-finish"]
    assert blocks[1]["base64"] == "iVBO"
    assert told(events)[-4:] == [
        ("start", 1, "image"),
        ("finish", 1, "image"),
        ("start", 2, "audio"),
        ("finish", 2, "audio"),
    ]


def test_a_call_at_the_end_is_finished_once_when_other_blocks_follow() -> None:
    message = AnswerMessage(
        tool_calls=[wire_call(0, WHOLE, "c")], message_fields={"audio": {"id": "a_1"}}
    )

    events = events_of(piece(0, WHOLE, "c"), message=message)

    assert len(assembled(events).tool_calls) == 1


def test_the_end_has_usage_and_metadata_and_all_other_fields() -> None:
    message = AnswerMessage(
        reasoning="R",
        reasoning_key="reasoning",
        finish_reason="stop",
        usage={"prompt_tokens": 1, "completion_tokens": 2},
        message_fields={"images": []},
        metadata={"id": "x", "model": "m-1", "output_version": "other"},
    )

    events = events_of(Delta(reasoning="R"), message=message)

    assert events[-1] == {
        "event": "message-finish",
        "finish_reason": "stop",
        "normalized_finish_reason": "stop",
        "usage": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3},
        "metadata": {
            "id": "x",
            "model_provider": "sse-chat",
            "model_name": "m-1",
            "finish_reason": "stop",
            "normalized_finish_reason": "stop",
            "token_usage": {"prompt_tokens": 1, "completion_tokens": 2},
        },
        "additional_kwargs": {
            "images": [],
            "reasoning_key": "reasoning",
            "reasoning_content": "R",
        },
    }
    assert assembled(events).id == "msg-1"
