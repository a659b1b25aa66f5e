"""Find errors inside an answer.

Every server has its own form. The known forms are found here, as soon as they arrive.
An unknown object that is not a chunk is an error too, unless the answer continues after
it
(`langchain_sse_chat.wire.unknown_events`).
"""

from __future__ import annotations

import http
import json
import re
from collections.abc import Mapping
from typing import Any

from langchain_sse_chat.lazy_pattern import lazy_pattern
from langchain_sse_chat.wire.error_details import code_in, read_details, word_in
from langchain_sse_chat.wire.jsontext import loads

ENVELOPE = frozenset(
    {
        "id",
        "object",
        "created",
        "model",
        "choices",
        "usage",
        "system_fingerprint",
        "service_tier",
        "provider",
        "obfuscation",
        "p",
    }
)
"""Fields of a chunk that never report an error."""

REPORTS = frozenset(
    {
        "base_resp",
        "code",
        "error",
        "error_code",
        "error_message",
        "error_type",
        "status",
        "status_code",
        "success",
        "type",
        "x_groq",
    }
)
"""Fields in which `error_in` finds errors next to choices."""

_FINE = frozenset(
    {"0", "200", "ok", "success", "succeeded", "false", "none", "null", "no error"}
)
"""Values for success, in lower case: iFlytek sends a code with every chunk."""

_SUCCESS = frozenset({"ok", "success", "succeeded", "successful"})
_SUCCESS_IN_CHINESE = "成功"
"""How such words end: 请求成功, 操作成功."""

_PLAIN_WORDS = ("message", "msg", "error_msg", "status_msg", "detail")
"""Keys of a message; without one, a code next to choices can mean anything."""

_FAILED_EVENT = lazy_pattern(r"error|fail(?!over)|exception|abort", re.IGNORECASE)
_FAILED_STATUSES = frozenset({"error", "fail", "failed", "failure"})

_FAILED_WORD = lazy_pattern(r"\W*(?:error|exception)\b", re.IGNORECASE)

_DECODER = json.JSONDecoder()


def error_in(chunk: Mapping[str, Any], event: str) -> object | None:
    """Return the error in a chunk of a stream, or `None`.

    Errors inside a choice are found by `error_in_choice`.

    Args:
        chunk: A parsed chunk.
        event: The type of its event.
    """
    has_choices = bool(chunk.get("choices"))
    error = chunk.get("error")
    if reports_error(error, beside_choices=has_choices):
        # For `"error": true`, the message is next to it.
        return error if isinstance(error, (dict, list, str)) else dict(chunk)
    for key, value in chunk.items():
        # Groq's `x_groq`: {"id": …, "error": "over_capacity"}.
        if key[:2] == "x_" and isinstance(value, dict):
            error = value.get("error")
            if reports_error(error, beside_choices=has_choices):
                return error
    answered = chunk.get("base_resp")
    if isinstance(answered, dict) and has_failed_code(answered):
        # MiniMax has this object in every answer.
        return answered
    told = (
        is_failed_event(event)
        or chunk.get("object") == "error"
        or chunk.get("type") == "error"
        or not is_fine(chunk.get("error_type"))
        or not is_fine(chunk.get("error_message"))
        or (has_choices and says_failure(chunk))
        or _has_failed_status(chunk)
        or _has_failed_code(chunk, in_plain_words=has_choices)
    )
    return dict(chunk) if told else None


def error_in_body(body: Mapping[str, Any]) -> object | None:
    """Return the error in JSON sent instead of a stream, or `None`."""
    return error_in(body, "message") or (dict(body) if says_failure(body) else None)


def error_in_choice(choice: dict[str, Any]) -> object | None:
    """Return the error in a choice or its delta, or `None`."""
    for holder in (choice, choice.get("delta"), choice.get("message")):
        error = holder.get("error") if isinstance(holder, dict) else None
        if reports_error(error, beside_choices=True):
            return holder if error is True else error
    return None


def is_failed_event(event: str) -> bool:
    """Whether the type of an event means that it reports an error."""
    return event != "message" and bool(_FAILED_EVENT.search(event))


def is_error_word(word: str) -> bool:
    """Whether data that is not JSON reports an error: `[ERROR] …`, `Error: …`."""
    return bool(_FAILED_WORD.match(word))


