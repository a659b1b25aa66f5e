"""Errors in a server's own words: found, read and made into typed errors.

Every server words them differently: `{"error": {"message": …, "code": …}}`,
`{"error": "text"}`, `{"code": …, "message": …}`, `{"status": …, "message": …}`,
`{"detail": …}`, `{"error_type": …, "error_message": …}`, plain text and HTML pages.
"""

from __future__ import annotations

import http
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from langchain_sse_chat.errors import (
    AuthenticationError,
    ContextLengthError,
    ErrorResponse,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    StatusError,
    StreamError,
)
from langchain_sse_chat.wire.jsontext import loads
from langchain_sse_chat.wire.redirects import redirect_target, without_targets

_DECODER = json.JSONDecoder()

_SHOWN = 2000
"""Characters of a server's message that an error shows."""

_REQUEST_ID_HEADERS = (
    "x-request-id",
    "request-id",
    "apim-request-id",
    "x-generation-id",
    "mistral-correlation-id",
    "cf-ray",
)

_CONTEXT_LENGTH = re.compile(
    r"context_length_exceeded|context_window_exceeded|too_many_prompt_tokens"
    r"|exceed_context_size|maximum context length|context (?:length|window|size)"
    r"|too many (?:input |prompt )?tokens"
    r"|(?:prompt|input|messages?) (?:is|are) too long"
    r"|length of (?:all )?(?:the )?(?:messages|input|prompt)\b.* too long"
    r"|exceeds? the (?:model'?s? )?(?:maximum|max)(?:imum)? (?:number of )?"
    r"(?:input |context )?tokens",
    re.IGNORECASE,
)
"""How OpenAI, DeepSeek, OpenRouter, Perplexity, vLLM, llama.cpp, xAI, Anthropic and
others say that the messages are too long."""

_NOT_OVERFLOW = re.compile(
    r"max_(?:completion_)?tokens\b.*(?:must|should)", re.IGNORECASE
)

_HINTS = {
    401: "Check the API key.",
    402: "Check the account's credit.",
    403: "Check what the API key may use.",
    404: (
        "Check the model's name, and that `base_url` is the part of the address "
        "before `/chat/completions`, often ending in `/v1`."
    ),
    407: "Pass user and password of the proxy in `proxy`.",
    413: "Send less at once.",
}

_REDIRECT_HINT = (
    "Redirects are not followed, so that the key goes nowhere else; if you trust the "
    "place, pass the `base_url` that leads there."
)


_WORDS = (
    "message",
    "error_message",
    "error_msg",  # Baidu
    "status_msg",  # MiniMax
    "detail",
    "details",
    "msg",
    "error",
    "errors",  # Cloudflare
)
"""Keys under which servers say what went wrong."""

_FINE = frozenset({"0", "200", "ok", "success"})
"""Codes that report no error, in lower case: iFlytek sends one with every chunk."""


class ServerWords(NamedTuple):
    """What a server says went wrong."""

    message: str
    code: str | int | None = None
    type: str | None = None


def server_words(body: object) -> ServerWords | None:
    """Return what an error body says, or `None` when it is not one.

    Args:
        body: A parsed JSON value.
    """
    if isinstance(body, list) and body:
        # Gemini's compatible endpoint wraps the object in a list.
        body = body[0]
    if not isinstance(body, dict):
        return None
    error = body.get("error")
    if isinstance(error, str) and error:
        return ServerWords(error, _code(body))
    if isinstance(error, dict):
        inner = _flat_words(error)
        return inner or ServerWords(str(error), _code(error))
    return _flat_words(body)


def _flat_words(body: Mapping[str, Any]) -> ServerWords | None:
    for key in _WORDS:
        value = body.get(key)
        if value:
            message = value if isinstance(value, str) else _spell(value)
            return ServerWords(message, _code(body), _word(body, "type", "error_type"))
    return None


def _spell(value: object) -> str:
    """Return words for a message that is not a string, such as a list of faults."""
    return "; ".join(map(_spell_one, value if isinstance(value, list) else [value]))


