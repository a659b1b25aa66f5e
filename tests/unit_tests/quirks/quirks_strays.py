"""Objects and text in a stream instead of a chunk."""

from __future__ import annotations

from typing import Any

from tests.unit_tests.quirks.quirk import STOP, Failure, Quirk
from tests.unit_tests.quirks.quirks_errors import FIRST, after_text, failed
from tests.unit_tests.wire.wire_streams import DONE, Seen, chunk, event, events, text

ROLE = event(chunk({"role": "assistant", "content": ""}))
TEXT_AND_ERROR = {**text("Hi"), "error": {"message": "boom", "code": 502}}


def foreign(*words: str) -> Failure:
    """Return the error for a stream that is of another protocol."""
    return Failure("MalformedChunkError", " ".join(words))


def stray(name: str, sends: str, value: Any, words: str) -> Quirk:
    """Return the row of an object before `[DONE]` after which the answer stops."""
    return Quirk(name, sends, "the same", [*after_text(value), DONE], failed(words))


STRAYS = (
    Quirk(
        "an object before done that is not a chunk is an error",
        '`{"text": "**NETWORK ERROR**", "error_code": …}` before `[DONE]`, and no '
        "finish reason (FastChat)",
        "`StreamError` with the object's message: anything but a chunk is an error, "
        "regardless of its keys, unless the answer continues or has a finish reason",
        [
            ROLE,
            FIRST,
            event({"text": "**NETWORK ERROR**", "error_code": 50002}),
            DONE,
        ],
        failed("(50002): **NETWORK ERROR**"),
    ),
    stray(
        "a status that says error is an error",
        '`{"status": "error", "message": …}`',
        {"status": "error", "message": "boom"},
        "(error): boom",
    ),
    stray(
        "a status code without words is an error",
        '`{"statusCode": 500, …}`',
        {"statusCode": 500, "timestamp": "12:00"},
        '(500): {"statusCode": 500',
    ),
    stray(
        "a problem in json is an error",
        "`application/problem+json` in an event (RFC 9457)",
        {"type": "about:blank", "title": "Oops", "status": 500, "detail": "boom"},
        "(500): boom",
    ),
    stray(
        "an object in other words is an error",
        "any other object instead of the rest of the answer",
        {"fehler": "kaputt"},
        '{"fehler": "kaputt"}',
    ),
    stray(
        "words next to empty codes are an error",
        '`{"code": "", "error_msg": …}`',
        {"code": "", "error_code": "", "error_msg": "boom"},
        "boom",
    ),
    stray(
        "words next to empty choices are an error",
        '`{"choices": [], "message": …}`',
        {"choices": [], "message": "boom"},
        "boom",
    ),
    stray(
        "words next to usage are an error",
        "the same with usage",
        {"usage": {"total_tokens": 0}, "msg": "boom"},
        "boom",
    ),
    Quirk(
        "an object before the end that is not a chunk is an error",
        '`{"text": …, "error_code": …}`, and the stream ends without `[DONE]`',
        "`StreamError`, also with `on_truncation`",
        after_text({"text": "boom", "error_code": 50002}),
        failed("(50002): boom"),
        settings={"on_truncation": "accept"},
    ),
    Quirk(
        "an object instead of the answer is an error",
        '`{"text": …, "error_code": …}` instead of the answer',
        "`StreamError` without `partial`",
        [event({"text": "boom", "error_code": 50002}), DONE],
        Failure("StreamError", "(50002): boom"),
    ),
    Quirk(
        "an object after the finish reason is passed over",
        "an object that is not a chunk after the finish reason",
        "keeps it in `response_metadata`",
        events([text("Hi"), STOP, {"trace": "t-1", "status": "closed"}]),
        Seen("Hi"),
        metadata={"trace": "t-1"},
    ),
    Quirk(
        "an object that the answer continues after is passed over",
        "an object that is not a chunk, then more of the answer (tools of a gateway)",
        "the same",
        events([text("H"), {"tool": "search", "status": "running"}, text("i")]),
        Seen("Hi"),
    ),
    Quirk(
        "a chunk without choices is not an error",
        "a chunk without choices before `[DONE]`: Azure's filter results, usage, "
        "statistics",
        "keeps it",
        events(
            [
                text("Hi"),
                chunk(choices=[], prompt_filter_results=[{"prompt_index": 0}]),
                {"id": "1", "object": "chat.completion.chunk", "created": 1},
                {"usage": {"completion_tokens": 2}, "statistics": {"n": 1}},
            ]
        ),
        Seen(
            "Hi",
            usage={"input_tokens": 0, "output_tokens": 2, "total_tokens": 2},
        ),
        metadata={"statistics": {"n": 1}},
    ),
    Quirk(
        "a bare chunk is not an error",
        "a chunk between the events, without `data:`",
        "ignores it, as the standard says",
        [FIRST, b'{"choices": [{"delta": {"content": "x"}}], "code": 5}\n\n', DONE],
        Seen("H"),
    ),
    Quirk(
        "an error of groq is an error",
        '`"x_groq": {"error": "over_capacity"}` (Groq)',
        "`StreamError` with the server's message",
        after_text({**chunk({}, "stop"), "x_groq": {"id": "r", "error": "over"}}),
        failed("over"),
    ),
    Quirk(
        "text next to an error is in the partial",
        "text and an error in one chunk",
        "the text is in `partial`",
        [FIRST, event(TEXT_AND_ERROR)],
        Failure("StreamError", "(502): boom", "HHi"),
    ),
    Quirk(
        "text next to an error in its choice is in the partial",
        "the same with the error in the choice, or in the delta",
        "the same",
        [
            event(
                chunk(
                    choices=[{"delta": {"content": "Hi"}, "error": {"message": "boom"}}]
                )
            )
        ],
        Failure("StreamError", "boom", "Hi"),
    ),
    Quirk(
        "an error in a delta is an error",
        '`"delta": {"error": …}`',
        "the same",
        after_text(
            chunk(choices=[{"delta": {"error": {"message": "boom"}}, "error": None}])
        ),
        failed("boom"),
    ),
    Quirk(
        "an error in a message is an error",
        '`"message": {"error": true, …}`',
        "the same",
        after_text(chunk(choices=[{"message": {"error": True, "msg": "boom"}}])),
        failed("boom"),
    ),
    Quirk(
        "a code next to choices without words is not an error",
        "a `code` next to choices whose `message` is an object, or `base_resp` with 0",
        "keeps it",
        events(
            [
                {**text("H"), "code": "py", "message": {"id": 1}},
                {**text("i"), "base_resp": {"status_code": 0, "status_msg": "yes"}},
                STOP,
            ]
        ),
        Seen("Hi"),
        metadata={"code": "py"},
    ),
    Quirk(
        "words of failure next to choices are an error",
        "`error_message` or a failed code next to choices",
        "the same",
        after_text(
            {**chunk({"content": ""}, "stop"), "code": 10013, "message": "boom"}
        ),
        failed("(10013): boom"),
    ),
    Quirk(
        "a failed base_resp next to choices is an error",
        "a failed `base_resp` next to choices (MiniMax)",
        "the same",
        after_text(
            chunk({}, "stop", base_resp={"status_code": 1027, "status_msg": "boom"})
        ),
        failed("(1027): boom"),
    ),
    Quirk(
        "a failed base_resp without words is an error",
        "the same without words",
        "the same",
        after_text({"base_resp": {"status_code": 1008}}),
        failed("(1008): "),
    ),
    Quirk(
        "an error that says success next to choices is ignored",
        '`"error": {"code": 0, "message": "success"}`, `{"code": "Success"}` or `"ok"` '
        "next to choices",
        "ignores it",
        events(
            [
                {**text("H"), "error": {"code": 0, "message": "成功", "type": "x"}},
                {**text("i"), "error": {"code": "Success", "message": "done"}},
                {**text("!"), "error": "ok"},
                {**text("!"), "error": {"message": "Success."}},
                {**text("!"), "error": {"type": "none", "param": "p"}},
                {**text("!"), "error": {"success": True}},
                STOP,
            ]
        ),
        Seen("Hi!!!!"),
    ),
    Quirk(
        "an error whose code says success and whose words do not is one",
        '`{"error": {"code": 0, "message": "boom"}}` and nothing else',
        "`StreamError`",
        after_text({"error": {"code": 0, "message": "boom"}}),
        failed("(0): boom"),
    ),
    Quirk(
        "an error that has only a detail is an error",
        '`{"error": {"detail": …}}`, or other keys',
        "the same",
        after_text({"error": {"detail": "boom"}}),
        failed("boom"),
    ),
    Quirk(
        "an event that is named like a failure is an error",
        "`event: upstream_error` or `event: failed`",
        "the same",
        after_text({"what": "boom"}, "upstream_error"),
        failed("boom"),
    ),
    Quirk(
        "a word that says error is an error",
        "`data: [ERROR] …`, instead of a chunk or after the finish reason",
        "the same",
        [FIRST, event(STOP), event("[ERROR] boom"), DONE],
        failed("[ERROR] boom"),
    ),
    Quirk(
        "signs of life are not part of the answer",
        "`event: heartbeat` with `data: alive`, a number or an object; `data: alive`; "
        "a time (ChatGPT's servers)",
        "ignores them",
        [
            event("alive", "heartbeat"),
            event("1732800000", "ping"),
            event({"ts": 1}, "keep-alive"),
            event("alive"),
            event("2024-04-07 20:20:50.554328"),
            FIRST,
            event({"type": "heartbeat", "message": "still here"}),
            event("42%", "progress"),
            event("true", "status"),
            DONE,
        ],
        Seen("H"),
    ),
    Quirk(
        "words after the finish reason do not end a good answer",
        "`[END]`, `<EOT>`, `</s>` or half an object after the finish reason",
        "the answer is complete",
        [
            *(event(data) for data in (text("Hi"), STOP, "[END]", "<EOT>", "</s>")),
            event('{"usage": {"to'),
            event([]),
            event("5"),
        ],
        Seen("Hi"),
    ),
    Quirk(
        "words before the finish reason are an error",
        "`[END]` before the finish reason",
        "`MalformedChunkError`: a chunk may be lost",
        [FIRST, event("[END]"), event(STOP)],
        Failure("MalformedChunkError", "[END]", "H"),
    ),
    Quirk(
        "a broken object in a named event is an error",
        "half an object in a named event",
        "the same",
        [FIRST, event('{"choices": [{"del', "delta"), event(STOP)],
        Failure("MalformedChunkError", "choices", "H"),
    ),
    Quirk(
        "events of anthropic are not a chat completion",
        "the events of another protocol: Anthropic's",
        "`MalformedChunkError` that says which, and where chat completions are; not "
        "sent again, regardless of `on_truncation`",
        [
            event({"type": "message_start", "message": {"id": "m"}}, "message_start"),
            event({"type": "ping"}, "ping"),
            event({"type": "content_block_delta", "delta": {"text": "Hi"}}),
            event({"type": "message_stop"}, "message_stop"),
        ],
        foreign(
            'without any chat completion. Its first event was \'{"type": "message_s'
        ),
        settings={"on_truncation": "accept", "max_retries": 2},
    ),
    Quirk(
        "events of gemini are not a chat completion",
        "Gemini's `generateContent`",
        "the same",
        [
            event({"candidates": [{"content": {"parts": [{"text": "Hi"}]}}]}),
            event({"candidates": [{"finishReason": "STOP"}]}),
        ],
        foreign("generativelanguage.googleapis.com/v1beta/openai"),
    ),
    Quirk(
        "events of the responses api are not a chat completion",
        "the Responses API's",
        "the same",
        [
            event({"type": "response.created", "response": {"id": "r"}}, "response.x"),
            event({"type": "response.output_text.delta", "delta": "Hi"}),
        ],
        foreign("the Responses API"),
    ),
    Quirk(
        "events of bedrock are not a chat completion",
        "Bedrock's, Cohere's, TGI's, llama.cpp's and DashScope's own",
        "the same",
        [
            event({"messageStart": {"role": "assistant"}}),
            event({"contentBlockDelta": {"delta": {"text": "Hi"}}}),
        ],
        foreign("Bedrock's Converse API"),
    ),
    Quirk(
        "events of an unknown protocol are not a chat completion",
        "any others, JSON or not",
        "`MalformedChunkError` at the end of the stream",
        [
            event("Hello", "output"),
            event({"kind": "start", "id": "r"}),
            event({"kind": "delta", "value": "Hi"}),
            DONE,
        ],
        foreign(
            "without any chat completion. Its first event was 'event: output, data"
        ),
        settings={"on_truncation": "accept"},
    ),
)
