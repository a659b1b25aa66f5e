"""Judge the token counts of a server, and its limits on tokens."""

from __future__ import annotations

from functools import partial

from langchain_sse_chat.probe.answer import Answer
from langchain_sse_chat.probe.line import (
    Answers,
    Judgment,
    ProbeLine,
    Verdict,
    in_all,
    judged,
)
from langchain_sse_chat.probe.questions import MAIN, MAIN_LIMIT, SHORT_LIMIT, UNASKED

_GROUP = "tokens"


def usage_lines(answers: Answers) -> list[ProbeLine]:
    """Return the lines about token counts and limits."""
    main = partial(judged, answers, MAIN, _GROUP)
    unasked = partial(judged, answers, UNASKED, _GROUP)
    return [
        main("usage when asked for", _usage, field="stream_options"),
        in_all(
            unasked("usage unasked", _usage),
            (a for name, a in answers.items() if name != MAIN),
            lambda answer: answer.usage is not None,
        ),
        main("max_tokens", partial(_limit, MAIN_LIMIT), field="max_tokens"),
        unasked(
            "max_completion_tokens",
            partial(_limit, SHORT_LIMIT),
            field="max_completion_tokens",
        ),
    ]


def _usage(answer: Answer) -> Judgment:
    if not answer.is_stream:
        return "not clear", "the answer was not a stream"
    read, written = (
        answer.tokens(name) for name in ("prompt_tokens", "completion_tokens")
    )
    if read is not None and written is not None:
        # Some servers send zeros instead of counts.
        verdict: Verdict = "yes" if read and written else "not clear"
        return verdict, f"{read} tokens in, {written} out"
    if answer.usage is not None:
        return "not clear", "a usage without the usual counts"
    if answer.seen.was_cut:
        return "not clear", "the end of the stream was not seen"
    return "no", "the stream had none"


def _limit(limit: int, answer: Answer) -> Judgment:
    """Judge whether exactly this limit ended an answer.

    A server that ignores it has perhaps a limit of its own.
    """
    counted = answer.tokens("completion_tokens")
    written = len(answer.times) if counted is None else counted
    unit = "pieces" if counted is None else "tokens"
    evidence = f"{written} {unit} at a limit of {limit}, {answer.finish_reason!r}"
    if answer.finish_reason == "length" and limit - 1 <= written <= limit:
        return "yes", evidence
    if written > 2 * limit:
        return "no", evidence
    return "not clear", evidence