def _spell_one(value: object) -> str:
    if not isinstance(value, dict):
        return str(value)
    words = _word(value, "message", "msg") or str(value)
    place = value.get("loc")
    return f"{'.'.join(map(str, place))}: {words}" if isinstance(place, list) else words


def _code(body: Mapping[str, Any]) -> str | int | None:
    keys = ("code", "status_code", "status", "error_code", "raw_status_code")
    values = (body.get(key) for key in keys)
    return next((v for v in values if type(v) in {int, str} and v != ""), None)


def _word(body: Mapping[str, Any], *keys: str) -> str | None:
    values = (body.get(key) for key in keys)
    return next((v for v in values if isinstance(v, str) and v), None)


def in_chunk(chunk: Mapping[str, Any], event: str) -> object | None:
    """Return the error that a chunk of a stream is, or `None`.

    An error may stand in a choice as well: that is found when the choice is read.

    Args:
        chunk: A parsed chunk.
        event: The type of its event.
    """
    error: object = chunk.get("error")
    if any(error.values()) if isinstance(error, dict) else error:
        # `"error": true` says only that the words are beside it.
        return error if isinstance(error, (dict, list, str)) else dict(chunk)
    if not chunk.get("choices") and _has_failed_code(chunk.get("base_resp")):
        return dict(chunk["base_resp"])
    told = (
        event == "error"
        or chunk.get("object") == "error"
        or chunk.get("type") == "error"
        or chunk.get("error_type")
        or chunk.get("error_message")
        or chunk.get("success") is False
        or chunk.keys() == {"detail"}
        or _has_failed_status(chunk)
        or _has_failed_code(chunk)
    )
    return dict(chunk) if told and not chunk.get("choices") else None


def _has_failed_status(chunk: Mapping[str, Any]) -> bool:
    """Whether a chunk is an error by its HTTP status, as GigaChat words its errors."""
    status = chunk.get("status")
    failed = type(status) is int and status >= http.HTTPStatus.BAD_REQUEST
    return failed and isinstance(chunk.get("message"), str)


def _has_failed_code(body: object) -> bool:
    """Whether an object is an error by its code, as DashScope and iFlytek word theirs.

    MiniMax has such an object in every answer, under `base_resp`.
    """
    if not isinstance(body, dict) or _flat_words(body) is None:
        return False
    codes = (body.get(key) for key in ("code", "error_code", "status_code"))
    code = next((c for c in codes if type(c) in {int, str} and c != ""), None)
    return code is not None and str(code).lower() not in _FINE


_BARE = re.compile(r"^[ \t]*(?:error:[ \t]*)?(?=\{|\[\s*\{)", re.MULTILINE)
"""Where an error may begin, alone or in a list: lines of a log begin with a time in
brackets. llama.cpp has sent `error: {…}` in place of `data: {…}`."""


def bare_error(text: str) -> dict[str, Any] | None:
    """Return the error that a server wrote between the events, `None` if it is none.

    Args:
        text: The lines up to a blank one, as they came.
    """
    start = _BARE.search(text)
    if start is None:
        return None
    try:
        _, end = _DECODER.raw_decode(text, start.end())
        value = loads(text[start.end() : end])
    except (ValueError, RecursionError):
        return None
    if isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, dict) or value.get("choices"):
        return None
    return value if server_words(value) is not None else None


def stream_error(
    body: object, where: str, chunk: Mapping[str, Any] | None = None
) -> StreamError:
    """Make the error for what a server reported in an answer with status 200.

    Args:
        body: The error as sent: an object or a text.
        where: The URL without query.
        chunk: The chunk that the error stood in, which may have the code.
    """
    words = server_words(body if isinstance(body, dict) else {"error": body})
    if words is None:
        fields = body if isinstance(body, dict) else {}
        kind = _word(fields, "type", "error_type")
        words = ServerWords(str(body), _code(fields), kind)
    if words.code is None and chunk is not None:
        words = words._replace(code=_code(chunk))
    code = words.code if words.code is not None else words.type
    label = f" ({code})" if code is not None else ""
    msg = f"{where} reported an error in its answer{label}: {_short(words.message)}"
    failed = body.get("failed_generation") if isinstance(body, dict) else None
    if failed:
        msg += f" The refused output was: {_short(str(failed))}"
    return StreamError(msg, code=code, body=body, is_retryable=_passing(words))


