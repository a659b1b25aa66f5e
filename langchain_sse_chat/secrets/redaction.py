"""Redact secrets in texts and errors: servers quote the key that they reject."""

from __future__ import annotations

from typing import Any

from langchain_sse_chat.errors import ErrorResponse, SSEChatError
from langchain_sse_chat.secrets.names import MASK
from langchain_sse_chat.secrets.spellings import PlainForm, Spellings

_CONTINUES = range(0x80, 0xC0)
"""Bytes of UTF-8 that do not start a character."""


def redact_text(text: str, secrets: Spellings) -> str:
    """Return a text with `***` for each secret, even a truncated one."""
    if not secrets:
        return text
    data = text.encode("utf-8", "surrogatepass")
    kept, at = [], 0
    for start, end in secrets.places(PlainForm(data), in_text=True):
        # A truncated secret may end inside a character.
        while end < len(data) and data[end] in _CONTINUES:
            end += 1  # noqa: PLW2901
        kept += [data[at:start], MASK.encode()]
        at = end
    if not at:
        return text
    return b"".join([*kept, data[at:]]).decode("utf-8", "surrogatepass")


def redact_error(error: SSEChatError, secrets: Spellings) -> None:
    """Redact secrets in an error, its attributes, and the texts of its causes.

    Args:
        error: The error, which is changed in place.
        secrets: The secrets.
    """
    if not secrets:
        return
    for one in _chain(error):
        one.args = _redacted(one.args, secrets)
    for name, value in vars(error).items():
        setattr(error, name, _redacted(value, secrets))


def _chain(error: BaseException) -> list[BaseException]:
    """Return an exception, its causes and its contexts, each once."""
    found: list[BaseException] = []
    left: list[BaseException | None] = [error]
    while left:
        one = left.pop()
        if one is not None and all(one is not other for other in found):
            found.append(one)
            left += [one.__cause__, one.__context__]
    return found


def _redacted(value: Any, secrets: Spellings) -> Any:
    if isinstance(value, str):
        return redact_text(value, secrets)
    if isinstance(value, ErrorResponse):
        headers = _redacted(dict(value.headers), secrets)
        text = _redacted(value.text, secrets)
        return ErrorResponse(value.status_code, headers, text)
    if isinstance(value, dict):
        return {_redacted(k, secrets): _redacted(v, secrets) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        values = [_redacted(v, secrets) for v in value]
        return values if isinstance(value, list) else tuple(values)
    return value
