"""Placeholder until merged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as a client gets it."""

    status: int
    message: str
    type: str
    code: str | None = None
    param: str | None = None
    retry: bool | None = None
    retry_after: float | None = None

    def body(self) -> dict[str, Any]:
        """Return OpenAI's form."""
        return {
            "error": {
                "message": self.message,
                "type": self.type,
                "param": self.param,
                "code": self.code,
            }
        }


def failure_of(error: BaseException) -> Failure:
    """Return the failure of an exception."""
    del error
    return Failure(500, "The server failed.", "internal_error", "internal_error")
