from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.errors import MalformedChunkError, StreamError
from langchain_sse_chat.wire.deltas import Delta
from langchain_sse_chat.wire.reader import ChunkReader
from tests.unit_tests.wire.wire_streams import (
    WHERE,
    Seen,
    call,
    calls,
    chunk,
    chunks_of,
    event,
    events,
    last_of,
    merged,
    read,
    read_chunks,
    text,
)

USAGE = {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13}
STOP = chunk({}, "stop")


def choice(index: Any, **fields: Any) -> dict[str, Any]:
    return {"index": index, **fields}


def metadata(*sent: Any, done: bool = True) -> dict[str, Any]:
    return merged(chunks_of(events(sent, done=done))).response_metadata


def test_gives_a_chunk_for_each_text_delta_and_one_last_empty_chunk() -> None:
    chunks = chunks_of(
        events(
            [chunk({"role": "assistant", "content": ""}), text("a"), text("b"), STOP]
        )
    )

    assert [c.message.content for c in chunks] == ["a", "b", ""]
    assert [last_of([c]).chunk_position for c in chunks] == [None, None, "last"]


@pytest.mark.parametrize(
    "empty",
    [
        pytest.param(chunk({"role": "assistant"}), id="role"),
        pytest.param(
            chunk({"role": "assistant", "content": ""}), id="role and empty content"
        ),
        pytest.param(chunk({"role": "", "content": None}), id="empty role"),
        pytest.param(chunk({}), id="empty delta"),
        pytest.param(chunk(None), id="null delta"),
        pytest.param(chunk(""), id="delta is text"),
        pytest.param(chunk(choices=[]), id="no choices"),
        pytest.param(chunk(choices=None), id="null choices"),
        pytest.param(chunk(choices={}), id="choices are an object"),
        pytest.param(chunk(choices=[None, 5]), id="choices are not objects"),
        pytest.param(chunk(choices=[{}]), id="empty choice"),
        {"id": "", "model": ""},
        {},
        "null",
        "",
        "ping",
        '"ping"',
        "[PING]",
        "Keep-Alive",
        ": OPENROUTER PROCESSING",
        b": comment\n\n",
        b"event: ping\n\n",
        b"event: ping\ndata:\n\n",
        b"retry: 3000\n\n",
        b"id: 1\n: ping\n\n",
        b"\n\n",
    ],
)
def test_what_brings_nothing_makes_no_chunk_and_breaks_nothing(empty: Any) -> None:
    sent = empty if isinstance(empty, bytes) else event(empty)
    chunks = chunks_of(events([sent, text("a"), sent, text("b"), sent, STOP, sent]))

    assert [c.message.content for c in chunks] == ["a", "b", ""]
    assert read(events([sent, text("ab"), STOP, sent])) == Seen("ab")


@pytest.mark.parametrize(
    "done",
    [
        "[DONE]",
        " [DONE] ",
        "[done]",
        "[ DONE ]",
        "DONE",
        '"[DONE]"',
        '["[DONE]"]',
        '"\\u005bDONE]"',
        "[DONE\x1d",
        "\u2028[DONE]",
    ],
)
@pytest.mark.parametrize(
    "after",
    [
        pytest.param(event(text("a")), id="text"),
        pytest.param(b'{"error": "boom"}\n\n', id="error"),
    ],
)
def test_an_answer_ends_with_done_in_any_spelling(done: str, after: bytes) -> None:
    done_event = f"data: {done}\n\n".encode()

    assert read([event(text("a")), done_event, after]) == Seen("a")


@pytest.mark.parametrize("data", ["oops", "{", '{"choices": [', "[1, 2]", "5", "[]"])
def test_data_that_is_no_chunk_is_an_error_with_its_beginning(data: str) -> None:
    reader = ChunkReader(WHERE)

    with pytest.raises(MalformedChunkError) as caught:
        reader.read(data + " " * 300)

    assert caught.value.data == (data + " " * 300)[:200]
    assert WHERE in str(caught.value)


@pytest.mark.parametrize("data", ["oops", '{"choices": [', "[1, 2]", "5"])
def test_data_that_the_end_may_have_cut_is_left_out(data: str) -> None:
    assert ChunkReader(WHERE).read(data, lenient=True) is None


