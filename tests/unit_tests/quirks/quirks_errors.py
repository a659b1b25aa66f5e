"""Errors inside an answer."""

from __future__ import annotations

from typing import Any

from tests.unit_tests.quirks.quirk import Failure, Quirk
from tests.unit_tests.wire.wire_streams import DONE, Seen, chunk, event, text

BOOM = {"message": "boom", "code": 502}
FIRST = event(text("H"))


def failed(*words: str) -> Failure:
    """Return the error that comes after one token."""
    return Failure("StreamError", " ".join(words), "H")


def after_text(error: Any, kind: str | None = None) -> list[bytes]:
    """Return an answer that breaks off with an error."""
    return [FIRST, event(error, kind)]


ERRORS = (
    Quirk(
        "an error object is an error",
        '`{"error": {…}}` (OpenRouter, vLLM, SGLang, llama.cpp)',
        "`StreamError` with `code`, the server's words, and what came as `partial`",
        after_text({"error": BOOM}),
        failed("(502): boom"),
    ),
    Quirk(
        "an error text is an error",
        '`{"error": "text"}`',
        "the same",
        after_text({"error": "boom"}),
        failed("boom"),
    ),
    Quirk(
        "an error beside choices is an error",
        "an error beside choices with `finish_reason: error` (OpenRouter)",
        "the same",
        after_text({**chunk({"content": ""}, "error"), "error": BOOM}),
        failed("(502): boom"),
    ),
    Quirk(
        "an error in the choice is an error",
        "an error inside the choice (OpenRouter)",
        "the same",
        after_text(chunk(choices=[{"index": 0, "delta": {}, "error": BOOM}])),
        failed("(502): boom"),
    ),
    Quirk(
        "an error that an event names is an error",
        "`event: error`, with or without an `error` key",
        "the same",
        after_text({"message": "boom", "code": 502}, "error"),
        failed("(502): boom"),
    ),
    Quirk(
        "an error event of plain text is an error",
        "`event: error` with plain text",
        "the same",
        after_text("boom", "error"),
        failed("boom"),
    ),
    Quirk(
        "error fields without choices are an error",
        "`choices: null` with `error_type` and `error_message`",
        "the same",
        after_text({"choices": None, "error_type": "busy", "error_message": "boom"}),
        failed("(busy): boom"),
    ),
    Quirk(
        "an error type alone is an error",
        "the same without a message",
        "the same",
        after_text({"choices": None, "error_type": "boom"}),
        failed("(boom)"),
    ),
    Quirk(
        "an error object of vllm is an error",
        '`{"object": "error", "message": …}` (vLLM)',
        "the same",
        after_text({"object": "error", "message": "boom", "code": 502}),
        failed("(502): boom"),
    ),
    Quirk(
        "an error in a list is an error",
        "an error in a list (Gemini)",
        "the same",
        after_text([{"error": BOOM}]),
        failed("(502): boom"),
    ),
    Quirk(
        "a code may be a word",
        "a code that is a word (Groq)",
        "`code` is the word",
        after_text({"error": {"message": "boom", "code": "rate_limit_exceeded"}}),
        failed("(rate_limit_exceeded): boom"),
    ),
    Quirk(
        "the refused output is in the error",
        "`failed_generation`: a tool call that the server refuses (Groq)",
        "the error shows it; it is never taken for a call",
        after_text(
            {
                "error": {
                    "message": "boom",
                    "code": "tool_use_failed",
                    "failed_generation": "<function=f>{}",
                    "status_code": 400,
                }
            }
        ),
        failed("<function=f>{}"),
    ),
    Quirk(
        "an error after the finish reason is an error",
        "an error after the finish reason",
        "the same",
        [FIRST, event(chunk({}, "stop")), event({"error": BOOM})],
        failed("(502): boom"),
    ),
    Quirk(
        "an empty error is none",
        '`"error": null` or `{}` on every chunk',
        "takes it for none",
        [
            event({**text("H"), "error": None}),
            event({**text("i"), "error": {}}),
            event({"error": "end"}),
        ],
        Failure("StreamError", "end", "Hi"),
    ),
    Quirk(
        "an error before the first token has no partial",
        "an error in place of the answer, with status 200",
        "the same, without `partial`; sent again when its code speaks of a passing "
        "failure",
        [event({"error": BOOM})],
        Failure("StreamError", "(502): boom"),
    ),
    Quirk(
        "a bare object at the end is an error",
        "a bare JSON object, outside the events, and then the end (servers that print "
        "their error)",
        "`StreamError`, as for an event",
        [FIRST, b'{"error": {"message": "boom", "code": 502}}\n\n'],
        failed("(502): boom"),
    ),
    Quirk(
        "a bare object over several lines is an error",
        "the same over several lines, with comments after it",
        "the same",
        [FIRST, b'\r\n {\r\n "error":\r\n "boom"}\r\n\r\n: ping\r\n\r\n'],
        failed("boom"),
    ),
    Quirk(
        "a bare object before done is an error",
        "the same, and `[DONE]` after it",
        "the same",
        [FIRST, b'{"error": "boom"}\n\n', DONE],
        failed("boom"),
    ),
    Quirk(
        "a bare object without a blank line before done is an error",
        "the same, without a blank line between them",
        "the same",
        [FIRST, b'{"error": "boom"}\n', DONE],
        failed("boom"),
    ),
    Quirk(
        "a bare object without a blank line after text is an error",
        "the same, without a blank line between it and the text before it",
        "the same",
        [event(text("H"))[:-1], b'{"error": "boom"}\n\n', DONE],
        failed("boom"),
    ),
    Quirk(
        "a bare object before usage is an error",
        "a bare object, or a list of one, and then usage and `[DONE]`",
        "the same",
        [
            FIRST,
            b'[{\n"error": {"message": "boom", "code": 502}}]\n\n',
            event({"choices": [], "usage": {"prompt_tokens": 1}}),
            DONE,
        ],
        failed("(502): boom"),
    ),
    Quirk(
        "a bare object that text follows is passed over",
        "a bare object, and then more of the answer",
        "passes it over: the answer went on",
        [FIRST, b'{"error": "boom"}\n\n', event(text("i")), DONE],
        Seen(text="Hi"),
    ),
    Quirk(
        "a bare object after done is passed over",
        "a bare object after `[DONE]`",
        "passes it over",
        [FIRST, DONE, b'{"error": "boom"}\n\n', DONE],
        Seen(text="H"),
    ),
    Quirk(
        "a bare object that is nested too deep is passed over",
        "a bare object that is nested too deep to be read",
        "the same",
        [FIRST, b'{"error":' * 300 + b"1" + b"}" * 300 + b"\n\n", DONE],
        Seen(text="H"),
    ),
    Quirk(
        "a bare object that is cut or no error is passed over",
        "bare text or objects that report no error",
        "passes them over, as the standard says",
        [FIRST, b'{"error": \n\n', FIRST, b'{"choices": []}\n\n', DONE],
        Seen(text="HH"),
    ),
)
