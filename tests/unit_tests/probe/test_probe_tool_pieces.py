from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.probe.tool_pieces import ToolPiece, calls_of, tool_pieces


def test_an_entry_is_read_as_it_came() -> None:
    function = {"name": "f", "arguments": "{"}
    delta = {"tool_calls": [{"index": 1, "id": "c", "function": function}]}
    assert tool_pieces(delta) == [ToolPiece(1, "c", "f", "{")]


@pytest.mark.parametrize(
    "delta",
    [
        pytest.param({}, id="none"),
        pytest.param({"tool_calls": "f"}, id="no list"),
        pytest.param({"tool_calls": [7]}, id="no object"),
    ],
)
def test_other_values_are_no_pieces(delta: Any) -> None:
    assert tool_pieces(delta) == []


def test_what_is_missing_is_empty() -> None:
    delta = {"tool_calls": [{"index": True, "id": None, "function": 3}]}
    assert tool_pieces(delta) == [ToolPiece(None, "", "", "")]


def test_pieces_with_an_index_make_calls() -> None:
    pieces = [
        ToolPiece(0, "a", "f", ""),
        ToolPiece(1, "b", "g", "{"),
        ToolPiece(0, "", "", "{"),
        ToolPiece(0, "", "", "}"),
    ]
    first, second = calls_of(pieces)
    assert (first.id, first.name, first.arguments, first.pieces) == ("a", "f", "{}", 2)
    assert (second.id, second.arguments) == ("b", "{")


def test_a_piece_without_an_index_belongs_to_the_call_before_it() -> None:
    pieces = [
        ToolPiece(None, "a", "f", "{"),
        ToolPiece(None, "", "", "}"),
        ToolPiece(None, "b", "f", "{}"),
    ]
    assert [call.arguments for call in calls_of(pieces)] == ["{}", "{}"]
    assert calls_of([]) == []


def test_a_name_and_an_id_that_are_repeated_begin_no_call() -> None:
    pieces = [ToolPiece(None, "a", "f", "{"), ToolPiece(None, "a", "f", "}")]
    assert [call.arguments for call in calls_of(pieces)] == ["{}"]


def test_another_id_with_a_name_begins_a_call_at_the_same_index() -> None:
    pieces = [ToolPiece(0, "a", "f", "{}"), ToolPiece(0, "b", "f", "{}")]
    assert [call.id for call in calls_of(pieces)] == ["a", "b"]
    pieces = [ToolPiece(0, "a", "f", "{"), ToolPiece(0, "b", "", "}")]
    assert [call.id for call in calls_of(pieces)] == ["a"]
