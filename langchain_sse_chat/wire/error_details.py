"""Read the details of an error from its body, at every depth.

Every server words its errors differently: `{"error": {"message": …, "code": …}}`,
`{"error": "text"}`, `{"code": …, "message": …}`, `{"status": …, "message": …}`,
`{"detail": …}`, `{"error_type": …, "error_message": …}`. Gateways wrap the upstream
server's error, so that the message that explains it is nested deeper.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from langchain_sse_chat.wire.jsontext import loads

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
"""Keys of error messages."""

_TEXTS = (
    "message",
    "error_message",
    "error_msg",
    "status_msg",
    "msg",
    "errmsg",
    "error_description",  # RFC 6749, section 5.2
)
"""Keys whose text is shown when it is nested deeper than the first message."""

_INSIDE = (
    "error",
    "errors",
    "details",
    "detail",
    "metadata",  # OpenRouter
    "raw",  # OpenRouter: the upstream server's body, often as a text
    "headers",  # OpenRouter: the headers of the upstream server
    "base_resp",  # MiniMax
    "x_groq",
    "previous_errors",
    "inner_error",
    "innererror",  # Azure
    "cause",
    "upstream_error",
    "warnings",
)
"""Keys under which an error may be nested. Others may hold the request."""

_CODES = (
    "code",
    "type",
    "status",
    "error_code",
    "error_type",
    "status_code",
    "raw_status_code",
    "reason",  # Google's ErrorInfo
)

_OWN_CODES = (
    "code",
    "status_code",
    "statusCode",
    "status",
    "error_code",
    "errorCode",
    "raw_status_code",
)
"""Keys of the code of an error object, the best first."""

_DEEPEST = 8
_MOST_TEXTS = 4
_MOST_OBJECTS = 50


class ErrorDetails(NamedTuple):
    """The message, code and type of an error."""

    message: str
    code: str | int | None = None
    type: str | None = None


class Report(NamedTuple):
    """Everything in an error body that shows which kind of failure it is."""

    message: str
    """The server's message, with nested messages."""
    texts: tuple[str, ...] = ()
    """The same messages, one by one."""
    codes: frozenset[str] = frozenset()
    """All codes, types and statuses, in lower case."""
    objects: tuple[Mapping[str, Any], ...] = ()
    """The objects that contain them, outermost first."""


def read_details(body: object) -> ErrorDetails | None:
    """Return the details of an error body, `None` if it is not one.

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
        return ErrorDetails(error, code_in(body))
    if isinstance(error, dict):
        inner = own_details(error)
        return inner or ErrorDetails(_deepest_text(body, error), code_in(error))
    return own_details(body)


def nested_details(body: Mapping[str, Any]) -> ErrorDetails | None:
    """Return the first details at any depth of an object, or `None`."""
    for one in _objects(body):
        for text in _texts((one,)):
            return ErrorDetails(text, code_in(one))
    return None


def own_details(body: Mapping[str, Any]) -> ErrorDetails | None:
    """Return the details in an object's own keys, or `None`."""
    for key in _WORDS:
        value = body.get(key)
        if value:
            message = value if isinstance(value, str) else _listed(value)
            return ErrorDetails(
                message, code_in(body), word_in(body, "type", "error_type")
            )
    return None


def code_in(body: Mapping[str, Any]) -> str | int | None:
    """Return the code of an error object, as sent."""
    values = (body.get(key) for key in _OWN_CODES)
    return next((v for v in values if type(v) in {int, str} and v != ""), None)


def word_in(body: Mapping[str, Any], *keys: str) -> str | None:
    """Return the first of some fields that is a nonempty text."""
    values = (body.get(key) for key in keys)
    return next((v for v in values if isinstance(v, str) and v), None)


def report_of(words: ErrorDetails, body: object) -> Report:
    """Return the report of an error body, with nested messages and codes.

    Args:
        words: The details that were found first.
        body: The parsed body, or its text.
    """
    objects = tuple(_objects(body))
    texts = [words.message]
    for text in _texts(objects):
        if len(texts) > _MOST_TEXTS:
            break
        if not any(_normalized(text) in _normalized(said) for said in texts):
            texts.append(text)
    message = words.message
    if len(texts) > 1:
        message = message.rstrip()
        colon = "" if message.endswith((".", "!", "?", ":")) else ":"
        message = f"{message}{colon} {'; '.join(texts[1:])}"
    named = (word_in(one, "param") for one in objects)
    param = next(
        (p for p in named if p and _normalized(p) not in _normalized(message)), None
    )
    if param:
        message = f"{message} (param: {param})"
        texts.append(param)
    codes = [words.code, words.type, *(one.get(k) for one in objects for k in _CODES)]
    found = frozenset(str(c).lower() for c in codes if isinstance(c, str | int))
    return Report(message, tuple(texts), found, objects)


def _texts(objects: tuple[Mapping[str, Any], ...]) -> Iterator[str]:
    for one in objects:
        for key in _TEXTS:
            value = one.get(key)
            if isinstance(value, str) and value.strip():
                yield value


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    """Yield the objects in which servers put messages, codes and delays.

    A JSON text is parsed; any other text is treated as an object with a message.
    """
    left: list[tuple[object, int]] = [(value, 0)]
    for _ in range(_MOST_OBJECTS):
        if not left:
            return
        one, depth = left.pop(0)
        if isinstance(one, str):
            one = _parsed(one)
        if isinstance(one, list):
            left[:0] = [(each, depth + 1) for each in one[:_MOST_TEXTS]]
        elif isinstance(one, dict):
            yield one
            if depth < _DEEPEST:
                left[:0] = [(one[key], depth + 1) for key in _INSIDE if key in one]


def _parsed(text: str) -> object:
    if text.lstrip()[:1] in {"{", "["}:
        try:
            return loads(text)
        except ValueError:
            pass
    return {"message": text}


def _normalized(text: str) -> str:
    return " ".join(text.lower().split()).rstrip(".")


def _listed(value: object) -> str:
    """Return a text for a message that is not a string, such as a list of faults."""
    return "; ".join(map(_item_text, value if isinstance(value, list) else [value]))


def _item_text(value: object) -> str:
    if not isinstance(value, dict):
        return str(value)
    words = word_in(value, "message", "msg") or _deepest_text(value, value)
    place = value.get("loc")
    return f"{'.'.join(map(str, place))}: {words}" if isinstance(place, list) else words


def _deepest_text(body: Mapping[str, Any], error: object) -> str:
    """Return the first nested message, else the `str` of the error."""
    return next(_texts(tuple(_objects(body))), str(error))
