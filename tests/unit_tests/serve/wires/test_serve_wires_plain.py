"""The bytes of the plain wire."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from langchain_sse_chat.serve.answer.parts import (
    Delta,
    Finish,
    NextMessage,
    Note,
    Part,
    ToolCallDelta,
    ToolRun,
)
from langchain_sse_chat.serve.failure.failure import Failure
from langchain_sse_chat.serve.wires.plain import PlainWire
from langchain_sse_chat.sse import ServerSentEvent, SSEDecoder


def seen(sent: bytes) -> list[tuple[str, str]]:
    return [(event, data) for event, data, _ in SSEDecoder().feed(sent)]


def test_the_bytes_of_an_answer() -> None:
    wire = PlainWire(answer_id="a-1")
    sent = [wire.open(), wire.text("Hi"), wire.feed(" you\n"), wire.close(Finish())]

    assert b"".join(sent).decode() == (
        "id: a-1\n\n"
        "data: Hi\n\n"
        "data:  you\ndata: \n\n"
        "event: end\ndata: Hi you\ndata: \n\n"
    )


def test_the_id_dispatches_nothing_and_stays() -> None:
    wire = PlainWire(answer_id="a-1")

    assert SSEDecoder().feed(wire.open()) == []
    assert SSEDecoder().feed(wire.open() + wire.text("Hi")) == [
        ServerSentEvent("message", "Hi", "a-1")
    ]


def test_the_events_of_other_parts() -> None:
    wire = PlainWire(answer_id="a-1")
    parts: list[Part] = [
        Delta("t", "r"),
        Delta(refusal="No."),
        ToolRun("1", "search", {"q": "x"}),
        ToolRun("1", "search", output="found"),
        ToolRun("2", "search", output="lost", failed=True),
        Note({"step": 1}),
    ]

    assert seen(b"".join(map(wire.feed, parts))) == [
        ("reasoning", "r"),
        ("message", "t"),
        ("message", "No."),
        ("tool", '{"id":"1","name":"search","arguments":{"q":"x"}}'),
        ("tool", '{"id":"1","name":"search","output":"found"}'),
        ("tool", '{"id":"2","name":"search","failed":"lost"}'),
        ("status", '{"step":1}'),
    ]


def test_another_message_is_no_event() -> None:
    assert PlainWire(answer_id="a").feed(NextMessage()) == b""


def test_a_call_for_the_client_is_sent_whole_before_the_end() -> None:
    wire = PlainWire(answer_id="a-1")
    for piece in (ToolCallDelta(0, "c1", "f", "{"), ToolCallDelta(0, None, None, "}")):
        assert wire.feed(Delta(tool_calls=[piece])) == b""

    assert seen(wire.close(Finish("tool_calls"))) == [
        ("tool", '{"id":"c1","name":"f","arguments":"{}"}'),
        ("end", ""),
    ]


def test_a_failure_is_not_the_browser_s_own_error_event() -> None:
    failure = Failure(502, "It broke.", "upstream_error")

    [(event, data)] = seen(PlainWire(answer_id="a").fail(failure))

    assert event == "failure"
    assert json.loads(data) == failure.body()


def test_a_keep_alive_is_a_comment() -> None:
    assert PlainWire(answer_id="a").keep_alive() == b":\n\n"
    assert seen(PlainWire(answer_id="a").keep_alive()) == []


@given(st.lists(st.text(st.sampled_from("ab\r\n\u2028"))))
def test_a_text_in_any_pieces_is_the_same_with_line_feeds(pieces: list[str]) -> None:
    wire = PlainWire(answer_id="a")
    sent = b"".join(map(wire.feed, pieces))
    whole = "".join(pieces).replace("\r\n", "\n").replace("\r", "\n")

    assert "".join(data for _, data in seen(sent)) == whole
    assert seen(wire.close(Finish())) == [("end", whole)]
