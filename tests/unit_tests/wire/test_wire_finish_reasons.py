"""Finish reasons are classified."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat import StreamError
from langchain_sse_chat.wire.finish_reasons import (
    Ending,
    ending,
    is_filtered,
    is_length,
    is_refusal,
    normalized,
)
from tests.unit_tests.wire.wire_streams import (
    Seen,
    call,
    calls,
    chunk,
    error_of,
    events,
    read_chunks,
    text,
)


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        *((r, Ending.PLAIN) for r in ("stop", "eos", "STOP", "end_turn", "COMPLETE")),
        *((r, Ending.PLAIN) for r in ("FINISH_REASON_STOP", "FinishReason.STOP")),
        *((r, Ending.CALLS) for r in ("tool_calls", "function_call", "TOOL_CALL")),
        *((r, Ending.CUT) for r in ("length", "MAX_TOKENS", "content_filter")),
        *((r, Ending.CUT) for r in ("model_context_window_exceeded", "SAFETY")),
        *((r, Ending.CUT) for r in ("ERROR_TOXIC", "ERROR_LIMIT", "content-filter")),
        *((r, Ending.CUT) for r in ("content_filter: OTHER", "max_output")),
        *(
            (r, Ending.FAILED)
            for r in ("function_call_filter: MALFORMED_FUNCTION_CALL",)
        ),
        *((r, Ending.UNKNOWN) for r in ("no_error", "ended_without_errors")),
        *((r, Ending.FAILED) for r in ("error", "abort", "aborted", "network_error")),
        *((r, Ending.FAILED) for r in ("MALFORMED_FUNCTION_CALL", "cancelled")),
        *((r, Ending.FAILED) for r in ("insufficient_system_resource", "TIMEOUT")),
        *((r, Ending.FAILED) for r in ("malformed_tool_use", "server overloaded")),
        *((r, Ending.UNKNOWN) for r in ("interrupted", "OTHER", "pause_turn")),
        *((r, None) for r in ("", " ", "null", "None", "FINISH_REASON_UNSPECIFIED")),
    ],
)
def test_a_reason_is_told_by_its_words(reason: str, kind: Ending | None) -> None:
    assert ending(reason) is kind


@pytest.mark.parametrize("reason", [5, True, ["stop"], {"type": 5}, {}, {"x": "stop"}])
def test_what_is_no_reason_ends_no_answer(reason: Any) -> None:
    error, _ = error_of(events([text("a"), chunk({}, reason)], done=False))

    assert "ended before the answer did" in str(error)


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (["stop", "length"], "length"),
        (["length", "stop"], "length"),
        (["interrupted", "stop"], "interrupted"),
        (["length", "content_filter"], "length"),
        (["null", "eos", "stop"], "eos"),
    ],
)
def test_of_several_reasons_the_one_that_says_most_holds(
    sent: list[str], reason: str
) -> None:
    seen = read_chunks(text("a"), *(chunk({}, word) for word in sent))

    assert seen == Seen("a", finish_reason=reason)


@pytest.mark.parametrize("hidden", [["error", "stop"], ["length", "error", "stop"]])
def test_a_failure_is_not_hidden(hidden: list[str]) -> None:
    error, given = error_of(events([text("a"), *(chunk({}, r) for r in hidden)]))

    assert isinstance(error, StreamError)
    assert error.code == "error"
    assert given == ["a"]


@pytest.mark.parametrize(
    "brought",
    [
        pytest.param(text("a"), id="text"),
        pytest.param(chunk({"reasoning": "r"}), id="reasoning"),
        pytest.param(chunk({"refusal": "no"}), id="refusal"),
        pytest.param(chunk({"images": [{"type": "image_url"}]}), id="image"),
        pytest.param(calls(call(0, "c", "f", '{"a": 1}')), id="call"),
    ],
)
def test_a_reason_that_nobody_knows_is_kept_with_what_came(brought: Any) -> None:
    assert read_chunks(brought, chunk({}, "OTHER")).finish_reason == "OTHER"


def test_a_tool_reason_in_other_words_is_told_as_such() -> None:
    seen = read_chunks(calls(call(0, "c", "f", "{}")), chunk({}, "tool_use"))

    assert seen == Seen(calls=[("c", "f", {})], finish_reason="tool_calls")


@pytest.mark.parametrize(
    ("reason", "is_what"),
    [
        ("length", is_length),
        ("MAX_TOKENS", is_length),
        ("max_new_tokens", is_length),
        ("FinishReason.MAX_TOKENS", is_length),
        ("content_filter", is_filtered),
        ("SAFETY", is_filtered),
        ("FINISH_REASON_SAFETY", is_filtered),
        ("ERROR_TOXIC", is_filtered),
        ("blacklist", is_refusal),
        ("refusal", is_refusal),
        ("stop", None),
        ("time_limit", None),
        (None, None),
    ],
)
def test_why_an_answer_is_cut_is_told_in_every_spelling(
    reason: str | None, is_what: Any
) -> None:
    kinds = {kind for kind in (is_length, is_filtered, is_refusal) if kind(reason)}

    assert kinds == ({is_what} if is_what else set())


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        ("stop", "stop"),
        ("FinishReason.STOP", "stop"),
        ("end_turn", "stop"),
        ("tool_calls", "tool_call"),
        ("function_call", "tool_call"),
        ("length", "length"),
        ("MAX_TOKENS", "length"),
        ("SAFETY", "content_filter"),
        ("content_filter: RECITATION", "content_filter"),
        ("blacklist", "refusal"),
        ("repetition", None),
        ("error", None),
        ("their own word", None),
    ],
)
def test_reasons_have_the_words_of_langchain(reason: str, word: str | None) -> None:
    assert normalized(reason) == word