def test_a_chunk_alone_in_a_list_is_read() -> None:
    assert read(events([[text("a")], STOP])) == Seen("a")


def test_gives_text_alone_as_a_string_and_more_as_a_delta() -> None:
    reader = ChunkReader(WHERE)

    assert reader.read('{"choices": [{"delta": {"content": "a"}}]}') == "a"
    both = '{"choices": [{"delta": {"content": "a", "reasoning": "b"}}]}'
    assert reader.read(both) == Delta(text="a", reasoning="b")


def test_counts_the_events_that_carry_something_of_the_answer() -> None:
    reader = ChunkReader(WHERE)
    sent = [
        (chunk({"role": "assistant"}), 0),
        ({"usage": USAGE}, 0),
        (text("a"), 1),
        (calls(call(0, "c", "f", "")), 2),
        (chunk({}), 2),
        (chunk(choices=[choice(1, delta={})]), 2),
        (chunk(choices=[choice(1, delta={"content": "b"})]), 3),
        (STOP, 4),
    ]

    for data, progress in sent:
        reader.read(event(data).decode()[6:])
        assert reader.progress == progress


def test_an_empty_value_does_not_take_the_place_of_one() -> None:
    blank = {**text("b"), "id": "", "model": None}

    seen = metadata(blank, text("a"), blank, STOP)

    assert (seen["id"], seen["model_name"]) == ("chatcmpl-1", "m-1")


def test_a_value_that_is_sent_several_times_stands_once_and_the_last_holds() -> None:
    sent = [
        {**text("a"), "citations": ["x"], "cost": 0.1},
        {**STOP, "citations": ["x", "y"], "cost": 0.2},
        {**STOP, "model": "m-2", "timings": {"n": 1}, "provider": "P"},
    ]

    seen = metadata(*sent)

    assert seen["citations"] == ["x", "y"]
    assert seen["cost"] == 0.2
    assert seen["model_name"] == "m-2"
    assert (seen["timings"], seen["provider"]) == ({"n": 1}, "P")
    assert seen["finish_reason"] == "stop"


def test_padding_is_left_out() -> None:
    seen = metadata({**text("a"), "obfuscation": "xyz", "p": "abc"}, STOP)

    assert not seen.keys() & {"obfuscation", "p", "object", "choices"}


def test_azure_sends_filter_results_beside_the_answer() -> None:
    sent = [
        chunk(choices=[], id="", model="", prompt_filter_results=[{"prompt_index": 0}]),
        text("a"),
        chunk(choices=[choice(0, finish_reason=None, content_filter_offsets={"n": 1})]),
        STOP,
    ]

    seen = metadata(*sent)

    assert seen["prompt_filter_results"] == [{"prompt_index": 0}]
    assert seen["content_filter_offsets"] == {"n": 1}
    assert (seen["id"], seen["model_name"]) == ("chatcmpl-1", "m-1")


@pytest.mark.parametrize(
    "index",
    [
        pytest.param(0, id="zero"),
        pytest.param(None, id="null"),
        pytest.param("0", id="text"),
        pytest.param(-1, id="negative"),
    ],
)
def test_the_first_choice_may_have_an_odd_index_or_none(index: Any) -> None:
    one = {"delta": {"content": "a"}, "finish_reason": "stop"}

    assert read(events([chunk(choices=[{**one, "index": index}])])) == Seen("a")
    assert read(events([chunk(choices=[one])])) == Seen("a")


def test_further_choices_are_kept_apart() -> None:
    sent = [
        chunk(choices=[choice(1, delta={"content": "B"}), choice(0)]),
        chunk(choices=[choice(0, delta={"content": "A"})]),
        chunk(choices=[choice(2, delta={"tool_calls": [call(0, "c", "f", "{}")]})]),
        chunk(choices=[choice(1, delta={"content": "b"}, finish_reason="length")]),
        chunk(choices=[choice(0, delta={}, finish_reason="stop")]),
        chunk(choices=[choice(2, delta={}, finish_reason="stop")]),
    ]
    function = {"name": "f", "arguments": "{}"}
    wire_call = {"id": "c", "type": "function", "function": function}

    assert read(events(sent)) == Seen("A")
    assert metadata(*sent)["other_choices"] == [
        {
            "message": {"role": "assistant", "content": "Bb"},
            "finish_reason": "length",
        },
        {
            "message": {
                "role": "assistant",
                "content": "",
                "tool_calls": [wire_call],
            },
            "finish_reason": "tool_calls",
        },
    ]


