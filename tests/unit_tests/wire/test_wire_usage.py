"""Token counts, wherever a server puts them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit_tests.wire.wire_streams import (
    Seen,
    chunk,
    chunks_of,
    events,
    last_of,
    merged,
    read,
    read_chunks,
    text,
)

USAGE = {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13}


COUNTED = {"input_tokens": 10, "output_tokens": 3, "total_tokens": 13}


STOP = chunk({}, "stop")


def choice(index: Any, **fields: Any) -> dict[str, Any]:
    return {"index": index, **fields}


def metadata(*sent: Any, done: bool = True) -> dict[str, Any]:
    return merged(chunks_of(events(sent, done=done))).response_metadata


def test_metadata_and_usage_stand_on_the_last_chunk_only() -> None:
    *others, last = chunks_of(
        events([text("a"), text("b"), STOP, chunk(choices=[], usage=USAGE)])
    )

    assert [c.message.response_metadata for c in others] == [
        {"model_provider": "sse-chat"}
    ] * 2
    assert [last_of([c]).usage_metadata for c in others] == [None, None]
    assert last.message.response_metadata == {
        "id": "chatcmpl-1",
        "created": 1,
        "model_provider": "sse-chat",
        "model_name": "m-1",
        "finish_reason": "stop",
        "normalized_finish_reason": "stop",
        "token_usage": USAGE,
    }
    assert last_of([last]).usage_metadata == COUNTED


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param([STOP, chunk(choices=[], usage=USAGE)], id="chunk of its own"),
        pytest.param([STOP, {"usage": USAGE}], id="no choices"),
        pytest.param([{**STOP, "usage": USAGE}], id="with the finish reason"),
        pytest.param(
            [{**STOP, "usage": USAGE}, chunk(choices=[], usage=USAGE)], id="twice"
        ),
        pytest.param(
            [{**text(""), "usage": USAGE}, {**STOP, "usage": None}],
            id="before the finish reason",
        ),
        pytest.param([{**STOP, "usage": USAGE}, chunk(usage={})], id="then empty"),
        pytest.param(
            [{**STOP, "usage": USAGE}, chunk(usage={"prompt_tokens": None})],
            id="then null",
        ),
        pytest.param([{**STOP, "usage": USAGE}, chunk(usage="none")], id="then text"),
        pytest.param([{**STOP, "x_groq": {"id": "req", "usage": USAGE}}], id="Groq"),
        pytest.param([{**STOP, "x_groq": "odd"}, {"usage": USAGE}], id="odd Groq"),
        pytest.param(
            [chunk(choices=[choice(0, delta={}, finish_reason="stop", usage=USAGE)])],
            id="in a choice",
        ),
        pytest.param(
            [STOP, chunk(choices=[choice(0, message={"usage": USAGE})])],
            id="in a message",
        ),
    ],
)
def test_usage_is_found_wherever_it_stands_and_counted_once(sent: list[Any]) -> None:
    seen = read(events([text("a"), *sent]))

    assert seen == Seen("a", usage=COUNTED)


def test_the_last_of_growing_usages_holds() -> None:
    growing = [
        {**text("a"), "usage": {"prompt_tokens": 10, "completion_tokens": n}}
        for n in (1, 2, 3)
    ]

    assert read_chunks(*growing, STOP) == Seen("aaa", usage=COUNTED)


def test_usage_is_kept_as_sent_too() -> None:
    raw = {"prompt_tokens": 1.0, "completion_tokens": None, "cost": 0.5}

    assert metadata(text("a"), {**STOP, "usage": raw})["token_usage"] == raw
    assert read_chunks(text("a"), {**STOP, "usage": raw}).usage == {
        "input_tokens": 1,
        "output_tokens": 0,
        "total_tokens": 1,
    }
