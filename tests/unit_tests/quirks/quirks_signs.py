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
        "a completion inside another object is not a chunk",
        'chunks under `data` of `{"code": 0, "msg": "ok"}`',
        "`MalformedChunkError` with the first event; it is not asked for again",
        events([{"code": 0, "msg": "ok", "data": text("Hi")}]),
        foreign('Its first event was \'{"code": 0'),
    ),
)
