"""The report about a server, as a table and as JSON."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from langchain_sse_chat.probe.line import ProbeLine, shown

_NARROW = 60
"""Columns from which on the evidence is beside the name and not below it."""
_NAME = 26
_VERDICT = 10
_TITLE = 1000
_FILLER = "\ue000"
"""A character for private use, which `shown` lets no text have."""


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """The facts about a server, by its answers."""

    base_url: str
    """The address, without secrets."""
    model: str
    """The name of the model."""
    requests: int
    """The requests that were sent."""
    tokens: int
    """The tokens that they took: as the server counted them, or an estimate."""
    lines: tuple[ProbeLine, ...]
    """The facts about the server."""
    timing: Mapping[str, float | None]
    """`time_to_first_token`, `gap_p50` and `gap_p95` in seconds, and
    `tokens_per_second`; `None` for a figure that is not known."""
    provider: str | None
    """The row of the table of providers that fits, `None` if there is none."""
    provider_reason: str
    """Why it fits, or why none does."""
    settings: Mapping[str, Any]
    """The settings of `ChatSSE` to set."""
    notes: tuple[str, ...]
    """Advice that is not a setting."""
    code: str
    """A program that makes a `ChatSSE` for this server."""

    def verdict(self, name: str) -> str:
        """Return the verdict of the line of a name: `yes`, `no` or `not clear`.

        Raises:
            KeyError: There is no such line.
        """
        return {line.name: line.verdict for line in self.lines}[name]

    def as_dict(self) -> dict[str, Any]:
        """Return everything as values for JSON."""
        return asdict(self)

    def table(self, width: int = 100) -> str:
        """Return the report as text.

        Args:
            width: The columns of the terminal.
        """
        parts = [
            shown(f"{self.model} at {self.base_url}", size=_TITLE),
            *_wrapped(f"{self.requests} requests, {self.tokens} tokens", width),
        ]
        for group in dict.fromkeys(line.group for line in self.lines):
            parts += ["", group]
            for line in self.lines:
                if line.group == group:
                    parts += _row(line.name, line.verdict, line.evidence, width)
        parts += ["", "timing", *self._timing(width)]
        parts += ["", f"provider: {self.provider or 'none'} ({self.provider_reason})"]
        for note in self.notes:
            parts += _wrapped(note, width)
        return "\n".join([*parts, "", self.code])

    def _timing(self, width: int) -> list[str]:
        return [
            row
            for name, value in self.timing.items()
            for row in _row(name.replace("_", " "), "", _figure(name, value), width)
        ]


def _figure(name: str, value: float | None) -> str:
    if value is None:
        return "not known"
    return f"{value:.1f}" if name == "tokens_per_second" else f"{value * 1000:.1f} ms"


def _row(name: str, verdict: str, evidence: str, width: int) -> list[str]:
    if width < _NARROW:
        return [
            *_wrapped(f"  {name}: {verdict}".rstrip(": "), width),
            *_wrapped(evidence, width, "    "),
        ]
    start = f"  {name:<{_NAME}}{verdict:<{_VERDICT}} "
    first, *more = _wrapped(evidence, width - len(start)) or [""]
    return [f"{start}{first}".rstrip(), *(" " * len(start) + each for each in more)]


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    # textwrap counts characters, but some fill two columns.
    spread = "".join(f"{c}{_FILLER}" if _is_wide(c) else c for c in text)
    lines = textwrap.wrap(
        spread, max(width, 12), initial_indent=indent, subsequent_indent=indent or "  "
    )
    return [line.replace(_FILLER, "") for line in lines]


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in {"W", "F"}
