"""Convert the values of a chain that are neither messages nor text to text."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from langchain_sse_chat.wire.jsontext import dumps

_NOTHING = object()


class Values:
    """Adds up the values as LangChain does: by `+`, else the last one counts."""

    def __init__(self) -> None:
        self._value: Any = _NOTHING

    def feed(self, value: object) -> None:
        """Take a value."""
        if self._value is _NOTHING:
            self._value = value
            return
        try:
            self._value = self._value + value
        except TypeError:
            self._value = value

    def close(self) -> str:
        """Return the value as JSON; empty if there was none."""
        if self._value is _NOTHING or self._value is None:
            return ""
        return dumps(self._value, default=_jsonable)


def _jsonable(value: object) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return str(value)
