from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.wire.tool_calls import ToolCallAssembler
from tests.unit_tests.wire.wire_streams import (
    NIL,
    assembled,
    call,
    calls,
    chunk,
    chunks_of,
    events,
    merged,
    result_of,
)

TOOL = chunk({}, "tool_calls")
BJ = '{"city": "BJ"}'


def more(arguments: str) -> dict[str, Any]:
    """Return a further piece of the first call."""
    return call(0, arguments=arguments)


SIGNATURE = {"extra_content": {"google": {"thought_signature": "sig"}}}


def extras_of(*pieces: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the further keys of each call, a delta for each piece."""
    assembler = ToolCallAssembler()
    for piece in pieces:
        assembler.feed([piece])
    snapshot = assembler.snapshot()
    ended, _ = assembler.close(cut=False)
    assert [c.extras for c in ended] == [c.extras for c in snapshot]
    return [c.extras for c in ended]


@pytest.mark.parametrize(
    ("pieces", "extras"),
    [
        pytest.param([call(0, "a", "f", "{}", type="function")], [{}], id="known type"),
        pytest.param(
            [call(0, "a", "f", "{}", note=None, more="", list=[])],
            [{}],
            id="empty values",
        ),
        pytest.param(
            [call(0, "a", "f", "{}", zero=0, no=False)],
            [{"zero": 0, "no": False}],
            id="zero and false",
        ),
        pytest.param(
            [call(0, "a", "f", "{}", **SIGNATURE)], [SIGNATURE], id="signature"
        ),
        # On a later delta, on one of its own, and before the call.
        pytest.param(
            [call(0, "a", "f", ""), call(0, NIL, NIL, "{}", **SIGNATURE)],
            [SIGNATURE],
            id="signature late",
        ),
        pytest.param(
            [call(0, "a", "f", "{}"), call(0, **SIGNATURE)],
            [SIGNATURE],
            id="signature last",
        ),
        pytest.param(
            [call(NIL, "a", "f", "{}"), call(**SIGNATURE)], [SIGNATURE], id="no index"
        ),
        pytest.param(
            [call(0, **SIGNATURE), call(0, "a", "f", "{}")],
            [SIGNATURE],
            id="signature first",
        ),
        # On every delta, and in pieces.
        pytest.param(
            [call(0, "a", "f", "", **SIGNATURE), more("{}") | SIGNATURE],
            [SIGNATURE],
            id="signature twice",
        ),
        pytest.param(
            [call(0, "a", "f", "", x={"a": 1, "b": 1}), more("{}") | {"x": {"b": 2}}],
            [{"x": {"a": 1, "b": 2}}],
            id="objects merged",
        ),
        pytest.param(
            [call(0, "a", "f", "", x=1), more("{}") | {"x": {"b": 2}}],
            [{"x": {"b": 2}}],
            id="another type",
        ),
        # Each on its own call.
        pytest.param(
            [call(0, "a", "f", "{}", x=1), call(1, "b", "g", "{}"), call(0, x=2)],
            [{"x": 2}, {}],
            id="two calls",
        ),
    ],
)
def test_the_further_keys_of_a_call_are_kept(
    pieces: list[dict[str, Any]], extras: list[dict[str, Any]]
) -> None:
    assert extras_of(*pieces) == extras


def test_the_further_keys_of_a_function_are_kept_apart() -> None:
    function = {"name": "f", "arguments": "{}", "strict": True, "parsed": None}

    assert extras_of({"index": 0, "id": "a", "function": function, "x": 1}) == [
        {"x": 1, "function": {"strict": True}}
    ]


def test_the_further_keys_of_calls_come_with_the_last_chunk() -> None:
    sent = [calls(call(0, "a", "f", BJ, **SIGNATURE), call(1, "b", "g", BJ))]
    chunks = chunks_of(events([*sent, TOOL]))
    kept = {"tool_call_extras": {"a": SIGNATURE}}

    assert [c.message.additional_kwargs for c in chunks] == [{}, kept]
    assert merged(chunks).additional_kwargs == kept
    assert assembled(chunks).additional_kwargs == kept
    assert result_of(events([*sent, TOOL])).additional_kwargs == kept