_PASSING_CODES = frozenset({408, 409, 429, *range(500, 600)})
_PASSING_WORDS = re.compile(
    r"rate.?limit|overload|unavailable|time.?out|server_error|internal|capacity"
    r"|connection|upstream|too many requests",
    re.IGNORECASE,
)


def _passing(words: ServerWords) -> bool:
    code = words.code
    if isinstance(code, str) and code.isascii() and code.isdigit():
        code = int(code[:4])
    if isinstance(code, int):
        return code in _PASSING_CODES
    return bool(_PASSING_WORDS.search(f"{code or ''} {words.type or ''}"))


def status_error(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    where: str,
    retry_after: float | None = None,
) -> StatusError:
    """Make the error for an HTTP status that is not a success.

    Args:
        status: The HTTP status.
        headers: The answer's headers, names in lower case.
        body: The answer's body, or its beginning.
        where: The URL without query.
        retry_after: Seconds the server asks to wait.
    """
    text = body.decode("utf-8", "replace")
    words = _body_words(text)
    named = request_id(headers)
    target = redirect_target(status, headers, where)
    msg = f"{where} answered {status}"
    if target:
        msg += f" and redirects to {target}"
    else:
        msg += f": {_short(words.message)}" if words.message else " without a word"
    if not msg.endswith((".", "!", "?")):
        msg += "."
    if target:
        msg += f" {_REDIRECT_HINT}"
    elif status in _HINTS:
        msg += f" {_HINTS[status]}"
    if named:
        msg += f" (request {named})"
    should_retry = headers.get("x-should-retry", "").strip().lower()
    retryable = {"true": True, "false": False}.get(should_retry)
    if retryable is None and status in {408, 409}:
        retryable = True
    return _status_class(status, words)(
        msg,
        response=ErrorResponse(status, without_targets(without_cookies(headers)), text),
        request_id=named,
        code=words.code if words.code is not None else words.type,
        retry_after=retry_after,
        is_retryable=retryable,
    )


def request_id(headers: Mapping[str, str]) -> str | None:
    """Return the server's name for a request, from the headers of its answer."""
    return next((headers[h] for h in _REQUEST_ID_HEADERS if headers.get(h)), None)


def without_cookies(headers: Mapping[str, str]) -> dict[str, str]:
    """Return an answer's headers without the cookies, which are secrets."""
    return {k: v for k, v in headers.items() if k not in {"set-cookie", "set-cookie2"}}


_TITLE = re.compile(r"<title[^<>]*>([^<]*)</title>", re.IGNORECASE)


def _body_words(text: str) -> ServerWords:
    try:
        words = server_words(loads(text))
    except ValueError:
        words = None
    if words is not None:
        return words
    title = _TITLE.search(text[:_SHOWN])
    if title:
        return ServerWords(f"an HTML page, {title.group(1).strip()!r}")
    return ServerWords(" ".join(text.split())[:200])


def _status_class(status: int, words: ServerWords) -> type[StatusError]:
    if status in {400, 413, 422} and _is_overflow(words):
        return ContextLengthError
    known: dict[int, type[StatusError]] = {
        401: AuthenticationError,
        402: PermissionDeniedError,
        403: PermissionDeniedError,
        404: NotFoundError,
        429: RateLimitError,
    }
    if status in known:
        return known[status]
    if 400 <= status < 500:  # noqa: PLR2004  the class of client errors
        return InvalidRequestError
    return ServerError if status >= 500 else StatusError  # noqa: PLR2004


def _is_overflow(words: ServerWords) -> bool:
    text = f"{words.code} {words.type} {words.message[:_SHOWN]}"
    return bool(_CONTEXT_LENGTH.search(text)) and not _NOT_OVERFLOW.search(text)


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} …"
