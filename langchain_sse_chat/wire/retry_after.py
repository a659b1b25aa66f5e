"""Read the delay that a server requests: in headers, or in the body of an error.

Gemini sends `{"retryDelay": "34s"}` in `error.details`
(https://cloud.google.com/apis/design/errors#retry_info), OpenRouter the headers of the
upstream server in `error.metadata.headers`
(https://openrouter.ai/docs/api-reference/limits); OpenAI, Azure and Groq only name it
in the message.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

from langchain_sse_chat.lazy_pattern import lazy_pattern
from langchain_sse_chat.wire.error_details import Report

_IN_HEADER = lazy_pattern(r"[+-]?\d{1,15}(?:\.\d*)?", re.ASCII)

_WAITS = ("retryafterms", "retryafter", "retryafterseconds", "retrydelay")
_RESETS = ("xratelimitreset", "ratelimitreset", "resetsinseconds", "resetseconds")

_EPOCH_FROM = 1_000_000_000
"""Larger numbers are times in seconds since the epoch (this one is in 2001)."""
_EPOCH_MS_FROM = 100_000_000_000
"""Larger numbers are times in milliseconds since the epoch (this one is in 1973)."""

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = (
    r"(\d{1,9}(?:\.\d{0,9})?)\s?"
    r"(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)"
    r"(?![a-z])"
)
_PARTS = lazy_pattern(_PART, re.IGNORECASE)
_DURATION = rf"(?P<wait>{_PART}(?:[,\s]*(?:and\s)?{_PART}){{0,4}})"
_WHOLE = lazy_pattern(rf"\s*{_DURATION}\s*", re.IGNORECASE)
_SAID = lazy_pattern(
    rf"\b(?:try (?:your request )?again|retry|wait|reset)\b[^.\d]{{0,30}}{_DURATION}"
    r"|(?P<seconds>\d{1,9})\s?秒(?:钟)?(?:之?后|再试|重试)",
    re.IGNORECASE,
)


def wait_in(report: Report, now: float | None = None) -> float | None:
    """Return the delay in seconds that an error body requests, if any.

    Args:
        report: The report of the body.
        now: Seconds since the epoch; without it, absolute times are ignored.
    """
    for names in (_WAITS, _RESETS):
        for name, value in _named(report, names):
            seconds = _seconds(value, now, in_ms=name.endswith("ms"))
            if seconds is not None:
                return seconds
    for text in report.texts:
        said = _SAID.search(text)
        if said:
            return float(said["seconds"] or 0) or _duration(said["wait"] or "")
    return None


def _named(report: Report, names: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for one in report.objects:
        fields: Mapping[str, Any] = {
            key.lower().replace("-", "").replace("_", ""): value
            for key, value in one.items()
        }
        for name in names:
            if name in fields:
                yield name, fields[name]


def _seconds(value: object, now: float | None, *, in_ms: bool) -> float | None:
    if isinstance(value, dict):  # protobuf's `Duration`
        value = value.get("seconds")
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return _duration(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        value = float(value)
    except (ValueError, OverflowError):
        return None
    if not math.isfinite(value):
        return None
    if in_ms:
        return max(0.0, value / 1000)
    if value < _EPOCH_FROM:
        return max(0.0, value)
    if now is None:
        return None
    moment = value / 1000 if value >= _EPOCH_MS_FROM else value
    return max(0.0, moment - now)


def _duration(text: str) -> float:
    parts = _PARTS.findall(text)
    return sum(float(number) * _unit(unit.lower()) for number, unit in parts)


def _unit(unit: str) -> float:
    return _UNITS["ms" if unit.startswith(("ms", "mil")) else unit[0]]


def parse_retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return the delay in seconds that the headers request, 0 or more.

    Supported are `retry-after-ms` (OpenAI and Azure) and `retry-after` in seconds, with
    or without a fraction, or as a date (RFC 9110, section 10.2.3).

    Args:
        headers: The response headers, with names in lower case.
        now: Seconds since the epoch, as from `time.time()`.

    Returns:
        0 for a negative number or a past date; `None` without a delay that can be
        parsed.
    """
    milliseconds = _header_number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return max(0.0, milliseconds / 1000)
    value = headers.get("retry-after", "")
    seconds = _header_number(value)
    if seconds is None:
        date = _header_date(value)
        seconds = None if date is None else date - now
    return None if seconds is None else max(0.0, seconds)


def _header_number(text: str) -> float | None:
    text = text.strip()
    return float(text) if _IN_HEADER.fullmatch(text) else None


def _header_date(text: str) -> float | None:
    try:
        date = parsedate_to_datetime(text)
        # A date without zone is in UTC (RFC 9110, section 5.6.7).
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
