"""Changed streams: a small part of what `make fuzz` does, and its own checks."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from langchain_sse_chat.wire.deltas import WireToolCall
from scripts.fuzz import faults_of_call, fuzz, sent_arguments
from scripts.fuzz_reference import fault_of
from scripts.mutations import Mutator
from tests.unit_tests.wire.wire_streams import DONE, call, calls, chunk, event, text

PIECES = event(calls(call(0, "a", "f", '{"a": '))) + event(
    calls(call(0, arguments="1}"))
)


def test_a_changed_stream_is_a_message_or_an_error_of_ours() -> None:
    outcomes: Counter[str] = Counter()

    assert list(fuzz(500, 1, outcomes)) == []
    assert outcomes["message"] > 100
    assert outcomes["StreamTruncatedError"] > 20


def test_equal_seeds_make_equal_streams() -> None:
    one, same, other = (Mutator([[PIECES]], seed) for seed in (1, 1, 2))

    streams = [[mutator.stream() for _ in range(9)] for mutator in (one, same, other)]

    assert streams[0] == streams[1] != streams[2]


@pytest.mark.parametrize(
    ("arguments", "parsed", "cut", "faults"),
    [
        ('{"a": 1}', {"a": 1}, True, 0),
        ('{"a": ', None, True, 0),
        ("{}", {}, False, 0),
        ("{}", {}, True, 1),
        ('{"a": 12}', {"a": 12}, False, 1),
        ('{"a": 1}', {"a": 2}, False, 1),
    ],
)
def test_arguments_that_were_not_sent_whole_are_found(
    arguments: str, parsed: dict[str, int] | None, cut: bool, faults: int
) -> None:
    made = WireToolCall(0, "a", "f", arguments, parsed)

    assert len(list(faults_of_call(made, sent_arguments(PIECES), cut=cut))) == faults


def test_pieces_in_events_without_blank_lines_are_in_their_order() -> None:
    def line(arguments: str) -> bytes:
        function = {"function": {"arguments": arguments}}
        chunk = {"choices": [{"delta": {"tool_calls": [function]}}]}
        return b"data: " + json.dumps(chunk).encode() + b"\n"

    body = line('{"a') + line('": ') + b"\n" + line("1}") + b"\n"

    assert sent_arguments(body) == ['{"a', '": ', "1}"]


def test_what_was_framed_twice_is_looked_into() -> None:
    assert sent_arguments(b"data: " + PIECES) == sent_arguments(PIECES)


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n\xef\xbb\xbf", b" \n\n"])
def test_what_comes_before_an_answer_does_not_hide_its_pieces(before: bytes) -> None:
    assert sent_arguments(before + PIECES) == sent_arguments(PIECES)


@pytest.mark.parametrize(("sent", "faults"), [("我", 0), ("们", 1)])
def test_arguments_in_a_string_may_be_escaped_in_part(sent: str, faults: int) -> None:
    made = WireToolCall(0, "a", "f", '{"a": "\u00e9我"}', {"a": "\u00e9我"})
    pieces = ['"{\\"a\\"', f': \\"\\u00e9{sent}\\"}}"']

    assert len(list(faults_of_call(made, pieces, cut=False))) == faults


HI = event(text("Hi"))
STOP = event(chunk({}, "stop"))
STRAY = event({"text": "boom", "error_code": 5})


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(HI, id="no end"),
        pytest.param(
            HI + event({"error": {"message": "boom", "code": 5}}) + DONE,
            id="error object",
        ),
        pytest.param(HI + STOP + event({"error": "boom"}), id="error text"),
        pytest.param(HI + event(chunk({}, "error")), id="reason is an error"),
        pytest.param(HI + STRAY + DONE, id="stray text before [DONE]"),
        pytest.param(HI + STRAY + b": ping\n\n", id="stray text at the end"),
        pytest.param(HI + event({"text": "ok"}) + DONE, id="a good word alone"),
        pytest.param(
            HI + event({"text": "boom", "note": "success"}) + DONE,
            id="a good word beside others",
        ),
        pytest.param(
            HI + event({"message": "ok", "code": 500}) + DONE,
            id="a good word and a failed code",
        ),
        pytest.param(HI + event({"message": "ok"}) + DONE, id="a good message"),
    ],
)
def test_an_answer_that_is_none_is_known(body: bytes) -> None:
    assert fault_of(body, may_be_cut=False)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(HI + STOP, id="finish reason"),
        pytest.param(HI + DONE, id="[DONE]"),
        pytest.param(HI + STRAY + STOP, id="stray text before the reason"),
        pytest.param(HI + STRAY + HI + DONE, id="stray text in the middle"),
        pytest.param(HI + DONE + STRAY, id="stray text after [DONE]"),
        pytest.param(
            HI + event({**text("!"), "error": {"message": "ok", "code": 0}}) + DONE,
            id="error with code 0",
        ),
        pytest.param(b'{"error": "boom"}', id="error body"),
        pytest.param(
            HI + event({"message": "ok", "code": 20000}) + DONE, id="code 20000"
        ),
        pytest.param(
            HI + event({"msg": "请求成功", "code": "7"}) + DONE, id="success in Chinese"
        ),
        pytest.param(
            HI + event({"message": "anything", "code": "0000"}) + DONE, id="code 0000"
        ),
        pytest.param(HI + event({"done": True}) + DONE, id="done"),
        pytest.param(
            HI + STRAY + HI.rstrip() + b"\n" + STOP.rstrip() + b"\n" + DONE,
            id="chunk and [DONE] in one event",
        ),
    ],
)
def test_an_answer_that_may_be_one_is_not_doubted(body: bytes) -> None:
    assert fault_of(body, may_be_cut=False) is None


def test_a_cut_answer_may_be_accepted() -> None:
    assert fault_of(HI, may_be_cut=True) is None
