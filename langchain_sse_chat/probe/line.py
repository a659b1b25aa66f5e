"""The lines of a report, and how each is judged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from langchain_sse_chat.probe.answer import Answer

Verdict = Literal["yes", "no", "not clear"]
"""The finding. `yes` and `no` need evidence; everything else is not clear."""

Judgment = tuple[Verdict, str]

Answers = Mapping[str, Answer]
"""The answers by the names of their questions."""

NOT_ASKED = "not asked: the limit was reached"
"""The evidence of a line whose question was left out."""
_SHOWN = 120
_LIMITS = ("max_tokens", "max_completion_tokens")
"""Fields that all questions have: a refusal that names one is about its value."""


@dataclass(frozen=True, slots=True)
class ProbeLine:
    """One fact about a server."""

    group: str
    """The subject, such as `tools`."""
    name: str
    """The fact, such as `tool_choice: required`."""
    verdict: Verdict
    evidence: str
    """The observation behind the verdict, in a few words."""


def judged(
    answers: Answers,
    asked: str,
    group: str,
    name: str,
    judge: Callable[[Answer], Judgment],
    *,
    field: str = "",
    is_only: bool = False,
) -> ProbeLine:
    """Return the line of one fact.

    Args:
        answers: The answers of the server.
        asked: The name of the question.
        group: The group of the line.
        name: Its name.
        judge: Judges an answer of the model.
        field: The field that the fact is about; a refusal that names it is a no.
        is_only: Whether that field is all that sets the question apart from one that
            the server answered, so that any refusal is a no.
    """
    answer = answers.get(asked)
    if answer is None:
        return ProbeLine(group, name, "not clear", NOT_ASKED)
    words = answer.seen.ask.refused.get(field)
    if words is not None:
        return ProbeLine(group, name, "no", f"refused: {shown(words)}")
    if answer.is_chat:
        verdict, evidence = judge(answer)
        return ProbeLine(group, name, verdict, evidence)
    is_other = any(names(answer.error, limit) for limit in _LIMITS)
    if answer.is_refusal and (names(answer.error, field) or (is_only and not is_other)):
        return ProbeLine(
            group, name, "no", f"status {answer.seen.status}: {shown(answer.error)}"
        )
    return ProbeLine(group, name, "not clear", what_came(answer))


def in_all(
    line: ProbeLine, answers: Iterable[Answer], has: Callable[[Answer], bool]
) -> ProbeLine:
    """Return a line about streams, which is not clear if only some of them have it.

    Args:
        line: The line by one answer.
        answers: The answers that should have it too; those that are not whole streams
            do not count.
        has: Whether a stream has it.
    """
    found = [
        has(answer)
        for answer in answers
        if answer.is_chat and answer.is_stream and not answer.seen.was_cut
    ]
    if line.verdict == "not clear" or len(set(found)) < len((True, False)):
        return line
    evidence = f"{sum(found)} of {len(found)} streams"
    return replace(line, verdict="not clear", evidence=evidence)


def names(words: str, field: str) -> bool:
    """Return whether the words of a server name a field.

    A name of one letter, such as `n`, must be in quotes or after a dot.
    """
    if len(field) == 1:
        return re.search(rf"['\"`.]{field}(?!\w)", words) is not None
    return bool(field) and re.search(rf"(?<!\w){field}(?!\w)", words) is not None


def what_came(answer: Answer) -> str:
    """Describe the response that came instead of the answer of a model."""
    status = answer.seen.status
    where = "no response" if status is None else f"status {status}"
    return f"{where}: {shown(answer.error or 'no answer of a model')}"


def shown(text: str, size: int = _SHOWN) -> str:
    """Return a text of a server in one line, cut if it is long."""
    line = "".join(each if each.isprintable() else " " for each in text)
    line = " ".join(line.split())
    # With the space, a secret that is cut here is still recognized.
    return line if len(line) <= size else f"{line[: size - 2]} …"
