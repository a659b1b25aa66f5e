from __future__ import annotations

from typing import Any

import pytest

from tests.unit_tests.wire.wire_streams import (
    Seen,
    call,
    calls,
    chunk,
    chunks_of,
    events,
    merged,
    read_chunks,
    result_of,
    text,
)

STOP = chunk({}, "stop")
CALL = calls(call(0, "c", "f", "{}"))
F: list[tuple[Any, ...]] = [("c", "f", {})]


def fields(*sent: Any) -> dict[str, Any]:
    """Return `additional_kwargs`, the same in both ways."""
    streamed = merged(chunks_of(events(sent))).additional_kwargs
    assert result_of(events(sent)).additional_kwargs == streamed
    return streamed


def metadata(*sent: Any, done: bool = True) -> dict[str, Any]:
    streamed = merged(chunks_of(events(sent, done=done))).response_metadata
    assert result_of(events(sent, done=done)).response_metadata == streamed
    return streamed


@pytest.mark.parametrize(
    "beside",
    [
        {"role": "assistant"},
        {"role": ""},
        {"role": None, "refusal": None, "tool_calls": None, "function_call": None},
        {"role": 5, "tool_calls": [], "reasoning": "", "reasoning_content": None},
        {"annotations": []},
    ],
)
def test_text_is_text_whatever_empty_fields_stand_beside_it(beside: Any) -> None:
    sent = [chunk({"content": t, **beside}) for t in ("a", "b")]

    chunks = chunks_of(events([*sent, STOP]))

    assert [c.message.content for c in chunks] == ["a", "b", ""]
    assert [c.message.additional_kwargs for c in chunks] == [{}, {}, {}]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("ab", Seen("ab"), id="text"),
        pytest.param(
            [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
            Seen("ab"),
            id="text parts",
        ),
        pytest.param(["a", "b"], Seen("ab"), id="strings"),
        pytest.param({"type": "text", "text": "ab"}, Seen("ab"), id="one part"),
        pytest.param(
            [{"type": "thinking", "thinking": "r"}],
            Seen(reasoning="r"),
            id="thinking part",
        ),
        pytest.param(
            [
                {"type": "thinking", "thinking": [{"type": "text", "text": "r"}]},
                {"type": "text", "text": "a"},
            ],
            Seen("a", "r"),
            id="thinking in parts",
        ),
        pytest.param(
            [{"type": "reasoning", "text": "r"}],
            Seen(reasoning="r"),
            id="reasoning part",
        ),
        pytest.param(
            [{"type": "thinking"}, {"type": "text", "text": 5}],
            Seen("5"),
            id="number as text",
        ),
        pytest.param([{"type": []}], Seen(), id="odd type"),
        pytest.param([1, True, None], Seen("1true"), id="odd parts"),
        pytest.param(5, Seen("5"), id="number"),
        pytest.param(0, Seen("0"), id="zero"),
        pytest.param(1.5, Seen("1.5"), id="fraction"),
        pytest.param(False, Seen("false"), id="boolean"),
        pytest.param([], Seen(), id="empty"),
    ],
)
def test_content_is_a_text_or_parts(content: Any, expected: Seen) -> None:
    assert read_chunks(chunk({"content": content}), STOP) == expected


def test_parts_that_are_neither_text_nor_reasoning_are_kept() -> None:
    image, reference = {"type": "image_url"}, {"type": "reference", "ids": [1]}
    sent = [
        chunk({"content": [{"type": "text", "text": "a"}, image]}),
        chunk({"content": [reference, 5]}),
        STOP,
    ]

    assert read_chunks(*sent) == Seen("a5")
    assert fields(*sent) == {"content_parts": [image, reference]}


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning", "reasoning_text"])
def test_reasoning_is_found_under_each_key(key: str) -> None:
    sent = [chunk({key: "r"}), chunk({key: "s", "content": ""}), text("a"), STOP]

    assert read_chunks(*sent) == Seen("a", "rs")
    assert fields(*sent) == {"reasoning_content": "rs", "reasoning_key": key}


def test_reasoning_under_two_keys_is_given_once() -> None:
    both = {"reasoning_content": "r", "reasoning": "r"}
    details = [{"type": "reasoning.text", "text": "r", "index": 0}]
    sent = [chunk({**both, "reasoning_details": details}), text("a"), STOP]

    assert read_chunks(*sent) == Seen("a", "r")
    assert fields(*sent) == {
        "reasoning_content": "r",
        "reasoning_key": "reasoning_content",
        "reasoning_details": details,
    }


