"""The end of an answer."""

from __future__ import annotations

from tests.unit_tests.quirks.quirk import STOP, TOOLS, Failure, Quirk
from tests.unit_tests.wire.wire_streams import (
    DONE,
    Seen,
    call,
    calls,
    chunk,
    event,
    events,
    text,
)

CALL = call(0, "a1", "f", "{}")
CALLED = Seen(calls=[("a1", "f", {})], finish_reason="tool_calls")
HI = Seen(text="Hi")

FINISHES = (
    Quirk(
        "a stream that just ends is an error",
        "the stream ends with neither a finish reason nor `[DONE]` (proxies with a "
        "time limit)",
        "`StreamTruncatedError` with what came as `partial`; `on_truncation` can "
        "accept it",
        events([text("H"), text("i")], done=False),
        Failure("StreamTruncatedError", "ended before the answer did", "Hi"),
    ),
    Quirk(
        "a stream that just ends within a call is an error",
        "the stream ends within a tool call, with neither of them",
        "`StreamTruncatedError`; the call is invalid in `partial`",
        events([calls(call(0, "a1", "f", '{"a": 1'))], done=False),
        Failure("StreamTruncatedError", "ended before the answer did", ""),
    ),
    Quirk(
        "a finish reason alone ends an answer",
        "no `[DONE]` after the finish reason",
        "the answer is complete",
        events([text("Hi"), STOP], done=False),
        HI,
    ),
    Quirk(
        "done alone ends an answer",
        "`[DONE]`, but no finish reason (Evolink)",
        "the answer is complete; the reason is inferred, and "
        '`response_metadata["finish_reason_inferred"]` says so',
        events([text("Hi")]),
        HI,
        metadata={"finish_reason_inferred": True},
    ),
    Quirk(
        "done alone ends a call",
        "`[DONE]` after tool calls, but no finish reason",
        "infers `tool_calls`",
        events([calls(CALL)]),
        CALLED,
        metadata={"finish_reason_inferred": True},
    ),
    Quirk(
        "done is known in any spelling",
        "`data:[DONE]`, blanks around it, `done` in lower case, or in quotes",
        "recognizes it",
        [event(text("Hi")), b'data:  "[done]" \n\n', event(text("more"))],
        HI,
    ),
    Quirk(
        "a finish reason that is sent twice comes once",
        "two last chunks with the same reason (OpenRouter)",
        "returns reason, model and id once",
        events([text("Hi"), STOP, STOP]),
        HI,
        metadata={"finish_reason": "stop", "id": "chatcmpl-1"},
    ),
    Quirk(
        "the stronger of two finish reasons holds",
        "two reasons: `tool_calls`, then `stop`, or the other way round (relays)",
        "the more specific one is used",
        events([calls(CALL), STOP, TOOLS, STOP]),
        CALLED,
        metadata={"native_finish_reason": None},
    ),
    Quirk(
        "stop after calls is corrected",
        "`stop` after tool calls (vLLM with a named tool, mlx-vlm)",
        "`finish_reason` is `tool_calls`; the one sent is in `native_finish_reason`",
        events([calls(CALL), STOP]),
        CALLED,
        metadata={"native_finish_reason": "stop"},
    ),
    Quirk(
        "tool_calls without calls is corrected",
        "`tool_calls` without any call, or with an empty list (LM Studio)",
        "`finish_reason` is `stop`, the same way",
        events([text("Hi"), chunk({"tool_calls": []}, "tool_calls")]),
        HI,
        metadata={"native_finish_reason": "tool_calls"},
    ),
    Quirk(
        "an empty finish reason is ignored",
        '`"finish_reason": ""` on every chunk (older Ollama, gateways)',
        "ignores it",
        events([chunk({"content": "H"}, ""), chunk({"content": "i"}, ""), STOP]),
        HI,
        metadata={"finish_reason_inferred": None},
    ),
    Quirk(
        "an empty finish reason does not end an answer",
        '`"finish_reason": ""` on every chunk, and then the stream ends',
        "`StreamTruncatedError`",
        events([chunk({"content": "Hi"}, "")], done=False),
        Failure("StreamTruncatedError", "ended before the answer did", "Hi"),
    ),
    Quirk(
        "a finish reason of ones own is kept",
        "an unknown reason (`eos`, `blacklist`, `interrupted`)",
        "keeps it as it is",
        events([text("Hi"), chunk({}, "interrupted")]),
        Seen(text="Hi", finish_reason="interrupted"),
    ),
    *(
        Quirk(
            f"the finish reason {reason} is an error",
            f"the finish reason `{reason}` ({who}), and no error object",
            "`StreamError` that may be retried, with what came as `partial`",
            events([text("Hi"), chunk({}, reason)]),
            Failure("StreamError", repr(reason), "Hi"),
        )
        for reason, who in (
            ("error", "OpenRouter, Mistral, GigaChat"),
            ("abort", "vLLM, SGLang"),
            ("network_error", "Zhipu"),
            ("insufficient_system_resource", "DeepSeek"),
            ("MALFORMED_FUNCTION_CALL", "Gemini"),
            ("FinishReason.UNEXPECTED_TOOL_CALL", "gateways over Gemini"),
            ("USER_CANCEL", "Cohere"),
            ("upstream timed out", "anybody"),
        )
    ),
    Quirk(
        "a failure is not hidden by other finish reasons",
        "a reason that means failure, and `stop` before or after it",
        "the same",
        events([text("Hi"), STOP, TOOLS, chunk({}, "error"), STOP]),
        Failure("StreamError", "'error'", "Hi"),
    ),
    Quirk(
        "a failure that a relay hides is an error",
        "`finish_reason: stop` with `native_finish_reason: MALFORMED_FUNCTION_CALL` "
        "(OpenRouter)",
        "the same",
        events(
            [
                text("Hi"),
                chunk(
                    choices=[
                        {
                            "delta": {},
                            "finish_reason": "stop",
                            "native_finish_reason": "MALFORMED_FUNCTION_CALL",
                        }
                    ]
                ),
            ]
        ),
        Failure("StreamError", "MALFORMED_FUNCTION_CALL", "Hi"),
    ),
    Quirk(
        "a limit that a relay hides makes an unbegun call invalid",
        "`finish_reason: stop` with `native_finish_reason: MAX_TOKENS` after a call "
        "without arguments",
        "the call is invalid",
        events(
            [
                calls(call(0, "a1", "f", "")),
                chunk(
                    choices=[
                        {
                            "delta": {},
                            "finish_reason": "stop",
                            "native_finish_reason": "MAX_TOKENS",
                        }
                    ]
                ),
            ]
        ),
        Seen(invalid=[("a1", "f", "")], finish_reason="tool_calls"),
    ),
    Quirk(
        "a reason that nobody knows does not hide that nothing came",
        "an unknown reason, and nothing before it (Gemini's `OTHER`)",
        "`StreamError`: never an empty answer",
        events([chunk({"role": "assistant", "content": ""}), chunk({}, "OTHER")]),
        Failure("StreamError", "'OTHER'"),
    ),
    Quirk(
        "a failed choice after the first is an error",
        "a reason that means failure in one of several choices",
        "`StreamError`",
        events(
            [
                text("Hi"),
                chunk(choices=[{"index": 1, "delta": {}, "finish_reason": "error"}]),
                STOP,
            ]
        ),
        Failure("StreamError", "'error'", "Hi"),
    ),
    Quirk(
        "reasons in capitals are known",
        "`STOP`, `FINISH_REASON_STOP` or `TOOL_CALL` after tool calls",
        "`finish_reason` is `tool_calls`; the one sent is in `native_finish_reason`",
        events([calls(CALL), chunk({}, "FINISH_REASON_STOP")]),
        CALLED,
        metadata={"native_finish_reason": "FINISH_REASON_STOP"},
    ),
    Quirk(
        "a finish reason that is an object is read",
        '`{"type": "length", "length": 16}` (SGLang\'s own form)',
        "reads its type",
        events([text("Hi"), chunk({}, {"type": "length", "length": 16})]),
        Seen("Hi", finish_reason="length"),
    ),
    Quirk(
        "a cut is not hidden by other finish reasons",
        "`tool_calls` or `stop`, and then `length`",
        "`length` is used",
        events([calls(call(0, "a1", "f", "")), TOOLS, chunk({}, "length"), STOP]),
        Seen(invalid=[("a1", "f", "")], finish_reason="length"),
    ),
    Quirk(
        "a last event without its blank line is read",
        "the last event's blank line never comes (new-api, proxies that trim)",
        "reads the event",
        [event(text("Hi")), event(STOP).rstrip(b"\n")],
        HI,
    ),
    Quirk(
        "a last event that was cut is not an answer",
        "the last event is cut in the middle",
        "`StreamTruncatedError`",
        [event(text("Hi")), event(STOP)[:-9]],
        Failure("StreamTruncatedError", "ended before the answer did", "Hi"),
    ),
    Quirk(
        "nothing after done is read",
        "more events after `[DONE]`",
        "reads nothing after the end",
        [event(text("Hi")), event(STOP), DONE, event(text("more")), b"garbage"],
        HI,
    ),
    Quirk(
        "a reason that says null is ignored",
        '`"finish_reason": "null"` or `not_finished` on every chunk (DashScope\'s own '
        "form, relays)",
        "ignores it",
        events(
            [
                chunk({"content": "H"}, "null"),
                chunk({"content": "i"}, "not_finished"),
                chunk({}, "FINISH_REASON_UNSPECIFIED"),
                chunk({}, 5),
                chunk({}, "stop"),
            ]
        ),
        Seen("Hi"),
    ),
    Quirk(
        "a stream that ends with a null reason is cut",
        '`"finish_reason": "null"` on every chunk, and then the stream ends',
        "`StreamTruncatedError`",
        events([chunk({"content": "Hi"}, "null")], done=False),
        Failure("StreamTruncatedError", "ended before the answer did", "Hi"),
    ),
    Quirk(
        "done without an answer is not an answer",
        "`[DONE]`, and no choice before it (gateways whose upstream failed)",
        "`StreamTruncatedError`: never an empty answer",
        events([chunk(choices=[], usage={"prompt_tokens": 0})]),
        Failure("StreamTruncatedError", "[DONE] was received, but nothing before it"),
    ),
    Quirk(
        "a reason that content follows is not the end",
        "`stop` with the first piece (Open WebUI), and the stream is truncated",
        "`StreamTruncatedError`",
        events([chunk({"content": "H"}, "stop"), text("i")], done=False),
        Failure("StreamTruncatedError", "ended before the answer did", "Hi"),
    ),
    Quirk(
        "a reason with every piece is not the end",
        "`stop` with every piece (older LiteLLM over Vertex AI, gcli2api), and the "
        "stream is truncated",
        "the same",
        events([chunk({"content": piece}, "stop") for piece in "Hi"], done=False),
        Failure("StreamTruncatedError", "ended before the answer did", "Hi"),
    ),
    Quirk(
        "a truncated answer has no reason that came too early",
        "the same, and `on_truncation` is set to accept it",
        "the answer has no finish reason",
        events([chunk({"content": piece}, "stop") for piece in "Hi"], done=False),
        Seen(text="Hi", finish_reason=None),
        settings={"on_truncation": "accept"},
    ),
    Quirk(
        "done ends an answer with a reason on every piece",
        "`stop` with every piece, and `[DONE]`",
        "the answer is complete",
        events([chunk({"content": piece}, "stop") for piece in "Hi"]),
        HI,
        metadata={"finish_reason_inferred": None},
    ),
    Quirk(
        "a last reason without content ends an answer",
        "`stop` with the first piece, and once more at the end without `[DONE]`",
        "the same",
        events([chunk({"content": "H"}, "stop"), text("i"), STOP], done=False),
        HI,
    ),
    Quirk(
        "an error after a reason that came too early is an error",
        "`stop` with the first piece, and an object that is not a chunk at the end",
        "`StreamError` with the object's message",
        events([chunk({"content": "H"}, "stop"), text("i"), {"text": "boom"}]),
        Failure("StreamError", "boom", "Hi"),
    ),
    Quirk(
        "a reason under another name is a reason",
        "`finish_reason: null`, and the reason in `finishReason` (Gemini)",
        "reads it",
        events(
            [
                text("Hi"),
                chunk(
                    choices=[
                        {
                            "delta": {},
                            "finish_reason": None,
                            "finishReason": "length",
                        }
                    ]
                ),
            ],
            done=False,
        ),
        Seen(text="Hi", finish_reason="length"),
        metadata={"finish_reason_inferred": None, "finishReason": None},
    ),
)
