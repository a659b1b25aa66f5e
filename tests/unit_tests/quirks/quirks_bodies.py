"""Answers that are not an event stream."""

from __future__ import annotations

import json
from typing import Any

from tests.unit_tests.quirks.quirk import Failure, Quirk
from tests.unit_tests.wire.wire_streams import Seen, text

JSON = "application/json"


def body(value: Any) -> bytes:
    """Return a JSON body."""
    return json.dumps(value, indent=2).encode()


COMPLETION = {
    "object": "chat.completion",
    "model": "m-1",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hi"},
            "finish_reason": "stop",
        }
    ],
}
PAGE = b"<!DOCTYPE html>\n<html><title>Sign in</title></html>"

BODIES = (
    Quirk(
        "a whole completion is an answer",
        "one JSON completion to a request for a stream",
        "it is the answer, in one chunk",
        [body(COMPLETION)],
        Seen(text="Hi"),
        content_type=JSON,
    ),
    Quirk(
        "a whole answer in messages is an answer",
        "one JSON body with `messages` instead of choices (GigaChat's second API)",
        "reads it",
        [
            body(
                {
                    "model": "m-1",
                    "messages": [{"role": "assistant", "content": "Hi"}],
                    "finish_reason": "stop",
                }
            )
        ],
        Seen(text="Hi"),
        content_type=JSON,
    ),
    Quirk(
        "blanks before a completion are not part of it",
        "blank lines until the answer is there (DeepSeek under load)",
        "ignores them",
        [b"\n\n", b"   \n", body(COMPLETION)],
        Seen(text="Hi"),
        content_type=JSON,
    ),
    Quirk(
        "a byte order mark before a completion is not part of it",
        "a byte order mark before it, after blank lines or not, or two of them",
        "ignores them",
        [b"\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n", body(COMPLETION)],
        Seen(text="Hi"),
        content_type=JSON,
    ),
    Quirk(
        "a completion that was cut is an error",
        "a completion that was cut",
        "`NotAnEventStreamError`",
        [body(COMPLETION)[:-30]],
        Failure("NotAnEventStreamError", "not an event stream"),
        content_type=JSON,
    ),
    Quirk(
        "a json error with a good status is an error",
        "a JSON error with status 200",
        "`StreamError` with the server's message",
        [body({"error": {"message": "boom", "code": "no_credit"}})],
        Failure("StreamError", "(no_credit): boom"),
        content_type=JSON,
    ),
    Quirk(
        "an object that is not a completion is an error",
        "any other JSON object with status 200",
        "`MalformedChunkError` with its beginning",
        [body({"hello": "world"})],
        Failure("MalformedChunkError", "hello"),
        content_type=JSON,
    ),
    Quirk(
        "a web page is an error",
        "a web page: a login, a proxy, a wrong `base_url`",
        "`NotAnEventStreamError` with status, URL, its beginning and a hint",
        [PAGE],
        Failure("NotAnEventStreamError", "Check `base_url`:"),
        content_type="text/html",
    ),
    Quirk(
        "a web page that says it is a stream is an error",
        "a web page as `text/event-stream`",
        "the same",
        [PAGE],
        Failure("NotAnEventStreamError", "an HTML page"),
    ),
    Quirk(
        "an empty body is an error",
        "nothing, or only blanks (DeepSeek under load)",
        "sent again, then `StreamTruncatedError`: never an empty answer",
        [b"\n \n"],
        Failure("StreamTruncatedError", "an empty body"),
        content_type=JSON,
    ),
    Quirk(
        "a stream of comments is an error",
        "an event stream without a chunk",
        "sent again, then `StreamTruncatedError`, regardless of `on_truncation`",
        [b": ping\n\n", b": ping\n\n"],
        Failure("StreamTruncatedError", "ended before the answer did"),
        settings={"on_truncation": "accept"},
    ),
    Quirk(
        "chunks in a list are not an answer",
        "a JSON list of several chunks",
        "`NotAnEventStreamError`: the first of them is not the answer",
        [body([text("Hel"), text("lo")])],
        Failure("NotAnEventStreamError", "Hel"),
    ),
    Quirk(
        "one chunk instead of a stream is cut",
        "one chunk as JSON, and no finish reason",
        "`StreamTruncatedError`",
        [body(text("Hel"))],
        Failure("StreamTruncatedError", "ended before the answer did", "Hel"),
    ),
    Quirk(
        "a JSON error in the words of a gateway is an error",
        'a JSON error with `"messages": []` in it (Cloudflare)',
        "`StreamError` with the server's message",
        [body({"success": False, "errors": [{"message": "boom"}], "messages": []})],
        Failure("StreamError", "boom"),
    ),
    Quirk(
        "newline-delimited json is not an answer",
        "newline-delimited JSON (Ollama's own API)",
        "`NotAnEventStreamError` at the second line, which says to use `/v1`",
        [
            json.dumps({"message": {"content": "H"}, "done": False}).encode() + b"\n",
            json.dumps({"message": {"content": "i"}, "done": True}).encode() + b"\n",
        ],
        Failure("NotAnEventStreamError", "Ollama's own API. Ollama's chat completions"),
        content_type="application/x-ndjson",
    ),
    Quirk(
        "an error in newline-delimited json is an error",
        "newline-delimited JSON that begins with an error",
        "`StreamError` with the server's message",
        [b'{"error": "no such model"}\n', b'{"done": true}\n'],
        Failure("StreamError", "no such model"),
        content_type="application/x-ndjson",
    ),
    Quirk(
        "a completion and a line end is an answer",
        "a completion on one line, with blank lines after it",
        "reads it",
        [json.dumps(COMPLETION).encode(), b"\n", b"\n"],
        Seen(text="Hi"),
        content_type=JSON,
    ),
    Quirk(
        "a whole answer of another protocol is an error",
        "the whole answer of another protocol (Ollama's own API, Gemini's)",
        "`NotAnEventStreamError` that names the protocol",
        [body({"model": "m", "message": {"content": "Hi"}, "done": True})],
        Failure("NotAnEventStreamError", "Ollama's own API"),
        content_type=JSON,
    ),
    Quirk(
        "text next to an error in one JSON body is in the partial",
        "a JSON completion with an error next to it",
        "`StreamError` with what came as `partial`",
        [body({**COMPLETION, "error": {"message": "boom"}})],
        Failure("StreamError", "boom", "Hi"),
        content_type=JSON,
    ),
)