def test_reasoning_and_text_in_one_delta_are_both_given() -> None:
    assert read_chunks(chunk({"content": "a", "reasoning": "r"}), STOP) == Seen(
        "a", "r"
    )


def test_reasoning_details_are_kept_and_put_together() -> None:
    def item(**fields: Any) -> dict[str, Any]:
        return {"type": "reasoning.text", "index": 0, **fields}

    sent = [
        chunk({"reasoning_details": [item(text="r", format="x")]}),
        chunk({"reasoning_details": [item(text="s", signature=None)]}),
        chunk({"reasoning_details": [item(signature="z")]}),
        chunk({"reasoning_details": "odd"}),
        STOP,
    ]

    assert read_chunks(*sent) == Seen(reasoning="rs")
    assert fields(*sent) == {
        "reasoning_content": "rs",
        "reasoning_key": "reasoning_details",
        "reasoning_details": [item(text="rs", format="x", signature="z")],
    }


def test_a_refusal_is_kept() -> None:
    sent = [chunk({"refusal": "no"}), chunk({"refusal": "!", "content": None}), STOP]

    assert fields(*sent) == {"refusal": "no!"}
    assert fields(chunk({"refusal": 5, "content": "a"}), STOP) == {}


def test_unknown_fields_of_a_delta_are_kept() -> None:
    sent = [
        chunk({"content": "a", "annotations": [1], "audio": {"id": "x", "data": "ab"}}),
        chunk({"content": "b", "annotations": [2], "audio": {"id": "x", "data": "cd"}}),
        chunk({"content": "", "score": 0, "flag": False, "tag": "p", "gone": None}),
        chunk({"tag": "q"}),
        STOP,
    ]

    assert read_chunks(*sent) == Seen("ab")
    assert fields(*sent) == {
        "annotations": [1, 2],
        "audio": {"id": "x", "data": "abcd"},
        "score": 0,
        "flag": False,
        "tag": "q",
    }


def test_unknown_fields_of_a_choice_are_kept() -> None:
    def choice(**more: Any) -> dict[str, Any]:
        delta = {"content": "a"}
        return chunk(
            choices=[{"index": 0, "delta": delta, "finish_reason": "", **more}]
        )

    seen = metadata(
        choice(stop_reason=None, x=1), choice(stop_reason="</s>", x=2), STOP
    )

    assert (seen["stop_reason"], seen["x"]) == ("</s>", 2)


def test_logprobs_of_all_deltas_are_put_together() -> None:
    def with_logprobs(logprobs: Any) -> dict[str, Any]:
        return chunk(choices=[{"delta": {"content": "a"}, "logprobs": logprobs}])

    sent = [
        with_logprobs({"content": [{"token": "a"}], "refusal": None}),
        with_logprobs({"content": [{"token": "b"}], "refusal": [{"token": "r"}]}),
        with_logprobs(None),
        with_logprobs([5]),
        STOP,
    ]

    assert metadata(*sent)["logprobs"] == {
        "content": [{"token": "a"}, {"token": "b"}],
        "refusal": [{"token": "r"}],
    }


@pytest.mark.parametrize(
    ("sent", "reason", "native"),
    [
        pytest.param([text("a"), STOP], "stop", None, id="stop"),
        pytest.param([text("a"), chunk({}, "length")], "length", None, id="length"),
        pytest.param([text("a"), STOP, STOP], "stop", None, id="stop twice"),
        pytest.param(
            [CALL, chunk({}, "tool_calls"), STOP],
            "tool_calls",
            None,
            id="tool_calls, then stop",
        ),
        pytest.param(
            [CALL, STOP, chunk({}, "tool_calls")],
            "tool_calls",
            None,
            id="stop, then tool_calls",
        ),
        pytest.param(
            [text("a"), chunk({}, "length"), STOP],
            "length",
            None,
            id="length, then stop",
        ),
        pytest.param(
            [text("a"), STOP, chunk({}, "length")],
            "length",
            None,
            id="stop, then length",
        ),
        pytest.param([CALL, STOP], "tool_calls", "stop", id="call and stop"),
        pytest.param([CALL, chunk({}, "eos")], "tool_calls", "eos", id="call and eos"),
        pytest.param(
            [CALL, chunk({}, "function_call")],
            "tool_calls",
            "function_call",
            id="call and function_call",
        ),
        pytest.param([CALL, chunk({}, "length")], "length", None, id="call and length"),
        pytest.param(
            [text("a"), chunk({"tool_calls": []}, "tool_calls")],
            "stop",
            "tool_calls",
            id="tool_calls without a call",
        ),
        pytest.param([text("a"), chunk({}, "")], "stop", None, id="empty reason"),
        pytest.param(
            [text("a"), chunk({}, {"type": "stop"})],
            "stop",
            None,
            id="reason is an object",
        ),
        pytest.param([text("a")], "stop", None, id="no reason"),
        pytest.param([CALL], "tool_calls", None, id="call without a reason"),
    ],
)
def test_the_finish_reason_is_that_of_what_was_seen(
    sent: list[Any], reason: str, native: str | None
) -> None:
    seen = metadata(*sent)

    assert seen["finish_reason"] == reason
    assert seen.get("native_finish_reason") == native