def test_a_further_choice_that_was_cut_is_not_taken_for_whole() -> None:
    sent = [
        chunk(choices=[choice(1, delta={"content": "B"})]),
        chunk(choices=[choice(0, delta={"content": "A"}, finish_reason="stop")]),
    ]

    (cut,) = metadata(*sent, done=False)["other_choices"]
    (whole,) = metadata(*sent)["other_choices"]

    assert (cut["finish_reason"], whole["finish_reason"]) == (None, "stop")


def test_two_choices_with_one_index_are_one_answer() -> None:
    piece = {"tool_calls": [call(0, "c", "f", "{}")]}
    sent = chunk(
        choices=[
            choice(0, delta={"content": "a", "refusal": "r"}),
            choice(0, delta={"content": "b"}),
            choice(0, delta=piece, finish_reason="tool_calls"),
        ]
    )

    seen = read_chunks(sent)

    assert seen == Seen("ab", calls=[("c", "f", {})], finish_reason="tool_calls")


def test_a_choice_beside_others_without_anything_is_passed_over() -> None:
    sent = chunk(choices=[choice(0, delta={}), choice(0, delta={"content": "a"})])

    assert read_chunks(sent, STOP) == Seen("a")


COMPLETION = {
    "id": "chatcmpl-1",
    "model": "m-1",
    "object": "chat.completion",
    "choices": [{"message": {"content": "a"}, "finish_reason": "stop"}],
    "usage": USAGE,
}


def test_a_whole_completion_is_read_as_one_chunk() -> None:
    reader = ChunkReader(WHERE)

    assert reader.read_completion(COMPLETION) == "a"
    assert reader.is_complete
    assert reader.close(truncated=False)[0].usage == USAGE


@pytest.mark.parametrize(
    "body", [{}, {"choices": []}, {"choices": "x"}, {"choices": [1]}, {"id": "x"}]
)
def test_an_object_that_is_no_completion_is_an_error(body: dict[str, Any]) -> None:
    with pytest.raises(MalformedChunkError, match="not a chat completion"):
        ChunkReader(WHERE).read_completion(body)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": {"message": "boom", "code": 7}}, 7),
        ({"error": "boom", "code": "x"}, "x"),
        ({"message": "boom", "status": 5}, 5),
        ({"choices": None, "error_type": "x", "error_message": "boom"}, "x"),
        ({"choices": [{"error": {"message": "boom", "code": 7}}]}, 7),
        ({**COMPLETION, "error": {"message": "boom", "code": 7}}, 7),
    ],
)
def test_an_object_that_tells_of_an_error_is_that_error(
    body: dict[str, Any], code: Any
) -> None:
    with pytest.raises(StreamError, match="boom") as caught:
        ChunkReader(WHERE).read_completion(body)

    assert caught.value.code == code


def test_nothing_is_received_before_anything_came() -> None:
    reader = ChunkReader(WHERE)
    reader.read(event({**chunk({"role": "assistant"}), "usage": USAGE}).decode()[6:])

    assert reader.snapshot() is None


def test_what_was_received_does_not_change_afterwards() -> None:
    reader = ChunkReader(WHERE)
    sent = {**chunk({"content": "a", "images": [1], "audio": {"data": "x"}}), "x": 1}
    reader.read(event(sent).decode()[6:])

    before = reader.snapshot()
    reader.read(event({**sent, "x": 2}).decode()[6:])
    after = reader.snapshot()

    assert before is not None
    assert (before.text, before.metadata["x"]) == ("a", 1)
    assert before.message_fields == {"images": [1], "audio": {"data": "x"}}
    assert after is not None
    assert (after.text, after.metadata["x"]) == ("aa", 2)
    assert after.message_fields == {"images": [1, 1], "audio": {"data": "xx"}}


def test_an_answer_is_whole_with_done_or_with_a_finish_reason() -> None:
    assert read(events([text("a"), STOP], done=False)) == Seen("a")
    assert read(events([text("a")])) == Seen("a")
