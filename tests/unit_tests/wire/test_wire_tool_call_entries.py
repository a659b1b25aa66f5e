"""One entry of `tool_calls`, in every form in which servers send it."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.wire.tool_call_entries import read_entry

BODY = {"name": "f", "arguments": "{}"}


@pytest.mark.parametrize(
    ("entry", "read"),
    [
        pytest.param({"function": BODY}, ("function", "f", "{}"), id="usual"),
        pytest.param({"type": "function", **BODY}, ("function", "f", "{}"), id="flat"),
        pytest.param(
            {"function": {"name": "f", "arguments": {"a": 1}}},
            ("function", "f", '{"a": 1}'),
            id="arguments as an object",
        ),
        pytest.param(
            {"custom": {"name": "f", "input": "x"}}, ("custom", "f", "x"), id="custom"
        ),
        pytest.param(
            {"function": {}, "custom": {"name": "f", "input": "x"}},
            ("custom", "f", "x"),
            id="custom next to an empty function",
        ),
        pytest.param(
            {"type": "mcp", "name": "f"}, ("other", "", ""), id="another kind"
        ),
        pytest.param(
            {"name": "f", "parameters": {}}, ("other", "", ""), id="unknown arguments"
        ),
        pytest.param({"function": {"name": 5}}, ("function", "", ""), id="not a name"),
    ],
)
def test_kind_name_and_arguments(entry: dict[str, Any], read: Any) -> None:
    piece = read_entry(entry, apart=False)

    assert (piece.kind, piece.name, piece.arguments) == read


@pytest.mark.parametrize(
    ("sent", "index"),
    [(0, 0), ("1", 1), (2.0, 2), (None, None), ("one", "one"), ("12345", "12345")],
)
def test_an_index_may_be_a_text_or_a_float(sent: Any, index: Any) -> None:
    assert read_entry({"index": sent, "function": BODY}, apart=False).index == index


@pytest.mark.parametrize("missing", [None, "", "null", 5])
def test_an_id_that_is_not_a_text_is_missing(missing: Any) -> None:
    assert read_entry({"id": missing, "function": BODY}, apart=False).id == ""


def test_a_piece_of_arguments_alone_is_the_rest_of_a_call() -> None:
    rest = read_entry({"function": {"arguments": '{"a'}}, apart=True)
    first = read_entry({"id": "c", "function": {"arguments": '{"a'}}, apart=True)

    assert (rest.is_rest, first.is_rest) == (True, False)
    assert rest.says_something
    assert not read_entry({"function": {}}, apart=False).says_something