def reports_error(error: object, *, beside_choices: bool) -> bool:
    """Whether the value of `error` is an error, and not a word for success.

    Args:
        error: The value.
        beside_choices: Whether the chunk also continues the answer. Then only the code
            decides, because the message may be in any language.
    """
    if not isinstance(error, dict):
        return not is_fine(error)
    if not any(error.values()):
        return False
    words, code = read_details(error), code_in(error)
    message = None if words is None else words.message
    if code is None:
        said = message or word_in(error, "type")
        return error.get("success") is not True if said is None else not is_fine(said)
    if not is_fine(code):
        return not _is_success(code, message)
    return not (beside_choices or is_fine(message))


def is_fine(value: object) -> bool:
    """Whether a code or a message is empty, 0, or means success."""
    word = str(value).lower().strip(" .!")
    return not value or word in _FINE or not word.strip("0")


def _is_success(code: int | str, words: str | None) -> bool:
    """Whether a code is one of a server's own for success, by the words next to it.

    Gateways number their successes too: `{"code": 10000, "message": "Success"}`.
    """
    number = int(code) if str(code).isdecimal() else 0
    if http.HTTPStatus.BAD_REQUEST <= number < 600:  # noqa: PLR2004  HTTP's errors
        return False
    said = (words or "").lower().strip(" .!")
    return said in _SUCCESS or said.endswith(_SUCCESS_IN_CHINESE)


def _has_failed_status(chunk: Mapping[str, Any]) -> bool:
    """Whether a chunk is an error by its status.

    That is one of HTTP, as GigaChat words its errors, or a word next to choices.
    """
    status = chunk.get("status")
    if isinstance(status, str):
        return status.lower() in _FAILED_STATUSES and bool(chunk.get("choices"))
    failed = type(status) is int and status >= http.HTTPStatus.BAD_REQUEST
    return failed and isinstance(chunk.get("message"), str)


def _has_failed_code(body: Mapping[str, Any], *, in_plain_words: bool) -> bool:
    """Whether an object is an error by its code, as for DashScope and iFlytek.

    Args:
        body: The object.
        in_plain_words: Whether the code counts only with a message that is a text: next
            to choices, fields with these names can be anything.
    """
    said = word_in(body, *_PLAIN_WORDS) if in_plain_words else _message_in(body)
    if said is None:
        return False
    return not all(is_fine(code) or _is_success(code, said) for code in _codes(body))


def _message_in(body: Mapping[str, Any]) -> str | None:
    said = read_details(body)
    return None if said is None else said.message


def says_failure(body: Mapping[str, Any]) -> bool:
    """Whether an object says `"success": false`, also as a text.

    Next to choices that is an error. Alone it may be a notice, after which the answer
    continues.
    """
    return str(body.get("success")).lower() == "false"


def says_success(body: Mapping[str, Any]) -> bool:
    """Whether an object has codes, and all of them mean success."""
    codes = [*_codes(body), *_codes({"code": body.get("status")})]
    said = _message_in(body)
    if any(str(code).lower() == "false" for code in codes):
        return False
    return bool(codes) and all(is_fine(c) or _is_success(c, said) for c in codes)


def has_failed_code(body: Mapping[str, Any]) -> bool:
    """Whether an object has a code that by itself means a failure."""
    return not all(map(is_fine, _codes(body)))


def _codes(body: Mapping[str, Any]) -> list[int | str]:
    codes = (body.get(key) for key in ("code", "error_code", "status_code"))
    return [
        code
        for code in codes
        if isinstance(code, (int, str)) and not isinstance(code, bool) and code != ""
    ]


_BARE = lazy_pattern(r"^[ \t]*(?:error:[ \t]*)?(?=\{|\[\s*\{)", re.MULTILINE)
"""The start of an error, alone or in a list; log lines, which start with a time in
brackets, do not match. llama.cpp has sent `error: {…}` instead of `data: {…}`."""


def bare_error(text: str) -> dict[str, Any] | None:
    """Return the error that a server wrote between events, or `None`.

    Args:
        text: The lines up to a blank line, as received.
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
    return value if read_details(value) is not None else None
