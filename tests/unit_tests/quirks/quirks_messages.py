"""Fields instead of a delta, and next to it."""

from __future__ import annotations

from typing import Any

from tests.unit_tests.quirks.quirk import STOP, Quirk
from tests.unit_tests.wire.wire_streams import (
    Seen,
    call,
    calls,
    chunk,
    events,
    text,
)

F = [("c", "f", {"a": 1})]


def said(content: Any, finish: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return a chunk with a message instead of a delta."""
    message = {"role": "assistant", "content": content, **fields}
    return chunk(choices=[{"index": 0, "message": message, "finish_reason": finish}])


def called(arguments: str) -> dict[str, Any]:
    """Return a message that calls a tool."""
    return said("", tool_calls=[call(0, "c", "f", arguments)])


def ids(*numbers: int, content: str = "x") -> dict[str, Any]:
    """Return a chunk with the ids of its tokens."""
    return chunk(
        choices=[
            {
                "index": 0,
                "delta": {"content": content},
                "token_ids": list(numbers),
                "tokens": [content],
                "prompt_tokens_details": ["p"],
            }
        ],
        prompt_token_ids=[7, 8],
        times=[0.5],
    )


MESSAGES = (
    Quirk(
        "messages with the next part of the answer are its parts",
        "`message` instead of `delta`, with the next part each time",
        "treats each as a part",
        events([said("ha"), said("ha"), said("!"), said("!"), said("", "stop")]),
        Seen("haha!!"),
    ),
    Quirk(
        "messages with all of the answer so far are not repeated",
        "`message` with all of the answer so far each time",
        "returns the new text",
        events(
            [
                said("", reasoning_content="I"),
                said("", reasoning_content="I see"),
                said("", reasoning_content="I see it"),
                said("Th", reasoning_content="I see it"),
                said("The", reasoning_content="I see it"),
                said("The c", reasoning_content="I see it"),
                said("The cat", "stop", reasoning_content="I see it"),
            ]
        ),
        Seen("The cat", "I see it"),
    ),
    Quirk(
        "a message of two events is not repeated",
        "the same in two events",
        "the same",
        events([said("T"), said("The cat", "stop")]),
        Seen("The cat"),
    ),
    Quirk(
        "a message that comes once more at its end is not repeated",
        "a whole message once more, with the finish reason",
        "the same",
        events([said("The cat", "stop"), said("The cat", "stop")]),
        Seen("The cat"),
    ),
    Quirk(
        "a message of all parts at the end is not repeated",
        "parts in messages, and the whole with the finish reason",
        "the same",
        events([said("Th"), said("e c"), said("at"), said("The cat", "stop")]),
        Seen("The cat"),
    ),
    Quirk(
        "the rest that a last message has is given out",
        "deltas, and a last `message` with more than they had",
        "returns the rest",
        events([text("The"), said("The cat", "stop", annotations=[{"n": 1}])]),
        Seen("The cat"),
        kwargs={"annotations": [{"n": 1}]},
    ),
    Quirk(
        "messages of parts in lists are not repeated",
        "messages whose content is a list of parts, all of them so far",
        "the same",
        events(
            [
                said([{"type": "text", "text": "The long"}]),
                said([{"type": "text", "text": "The long cat"}, {"type": "x", "n": 1}]),
                said([{"type": "text", "text": "The long cat"}, {"type": "x", "n": 1}]),
                STOP,
            ]
        ),
        Seen("The long cat"),
        kwargs={"content_parts": [{"type": "x", "n": 1}]},
    ),
    Quirk(
        "a call in messages is one call",
        "messages with all of a tool call so far, or with its parts",
        "one call with its arguments, once",
        events([called(""), called('{"a":'), called('{"a": 1}'), called('{"a": 1}')]),
        Seen("", calls=F, finish_reason="tool_calls"),
    ),
    Quirk(
        "a delta that is a text is the text",
        "a `delta` or `message` that is a string, a list of parts or a list of one",
        "reads it",
        events(
            [
                chunk("H"),
                chunk([{"type": "text", "text": "i"}]),
                chunk([{"role": "assistant", "content": "!"}]),
                chunk(["?"]),
                STOP,
            ]
        ),
        Seen("Hi!?"),
    ),
    Quirk(
        "a content that is a number is text",
        "`content` that is a number or a boolean (servers that parse tokens as JSON)",
        "reads it",
        events([*(chunk({"content": c}) for c in (4, 2, "=", True, 0, 1.5)), STOP]),
        Seen("42=true01.5"),
    ),
    Quirk(
        "choices that are one object are the choice",
        "`choices` that is an object",
        "reads it",
        events(
            [
                chunk(choices={"index": 0, "delta": {"content": "Hi"}}),
                chunk(choices={"index": 0, "delta": {}, "finish_reason": "stop"}),
            ]
        ),
        Seen("Hi"),
    ),
    Quirk(
        "lists that grow next to the deltas are put together",
        "`token_ids` and other lists next to `delta` (vLLM's `return_token_ids`)",
        "merges them, as log probabilities; those of the prompt stand as they are",
        events([ids(1), ids(1), ids(2, 3), STOP]),
        Seen("xxx"),
        metadata={
            "token_ids": [1, 1, 2, 3],
            "prompt_token_ids": [7, 8],
            "times": [0.5, 0.5, 0.5],
            "prompt_tokens_details": ["p"],
        },
    ),
    Quirk(
        "lists that say everything again are not put together",
        "a list next to `delta` that holds all so far each time",
        "keeps the last",
        events(
            [
                chunk(choices=[{"delta": {"content": "H"}, "sources": ["a"]}]),
                chunk(choices=[{"delta": {"content": "i"}, "sources": ["a", "b"]}]),
                chunk(choices=[{"delta": {}, "sources": ["c"]}]),
                STOP,
            ]
        ),
        Seen("Hi"),
        metadata={"sources": ["a", "b", "c"]},
    ),
    Quirk(
        "a call that only the message at the end has is kept",
        "a `message` at the end with the calls of the deltas and one more",
        "keeps that one; the others are the same calls, under new ids as well",
        events(
            [
                text("Hi"),
                calls(call(0, "c", "f", '{"a": 1}')),
                calls(call(1, "d", "f", '{"a": 2}')),
                said(
                    "Hi",
                    "tool_calls",
                    tool_calls=[
                        call(None, "c", "f", '{"a": 1}'),
                        call(None, "x", "f", '{"a":2}'),
                        call(None, None, "f", '{"a": 2}'),
                        call(None, "e", "g", "{}"),
                        "odd",
                    ],
                ),
            ]
        ),
        Seen(
            "Hi",
            calls=[("c", "f", {"a": 1}), ("d", "f", {"a": 2}), ("e", "g", {})],
            finish_reason="tool_calls",
        ),
    ),
    Quirk(
        "a message after deltas of blanks is the answer",
        "a delta with nothing but a line end, and then the answer in a `message`",
        "gives out the answer",
        events([text("\n"), said("Hi", "stop")]),
        Seen("\nHi"),
    ),
    Quirk(
        "a message with other blanks continues the answer",
        "a `message` at the end that lacks the blanks before the text, and has more",
        "emits the new text",
        events([text("\n H"), said("Hi", "stop")]),
        Seen("\n Hi"),
    ),
    Quirk(
        "deltas with the whole text so far are added",
        "the whole text so far in every `delta`",
        "adds each delta, because a model may repeat itself: see "
        "[below](#deltas-with-the-whole-text-so-far)",
        events([text("ha"), text("haha"), text("hahaha"), STOP]),
        Seen("hahahahahaha"),
    ),
)