@pytest.mark.parametrize(("sent", "inferred"), [([CALL], True), ([CALL, STOP], None)])
def test_a_finish_reason_that_was_not_sent_is_marked(
    sent: list[Any], inferred: bool | None
) -> None:
    assert metadata(*sent).get("finish_reason_inferred") is inferred


def test_a_relays_own_word_for_the_reason_is_kept() -> None:
    def ended(reason: str) -> Any:
        one = {"index": 0, "finish_reason": reason, "native_finish_reason": "END"}
        return chunk(choices=[one])

    assert metadata(text("a"), ended("stop"))["native_finish_reason"] == "END"
    assert metadata(CALL, ended("stop"))["native_finish_reason"] == "stop"


@pytest.mark.parametrize(
    "before",
    [
        pytest.param([], id="nothing"),
        pytest.param([chunk({})], id="empty delta"),
        pytest.param([chunk({"role": "assistant", "content": ""})], id="role"),
    ],
)
def test_a_whole_message_in_place_of_deltas_is_the_answer(before: list[Any]) -> None:
    message = {
        "role": "assistant",
        "content": "a",
        "tool_calls": [call(0, "c", "f", "")],
    }
    one = {"index": 0, "message": message, "finish_reason": "stop"}

    for sent in (chunk(choices=[one]), chunk(choices=[{**one, "delta": {}}])):
        assert read_chunks(*before, sent) == Seen("a", "", F, [], "tool_calls")


@pytest.mark.parametrize(
    "begun",
    [
        pytest.param(text("a"), id="text"),
        pytest.param(calls(call(0, "c", "f", "")), id="call"),
    ],
)
def test_a_whole_message_after_deltas_brings_only_what_they_did_not(begun: Any) -> None:
    message = {"content": "a", "tool_calls": [call(0, "c", "f", "{}")]}
    last = chunk(choices=[{"message": message, "finish_reason": "stop"}])

    assert read_chunks(begun, last) == Seen("a", "", F, [], "tool_calls")


def test_a_message_beside_each_delta_is_passed_over() -> None:
    def both(delta: str, message: str) -> Any:
        one = {"delta": {"content": delta}, "message": {"content": message}}
        return chunk(choices=[one])

    assert read_chunks(both("", ""), both("a", "a"), both("b", "ab"), STOP) == Seen(
        "ab"
    )


def test_a_message_that_is_a_text_is_the_text() -> None:
    assert read_chunks(chunk(choices=[{"message": "a"}]), STOP) == Seen("a")


def test_text_of_a_legacy_completion_is_read() -> None:
    sent = [chunk(choices=[{"index": 0, "text": t}]) for t in ("a", "b")]

    assert read_chunks(*sent, STOP) == Seen("ab")


def test_halves_of_a_character_become_one() -> None:
    def delta(key: str, escaped: str) -> bytes:
        body = f'{{"model": "m-1", "choices": [{{"delta": {{"{key}": "{escaped}"}}}}]}}'
        return f"data: {body}\n\n".encode()

    for key, expected in (
        ("content", Seen("a😀b")),
        ("reasoning", Seen(reasoning="a😀b")),
    ):
        sent = [delta(key, "a\\ud83d"), delta(key, "\\ude00b"), STOP]
        assert read_chunks(*sent) == expected
    assert read_chunks(delta("content", "a\\ud83d"), text("b"), STOP) == Seen(
        "a\ufffdb"
    )
    sent = [delta("content", "a"), delta("content", "\\ud83d"), STOP]
    assert read_chunks(*sent) == Seen("a")
