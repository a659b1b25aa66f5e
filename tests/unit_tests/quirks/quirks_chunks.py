"""Chunks and their fields."""

from __future__ import annotations

from typing import Any

from tests.unit_tests.quirks.quirk import STOP, Failure, Quirk
from tests.unit_tests.wire.wire_streams import (
    MADE_UP,
    Seen,
    chunk,
    event,
    events,
    text,
)

HI = Seen(text="Hi")
FILTER = [{"prompt_index": 0, "content_filter_results": {"hate": {"filtered": False}}}]
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
SOURCE = {"type": "url_citation", "url_citation": {"url": "http://a.test"}}


def hi(*between: Any, **fields: Any) -> list[bytes]:
    """Return an answer with chunks in its middle and fields on the last."""
    return events([text("H"), *between, text("i"), chunk({}, "stop", **fields)])


def named(kind: str, value: Any) -> bytes:
    """Return an event with a name, as GigaChat's second API has them."""
    return f"event: response.message.{kind}\n".encode() + event(value)


def says(words: str) -> list[dict[str, Any]]:
    """Return messages instead of choices."""
    return [{"role": "assistant", "content": [{"text": words}]}]


CHUNKS = (
    Quirk(
        "chunks without choices are read",
        "`choices` that is empty, null or missing",
        "reads the rest of the chunk",
        hi(chunk(choices=[]), chunk(choices=None), {"id": "chatcmpl-1"}, {}),
        HI,
    ),
    Quirk(
        "a choice without an index is the first",
        "no `index` in the choice, or null (Cloudflare)",
        "it is the first",
        events(
            [
                {"model": "m-1", "choices": [{"delta": {"content": "H"}}]},
                {"choices": [{"index": None, "delta": {"content": "i"}}]},
                {"choices": [{"finish_reason": "stop"}]},
            ]
        ),
        HI,
    ),
    Quirk(
        "a null delta brings nothing",
        "`delta` that is null or missing, and fields of a content filter (Azure)",
        "reads the rest; filter results are kept",
        events(
            [
                chunk(choices=[], id="", model="", prompt_filter_results=FILTER),
                text("H"),
                chunk(None),
                chunk(choices=[{"index": 0, "content_filter_offsets": {"start": 1}}]),
                text("i"),
                STOP,
            ]
        ),
        HI,
        metadata={
            "prompt_filter_results": FILTER,
            "content_filter_offsets": {"start": 1},
            "id": "chatcmpl-1",
        },
    ),
    Quirk(
        "an empty id and model say nothing",
        "the first chunk has empty `id` and `model`, or others than the rest",
        "the last that are not empty hold",
        events(
            [
                chunk({"role": "assistant"}, id="", model=""),
                chunk({"content": "H"}, id="x", model="alias"),
                chunk({"content": "i"}, id="y"),
                chunk({}, "stop", id="", model=""),
            ]
        ),
        HI,
        metadata={"id": "y"},
    ),
    Quirk(
        "the role of a delta does not matter",
        '`role` that is `""`, null, missing, of another, or on every chunk',
        "a delta is the assistant's",
        events(
            [
                chunk({"role": "", "content": ""}),
                chunk({"role": None, "content": "H"}),
                chunk({"role": "user", "content": "i"}),
                STOP,
            ]
        ),
        HI,
    ),
    Quirk(
        "odd values are not an error",
        "values of other types than documented",
        "reads what can be read; there is no schema that an answer must keep",
        hi(
            chunk({"content": {"n": 7}, "tool_calls": "x", "refusal": ["y"]}),
            chunk(choices=["x", None, 7]),
            chunk(choices={"index": 0}),
            chunk({"role": 1}, 5, created="yesterday", usage="none", logprobs=[]),
        ),
        HI,
    ),
    Quirk(
        "a whole message after its deltas is not repeated",
        "a last chunk with the whole `message` once more (MiniMax, Perplexity)",
        "leaves it out, and reads its usage",
        events(
            [
                text("H"),
                text("i"),
                chunk(
                    choices=[
                        {
                            "index": 0,
                            "message": {"role": "assistant", "content": "Hi"},
                            "finish_reason": "stop",
                        }
                    ],
                    object="chat.completion",
                    usage={"prompt_tokens": 1, "completion_tokens": 2},
                ),
            ]
        ),
        Seen(
            text="Hi", usage={"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
        ),
    ),
    Quirk(
        "a message next to the deltas is left out",
        "the message so far next to each delta (Perplexity)",
        "reads the delta",
        events(
            [
                chunk(
                    choices=[
                        {
                            "index": 0,
                            "delta": {"content": new},
                            "message": {"content": m},
                        }
                    ]
                )
                for new, m in [("H", "H"), ("i", "Hi")]
            ]
            + [STOP]
        ),
        HI,
    ),
    Quirk(
        "a whole message instead of deltas is the answer",
        "one event with the whole `message` and no delta",
        "it is the answer",
        events(
            [
                chunk(
                    choices=[
                        {
                            "index": 0,
                            "message": {"content": "Hi"},
                            "finish_reason": "stop",
                        }
                    ]
                )
            ]
        ),
        HI,
    ),
    Quirk(
        "text that repeats itself is not cumulative",
        "deltas that begin like the text before them, by chance",
        "takes deltas for deltas: guessing would lose real repetitions",
        events([text("1"), text("18"), text("33"), STOP]),
        Seen(text="11833"),
    ),
    Quirk(
        "text in parts is text",
        "`content` as a list of parts, as one part, or as a list of texts",
        "reads the text; parts of other kinds are kept",
        events(
            [
                chunk({"content": [{"type": "text", "text": "H"}]}),
                chunk({"content": {"type": "text", "text": "i"}}),
                chunk({"content": ["!"]}),
                chunk({"content": [{"type": "reference", "reference_ids": [1]}]}),
                STOP,
            ]
        ),
        Seen(text="Hi!"),
        kwargs={"content_parts": [{"type": "reference", "reference_ids": [1]}]},
    ),
    Quirk(
        "unknown fields of a delta are kept",
        "images, annotations and anything else in the delta",
        "is in `additional_kwargs`; lists grow",
        events(
            [
                text("Hi"),
                chunk({"images": [IMAGE], "annotations": [SOURCE]}),
                chunk({"annotations": [SOURCE], "mood": "calm"}),
                STOP,
            ]
        ),
        HI,
        kwargs={
            "images": [IMAGE],
            "annotations": [SOURCE, SOURCE],
            "mood": "calm",
        },
    ),
    Quirk(
        "unknown fields of a chunk are kept",
        "citations, provider, timings and anything else in the chunk or the choice",
        "is in `response_metadata`, once, as it came last",
        events(
            [
                chunk({"content": "H"}, citations=["http://a.test"], provider="P"),
                chunk({"content": "i"}, citations=["http://a.test"]),
                chunk(
                    choices=[
                        {"index": 0, "finish_reason": "stop", "stop_reason": "</s>"}
                    ],
                    timings={"predicted_ms": 5.5},
                    system_fingerprint="fp",
                ),
            ]
        ),
        HI,
        metadata={
            "citations": ["http://a.test"],
            "provider": "P",
            "stop_reason": "</s>",
            "timings": {"predicted_ms": 5.5},
            "system_fingerprint": "fp",
        },
    ),
    Quirk(
        "a refusal is kept",
        "`refusal` in pieces",
        'is in `additional_kwargs["refusal"]`',
        events([chunk({"refusal": "I can"}), chunk({"refusal": "not."}), STOP]),
        Seen(),
        kwargs={"refusal": "I cannot."},
    ),
    Quirk(
        "the id of a sound comes once",
        "the `id` of `audio` on every piece",
        "keeps it once; data and transcript continue",
        events(
            [
                chunk({"audio": {"id": "au_1", "data": "AA==", "transcript": "H"}}),
                chunk({"audio": {"id": "au_1", "transcript": "i"}}),
                STOP,
            ]
        ),
        Seen(),
        kwargs={"audio": {"id": "au_1", "data": "AA==", "transcript": "Hi"}},
    ),
    Quirk(
        "several answers are not mixed",
        "several answers (`n` above 1)",
        'streams the first; the others are in `response_metadata["other_choices"]`',
        events(
            [
                chunk(choices=[{"index": 1, "delta": {"content": "Yo"}}]),
                text("Hi"),
                chunk(choices=[{"index": 1, "finish_reason": "length"}]),
                STOP,
            ]
        ),
        HI,
        metadata={
            "other_choices": [
                {
                    "message": {"role": "assistant", "content": "Yo"},
                    "finish_reason": "length",
                }
            ]
        },
    ),
    Quirk(
        "an answer of which others alone end is cut",
        "a finish reason and `[DONE]`, but the reason is that of another answer: an "
        "`index` that counts tokens (older TGI)",
        "`StreamTruncatedError`: the first answer has no end",
        events(
            [
                chunk(choices=[{"index": 0, "delta": {"content": "H"}}]),
                chunk(choices=[{"index": 1, "delta": {"content": "i"}}]),
                chunk(choices=[{"index": 2, "delta": {}, "finish_reason": "stop"}]),
            ]
        ),
        Failure("StreamTruncatedError", "other choices than 0", "H"),
    ),
    Quirk(
        "padding is left out",
        "random text that hides the length of tokens (OpenAI's `obfuscation`)",
        "leaves it out",
        [event({**text("Hi"), "obfuscation": "x7Qp"}), event(STOP)],
        HI,
        metadata={"obfuscation": None},
    ),
    Quirk(
        "text of the older interface is text",
        "`text` in the choice, as of `/completions`",
        "reads it",
        events([{"model": "m-1", "choices": [{"text": "Hi"}]}, STOP]),
        HI,
    ),
    Quirk(
        "messages instead of choices are read",
        "`messages` instead of choices, in named events and without `[DONE]` "
        "(GigaChat's second API)",
        "reads them",
        [
            named("delta", {"model": "m-1", "messages": says("H")}),
            named("delta", {"messages": says("i")}),
            named(
                "done",
                {
                    "finish_reason": "stop",
                    "usage": {"input_tokens": 3, "output_tokens": 2},
                },
            ),
        ],
        Seen(
            text="Hi",
            usage={"input_tokens": 3, "output_tokens": 2, "total_tokens": 5},
        ),
    ),
    Quirk(
        "calls in messages are calls",
        "`function_call` as a part of such a message",
        "reads it as a tool call",
        [
            named(
                "delta",
                {
                    "model": "m-1",
                    "messages": [
                        {
                            "role": "assistant",
                            "tool_state_id": "state-1",
                            "content": [
                                {"function_call": {"name": "f", "arguments": {"x": 1}}},
                                {"function_call": {"name": "g", "arguments": {}}},
                            ],
                        },
                        {"role": "tool", "content": [{"text": "not an answer"}]},
                    ],
                },
            ),
            named("done", {"finish_reason": "function_call"}),
        ],
        Seen(
            calls=[(MADE_UP, "f", {"x": 1}), (MADE_UP, "g", {})],
            finish_reason="tool_calls",
        ),
        kwargs={"tool_state_id": "state-1"},
        metadata={"native_finish_reason": "function_call"},
    ),
)
