"""Errors inside an answer."""

from __future__ import annotations

from typing import Any

from tests.unit_tests.quirks.quirk import STOP, Failure, Quirk
from tests.unit_tests.wire.wire_streams import (
    DONE,
    Seen,
    chunk,
    event,
    events,
    text,
)

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
        "`StreamError` with `code`, the server's message, and what came as `partial`",
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
        "an error next to choices is an error",
        "an error next to choices with `finish_reason: error` (OpenRouter)",
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
        "an empty error is ignored",
        '`"error": null` or `{}` on every chunk',
        "ignores it",
        [
            event({**text("H"), "error": None}),
            event({**text("i"), "error": {}}),
            event({"error": "end"}),
        ],
        Failure("StreamError", "end", "Hi"),
    ),
    Quirk(
        "an error before the first token has no partial",
        "an error instead of the answer, with status 200",
        "`StreamError` without `partial`; sent again if its code is retryable",
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
        "ignores it: the answer continued",
        [FIRST, b'{"error": "boom"}\n\n', event(text("i")), DONE],
        Seen(text="Hi"),
    ),
    Quirk(
        "a bare object after done is passed over",
        "a bare object after `[DONE]`",
        "ignores it",
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
        "ignores them, as the standard says",
        [FIRST, b'{"error": \n\n', FIRST, b'{"choices": []}\n\n', DONE],
        Seen(text="HH"),
    ),
    Quirk(
        "an error under a name of its own is an error",
        "`error: {…}` instead of `data: {…}` (older llama.cpp), also before `[DONE]`",
        "`StreamError`, as for an event",
        [FIRST, b'error: {"code": 500, "message": "boom"}\n\n', DONE],
        failed("(500): boom"),
    ),
    Quirk(
        "a bare object below other lines is an error",
        "a bare object, and lines of a log before it",
        "the same",
        [FIRST, b'ERROR: it broke\n[12:00] why\n{"error": "boom"}\n\n'],
        failed("boom"),
    ),
    Quirk(
        "a bare object before all and done is an error",
        "a bare object instead of the answer, and `[DONE]` after it",
        "the same",
        [b'{"error": {"message": "boom", "code": 502}}\n\n', DONE],
        Failure("StreamError", "(502): boom"),
    ),
    Quirk(
        "a code and a message are an error",
        '`{"code": …, "message": …}` without choices (DashScope, iFlytek), also before '
        "`[DONE]`",
        "the same",
        [*after_text({"code": "DataInspectionFailed", "message": "boom"}), DONE],
        failed("(DataInspectionFailed): boom"),
    ),
    Quirk(
        "an error code is an error",
        '`{"error_code": …, "error_msg": …}` (Baidu), or with `message` (Databricks)',
        "the same",
        [
            *after_text({"code": "", "error_code": 336100, "error_msg": "boom"}),
            DONE,
        ],
        failed("(336100): boom"),
    ),
    Quirk(
        "a detail alone is an error",
        '`{"detail": …}` and nothing else (servers made with FastAPI)',
        "the same",
        [*after_text({"detail": "boom"}), DONE],
        failed("boom"),
    ),
    Quirk(
        "an error that is only true is an error",
        '`{"error": true, "message": …}`',
        "the same",
        [*after_text({"error": True, "message": "boom"}), DONE],
        failed("boom"),
    ),
    Quirk(
        "a bare error that is only a number is an error",
        '`{"error": 500, "message": …}` as a bare object, with `choices` or without',
        "the same",
        [FIRST, b'{"error": 500, "message": "boom", "choices": []}\n\n', DONE],
        failed("boom"),
    ),
    Quirk(
        "a type of error is an error",
        '`{"type": "error", "message": …}`',
        "the same",
        [*after_text({"type": "error", "message": "boom"}), DONE],
        failed("boom"),
    ),
    Quirk(
        "a failed base_resp is an error",
        "`choices: null` and a `base_resp` with a code (MiniMax)",
        "the same",
        [
            *after_text(
                chunk(
                    choices=None,
                    usage={"total_tokens": 0},
                    base_resp={"status_code": 1008, "status_msg": "boom"},
                )
            ),
            DONE,
        ],
        failed("(1008): boom"),
    ),
    Quirk(
        "no success is an error",
        '`{"success": false, "errors": [{"message": …}]}` (Cloudflare)',
        "the same",
        [
            *after_text(
                {"success": False, "errors": [{"message": "boom"}], "messages": []}
            ),
            DONE,
        ],
        failed("boom"),
    ),
    Quirk(
        "a code that reports no error is ignored",
        "`code: 0` and `message: Success` with every chunk (iFlytek)",
        "ignores it",
        events(
            [
                {**text("Hi"), "code": 0, "message": "Success"},
                STOP,
                {"code": 0, "message": "Success", "choices": []},
            ]
        ),
        Seen("Hi"),
    ),
    Quirk(
        "an error without any word is ignored",
        "an `error` on every chunk in which all is empty, null or 0",
        "the same",
        events(
            [
                {**text("Hi"), "error": {"message": "", "code": 0, "param": None}},
                STOP,
            ]
        ),
        Seen("Hi"),
    ),
    Quirk(
        "news of progress is not an error",
        '`{"type": "progress", "message": …}` between the chunks',
        "the same",
        events([{"type": "progress", "message": "loading"}, text("Hi"), STOP]),
        Seen("Hi"),
    ),
    Quirk(
        "too long a conversation inside a stream is known",
        "an error inside a stream that says, in the server's own words, that the "
        "conversation is too long",
        "`ContextLengthError`, as for an HTTP status",
        [
            *after_text(
                {"error": {"message": "boom: prompt is too long: 9 tokens > 8 maximum"}}
            ),
            DONE,
        ],
        Failure("ContextLengthError", "boom: prompt is too long", partial="H"),
    ),
    Quirk(
        "another server's error inside an error is known",
        "an error that wraps the one of another server, as a text of JSON in "
        "`metadata.raw` (OpenRouter)",
        "reads both, and quotes both",
        [
            *after_text(
                {
                    "error": {
                        "message": "Provider returned error",
                        "code": 400,
                        "metadata": {"raw": '{"error": {"message": "boom"}}'},
                    }
                }
            ),
            DONE,
        ],
        failed("Provider returned error: boom"),
    ),
    Quirk(
        "an account without money inside a stream is told",
        "an error inside a stream because the account has no credit left",
        "`StreamError` that is not retried and says so",
        [
            *after_text({"error": {"message": "boom", "code": "insufficient_quota"}}),
            DONE,
        ],
        failed("(insufficient_quota): boom. The account has no credit left"),
    ),
)
