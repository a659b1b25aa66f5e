"""Decide which failures are worth a retry of the same request.

This is the one place for what a server says: statuses, codes and messages, and accounts
without credit, for which waiting does not help. What a proxy says is judged in
`transport/map_exceptions.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from langchain_sse_chat.lazy_pattern import lazy_pattern
from langchain_sse_chat.wire.error_details import Report
from langchain_sse_chat.wire.retry_after import wait_in

PASSING_STATUSES = frozenset({408, 409, 425, 429, *range(500, 600)})
"""Retryable statuses: those that OpenAI's clients retry
(https://github.com/openai/openai-python#retries), and 425 (RFC 8470)."""

_PASSING_WORDS = lazy_pattern(
    r"rate.?limit|overload|unavailable|time.?out|server_error|internal|capacity"
    r"|connection|upstream|too many requests|resource_?exhausted",
    re.IGNORECASE,
)
"""Codes of transient failures that are words."""

_SPENT_CODES = lazy_pattern(
    r"(?:insufficient|not_?enough|exceeded)_?(?:user_?|current_?|account_?)*"
    r"(?:quota|balance|credits?|funds?)"
    r"|billing|payment|arrear|overdue|free_?tier_?only|usage_not_included"
    r"|credits?_?(?:balance|exhausted|depleted|required)|(?:out_of|no)_?credits?"
    r"|(?:spend|spending|organization_usage)_?limit|budget_?exceeded|exceeded_?budget"
    r"|(?:account|access|organization|user)_?(?:is_?)?"
    r"(?:deactivated|suspended|disabled|closed|terminated|banned|locked|frozen)"
    r"|^1113$",  # Zhipu: https://docs.bigmodel.cn/cn/faq/api-code
    re.IGNORECASE,
)
"""Codes of accounts that are out of credit or closed."""

_SPENT_WORDS = lazy_pattern(
    r"insufficient[\w ]{0,20}\b(?:quota|balance|credits?|funds?)\b"
    r"|\b(?:balance|credits?|funds?|quota|free tier)\b[\w' ]{0,30}\b(?:too low"
    r"|exhausted|insufficient|depleted|used up|expired|not enough|negative|overdue"
    r"|run out|empty)"
    r"|\b(?:no|not enough|out of|ran out of|run out of|used (?:all|up)|requires more)\b"
    r"[\w' ]{0,20}\b(?:credits?|balance|funds|quota)\b"
    r"|current quota.{0,60}\bbilling\b|billing (?:hard )?limit|billing is not active"
    r"|not active.{0,40}\bbilling\b|\brecharge\b|\btop[ -]up\b|\barrears?\b|\bunpaid\b"
    r"|\boverdue\b|payment (?:is )?(?:required|overdue|failed)|budget has been exceeded"
    r"|\bspend(?:ing)? (?:limit|cap)\b|\binactive subscription\b"
    r"|\b(?:account|organi[sz]ation|project|subscription)\b.{0,60}?\b(?:deactivated"
    r"|suspended|disabled|closed|terminated|banned|frozen|expired|deleted|delinquent)\b"
    r"|余额不足|欠费|充值|额度不足|账[户号].{0,10}(?:停|封|冻结|锁|禁)"
    r"|недостаточно средств|пополните",
    re.IGNORECASE | re.DOTALL,
)
"""Messages about such accounts."""

_RATE_WORDS = lazy_pattern(
    r"rate.?limit|per[ _-]?(?:min|second|sec\b|hour|day)|\b[TR]P[MDS]\b"
    r"|too many requests|concurren|overload|(?:try again|retry) (?:in|later|shortly)"
    r"|限流|频率|并发",
    re.IGNORECASE,
)
"""Messages about a rate limit. Some mention billing, to get a higher limit."""


def is_spent(report: Report) -> bool:
    """Whether an account is out of credit or closed, according to an error.

    A code outweighs a message: for an exceeded rate limit, Gemini sends "check your
    plan and billing details" together with a delay.
    """
    if any(_SPENT_CODES.search(code) for code in report.codes):
        return True
    is_a_rate = wait_in(report, 0.0) is not None or _any(_RATE_WORDS, report.texts)
    return not is_a_rate and _any(_SPENT_WORDS, report.texts)


def may_pass(code: str | int | None, kind: str | None = None) -> bool:
    """Whether a failure is transient, by its status or its code.

    Args:
        code: An HTTP status, as a number or a text, or a word.
        kind: The type of the error, used unless the code is a number.
    """
    if isinstance(code, str) and code.isascii() and code.isdigit():
        code = int(code[:4])
    if isinstance(code, int):
        return code in PASSING_STATUSES
    return bool(_PASSING_WORDS.search(f"{code or ''} {kind or ''}"))


def _any(pattern: re.Pattern[str], texts: Iterable[str]) -> bool:
    return any(pattern.search(text[:2000]) for text in texts)
