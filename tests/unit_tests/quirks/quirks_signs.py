"""Additions of gateways to a good answer, and errors that look like them."""

from __future__ import annotations

from tests.unit_tests.quirks.quirk import STOP, Failure, Quirk
from tests.unit_tests.quirks.quirks_strays import foreign
from tests.unit_tests.wire.wire_streams import Seen, event, events, text

SIGNS = (
    Quirk(
        "signs of life and of the end are passed over",
        '`{"ping": 1733}`, `{"heartbeat": true}`, `{"type": "done"}`, `{"done": true}` '
        "before `[DONE]`, and no finish reason",
        "the answer is complete",
        events(
            [
                {"ping": 1733},
                text("Hi"),
                {"heartbeat": True},
                {"type": "done"},
                {"id": "1", "done": True},
            ]
        ),
        Seen("Hi"),
    ),
    Quirk(
        "signs of life alone are not an answer",
        "signs of life and no answer",
        "`StreamTruncatedError`, which is tried again",
        events([{"ping": 1733}, {"type": "ping"}], done=False),
        Failure("StreamTruncatedError", "neither a finish reason nor [DONE]"),
    ),
    Quirk(
        "a failover is not a failure",
        "an event whose name speaks of a failover (gateways)",
        "passes it over",
        [
            event({"from": "a", "to": "b"}).replace(b"data", b"event: failover\ndata"),
            *events([text("Hi"), STOP]),
        ],
        Seen("Hi"),
    ),
    Quirk(
        "a code that the words call a success is not an error",
        '`{"code": 10000, "message": "Success"}` or `"code": "0000"` with each chunk '
        "(gateways)",
        "no error",
        events(
            [
                {**text("H"), "code": 10000, "message": "Success"},
                {**text("i"), "code": "0000", "msg": "交易完成"},
                {**text("!"), "error": {"code": 1, "message": "请求成功"}},
                {"code": 20000, "message": "OK"},
            ]
        ),
        Seen("Hi!"),
    ),
    Quirk(
        "a code of http is an error in any words",
        '`{"code": 500, "message": "OK"}` next to choices',
        "`StreamError`",
        events([{**text("Hi"), "code": 500, "message": "OK"}]),
        Failure("StreamError", "(500): OK", "Hi"),
    ),
    Quirk(
        "a status that says error next to choices is an error",
        '`"status": "failed"` next to choices',
        "the same",
        events([{**text("Hi"), "status": "failed", "message": "boom"}]),
        Failure("StreamError", "boom", "Hi"),
    ),
    Quirk(
        "a notice of a failure does not end an answer that goes on",
        '`{"success": false, …}` or `{"detail": …}` between chunks, and the answer '
        "continues to its end",
        "passes it over: without a field `error`, it was a notice",
        events(
            [
                {"success": False, "errors": [{"message": "cache"}]},
                text("H"),
                {"detail": "switched to another upstream"},
                text("i"),
                {"success": False, "code": 0, "message": "not cached"},
                STOP,
            ]
        ),
        Seen("Hi"),
    ),
    Quirk(
        "a notice of a failure is the error of an answer that stops",
        "a notice of a failure without a field `error`, and the answer stops there",
        "`StreamError` with its words",
        events([text("Hi"), {"success": False, "code": 0, "message": "boom"}]),
        Failure("StreamError", "boom", "Hi"),
    ),
    *(
        Quirk(
            f"a failure in texts is the error of an answer that stops, {name}",
            f"`{sends}`, and the answer stops there",
            "the same",
            events([text("Hi"), failure]),
            Failure("StreamError", "boom", "Hi"),
        )
        for name, sends, failure in (
            (
                "success",
                '{"success": "false", "code": 0, "message": …}',
                {"success": "false", "code": 0, "message": "boom"},
            ),
            (
                "code",
                '{"code": "false", "message": …}',
                {"code": "false", "message": "boom"},
            ),
        )
    ),
    Quirk(
        "no success in a keep alive is an error of an answer that stops",
        '`{"type": "ping", "success": false}` or `"usage"` next to it, with no end',
        "the same",
        events(
            [
                text("Hi"),
                {"type": "ping", "success": False},
                {"success": False, "usage": {"total_tokens": 0}},
            ]
        ),
        Failure("StreamError", '"success": false', "Hi"),
    ),
    Quirk(
        "a text beside empty choices is the error of an answer that stops",
        '`{"choices": [], "text": "**NETWORK ERROR**"}` before `[DONE]`, and no finish '
        "reason",
        "the same",
        events([text("Hi"), {"choices": [], "text": "boom"}]),
        Failure("StreamError", "boom", "Hi"),
    ),
    Quirk(
        "a failed code beside empty choices or usage is an error",
        "a code for a failure without words, next to empty choices or usage",
        "the same",
        events(
            [
                text("Hi"),
                {"object": "chat.completion.chunk", "choices": [], "error_code": 5},
                {"usage": {"total_tokens": 0}, "code": 7},
            ]
        ),
        Failure("StreamError", "(7)", "Hi"),
    ),
    Quirk(
        "objects beside empty choices are not an error",
        "objects and lists next to empty choices at the end (Azure and others)",
        "the answer is complete",
        events(
            [
                text("Hi"),
                {"choices": [], "code": 0, "filters": [{"index": 0}], "timing": {}},
            ]
        ),
        Seen("Hi"),
    ),
    Quirk(
        "no success beside choices is an error",
        '`"success": false` beside choices',
        "the same",
        events([{**text("Hi"), "success": False, "msg": "boom"}, text("!"), STOP]),
        Failure("StreamError", "boom", "Hi"),
    ),
    Quirk(
        "an error field ends an answer that goes on",
        "a chunk with the field `error` alone, and the answer continues",
        "`StreamError` as soon as it arrives",
        events([text("Hi"), {"error": {"message": "boom"}}, text("!"), STOP]),
        Failure("StreamError", "boom", "Hi"),
    ),
    Quirk(
        "a completion inside another object is not a chunk",
        'chunks under `data` of `{"code": 0, "msg": "ok"}`',
        "`MalformedChunkError` with the first event; it is not asked for again",
        events([{"code": 0, "msg": "ok", "data": text("Hi")}]),
        foreign('Its first event was \'{"code": 0'),
    ),
)
