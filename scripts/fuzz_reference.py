"""Decide in the simplest way why a body is not a complete answer.

What it says is certain, so that it says nothing of bodies that may be read in more than
one way: bare text between the events, several lines of data, other chunkings of lines.
"""

from __future__ import annotations

import re
from typing import Any

from langchain_sse_chat import SSEDecoder
from langchain_sse_chat.sse import ServerSentEvent
from langchain_sse_chat.wire.jsontext import NO_JSON, read_data

_BEFORE_AN_ANSWER = re.compile(rb"\A(?:\s|\xef\xbb\xbf)+")
_STREAM = re.compile(rb"data:|event:|id:|retry:|:")
_DONE = re.compile(r"(?:data:\s*)*[\[\]\s\"]*done[\[\]\s\"]*", re.IGNORECASE)
_FINE = frozenset({"", "0", "200", "ok", "success", "succeeded", "none", "null"})
_SUCCESS = frozenset({"ok", "success", "succeeded", "successful"})
_SUCCESS_IN_CHINESE = "成功"
_HTTP_ERRORS = range(400, 600)
_CODES = ("code", "error_code", "status_code")
_WORDS = (
    *("message", "error_message", "error_msg", "status_msg", "detail", "details"),
    *("msg", "errors"),
)
_FAILED = frozenset({"error", "abort", "network_error", "MALFORMED_FUNCTION_CALL"})
_KNOWN = frozenset(
    {
        *("id", "object", "created", "model", "choices", "usage", "messages"),
        *("finish_reason", "type", "event", "status", "error", "x_groq", "p"),
        *("system_fingerprint", "service_tier", "provider", "obfuscation"),
    }
)
_SIGNS_OF_LIFE = frozenset({"heartbeat", "ping"})


def fault_of(body: bytes, *, may_be_cut: bool) -> str | None:
    """Return why a body must not be read as a complete answer.

    Args:
        body: The whole of it.
        may_be_cut: Whether an answer without an end is accepted.

    Returns:
        `None` when it is an answer, or when it may be one.
    """
    body = _BEFORE_AN_ANSWER.sub(b"", body)
    if not _STREAM.match(body):
        return None
    events, is_done = _events(body)
    values = [_value(event.data) for event in events]
    for value in values:
        why = _error_in(value) or _failed_choice_in(value)
        if why:
            return why
    several = any("\n" in event.data for event in events)
    if several or any(map(_reasons_in, values)):
        return None
    if not is_done and not may_be_cut:
        return "neither a finish reason nor [DONE]"
    return _stray_in(list(zip(events, values, strict=True)))


def _events(body: bytes) -> tuple[list[ServerSentEvent], bool]:
    """Return the events up to `[DONE]`, and whether there was one."""
    decoder = SSEDecoder()
    events: list[ServerSentEvent] = []
    for event in [*decoder.feed(body), *decoder.close()]:
        lines = event.data.split("\n")
        is_done = any(map(_DONE.fullmatch, lines))
        if len(lines) > 1 or not is_done:
            events.append(event)
        if is_done:
            return events, True
    return events, False


def _value(data: str) -> Any:
    if "\n" in data:
        return None
    value = read_data(data)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return None if value is NO_JSON else value


def _error_in(value: Any) -> str | None:
    """Return an object that is certainly an error."""
    error = value.get("error") if isinstance(value, dict) else None
    if isinstance(error, str):
        return None if _is_fine(error) else f"the error {error!r}"
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        return None
    codes = [error[k] for k in ("code", "status", "type") if error.get(k) is not None]
    if _is_fine(error["message"]) or any(map(_is_fine, codes)) or len(error) > 3:  # noqa: PLR2004
        return None
    return f"the error {error!r}"


def _is_fine(value: object) -> bool:
    said = str(value).lower().strip(" .!")
    fine = said in _FINE or not said.strip("0")
    return not value or fine or said.endswith(_SUCCESS_IN_CHINESE)


def _failed_choice_in(value: Any) -> str | None:
    choices = value.get("choices") if isinstance(value, dict) else None
    for choice in choices if isinstance(choices, list) else []:
        reason = _reason_in(choice) if isinstance(choice, dict) else None
        if isinstance(reason, str) and reason in _FAILED:
            return f"the finish reason {reason!r}"
    return None


def _reason_in(choice: dict[str, Any]) -> object:
    return choice.get("finish_reason") or choice.get("finishReason")


def _reasons_in(value: Any) -> bool:
    """Whether a value may contain a finish reason."""
    if isinstance(value, dict):
        return bool(_reason_in(value)) or any(map(_reasons_in, value.values()))
    return isinstance(value, list) and any(map(_reasons_in, value))


def _stray_in(events: list[tuple[ServerSentEvent, Any]]) -> str | None:
    """Return an object that is not a chunk, and that no chunk follows."""
    for event, value in reversed(events):
        if not isinstance(value, dict) or value.keys() & (_KNOWN | _SIGNS_OF_LIFE):
            return None
        if _says_success(value) or any(said is True for said in value.values()):
            return None
        if event.event == "message" and value:
            return f"the object {value!r} instead of a chunk"
    return None


def _says_success(value: dict[str, Any]) -> bool:
    """Whether an object has a message, and codes that all mean success.

    A code means success by itself, or by the message next to it if it is not one of
    HTTP's for an error.
    """
    words = next((value[key] for key in _WORDS if value.get(key)), None)
    codes = [value[key] for key in _CODES if type(value.get(key)) in {int, str}]
    said = str(words).lower().strip(" .!")
    is_good = said in _SUCCESS or said.endswith(_SUCCESS_IN_CHINESE)
    return (
        bool(words and codes)
        and value.get("success") is not False
        and all(
            _is_fine(code) or (is_good and str(code) not in map(str, _HTTP_ERRORS))
            for code in codes
        )
    )
