"""Judge how a server streams: pace, ends, keep-alive comments, the connection."""

from __future__ import annotations

import itertools
from functools import partial

from langchain_sse_chat.catalog.server_model import read_models
from langchain_sse_chat.probe.answer import Answer
from langchain_sse_chat.probe.line import (
    Answers,
    Judgment,
    ProbeLine,
    in_all,
    judged,
    shown,
    what_came,
)
from langchain_sse_chat.probe.questions import MAIN, MODELS
from langchain_sse_chat.wire.jsontext import loads

_GROUP = "streaming"
_WORD = 40
"""Characters that are several tokens."""
_FEW = 8
"""Pieces that tell nothing about the pace."""
_SPREAD = 0.2
"""Seconds between first and last token that a buffer would not leave."""
_WAIT = 0.5
"""Seconds before the first token, from which on a burst is suspicious."""
_BURST = 0.05
"""The part of that wait in which all tokens of a burst arrive."""
_READS = 2
"""Reads in which a burst arrives."""


def streaming_lines(answers: Answers) -> list[ProbeLine]:
    """Return the lines about streaming."""
    main = partial(judged, answers, MAIN, _GROUP)
    ends = partial(in_all, answers=answers.values())
    return [
        _models(answers),
        main("streams", _streams),
        main("tokens arrive one by one", _one_by_one),
        ends(
            main("finish reason", _finish_reason),
            has=lambda answer: answer.finish_reason is not None,
        ),
        ends(main("[DONE] at the end", _done), has=lambda answer: answer.has_done),
        main("keep-alive comments", _comments),
        main("HTTP/1.1 or later", _http_version),
        ProbeLine(_GROUP, "connection reuse", *_reuse(answers)),
    ]


def _models(answers: Answers) -> ProbeLine:
    answer = answers.get(MODELS)
    if answer is None:
        return ProbeLine("models", "lists models", "not clear", "not asked")
    if not answer.seen.has_success:
        verdict: Judgment = ("not clear", what_came(answer))
        if answer.is_refusal:
            verdict = ("no", what_came(answer))
        return ProbeLine("models", "lists models", *verdict)
    try:
        models = read_models(loads(answer.seen.body.decode("utf-8", "replace")))
    except ValueError:
        models = None
    if models is None:
        return ProbeLine("models", "lists models", "no", "not a list of models")
    if not models:
        return ProbeLine("models", "lists models", "not clear", "an empty list")
    names = ", ".join(model.id for model in models[:3])
    return ProbeLine("models", "lists models", "yes", f"{len(models)}: {shown(names)}")


def _streams(answer: Answer) -> Judgment:
    kind = answer.seen.headers.get("content-type", "no content type")
    if not answer.is_stream:
        return "no", f"one JSON body ({shown(kind)})"
    count = len(answer.times)
    if count > 1:
        return "yes", f"{count} pieces in {len(answer.chunks)} events ({shown(kind)})"
    if len(answer.text) > _WORD:
        return "no", f"an event stream with all {len(answer.text)} characters in one"
    return "not clear", f"an event stream with {count} pieces"


def _one_by_one(answer: Answer) -> Judgment:
    times = answer.times
    count = len(times)
    if not answer.is_stream or count < _FEW:
        return "not clear", f"{count} pieces are too few"
    span = times[-1] - times[0]
    reads = len(set(times))
    where = f"{count} pieces in {reads} reads over {span:.2f} s"
    after = f"{where}, the first after {times[0]:.2f} s"
    if reads <= _READS:
        if times[0] >= _WAIT and span <= _BURST * times[0]:
            return "no", f"{after}: something on the way collects them"
        return "not clear", after
    if span >= _SPREAD and reads >= count // 2 and _largest_gap(times) < span / 2:
        return "yes", after
    return "not clear", after


def _largest_gap(times: list[float]) -> float:
    return max(after - before for before, after in itertools.pairwise(times))


def _finish_reason(answer: Answer) -> Judgment:
    if answer.finish_reason is not None:
        return "yes", shown(answer.finish_reason)
    if answer.seen.was_cut:
        return "not clear", "the probe stopped reading, because the answer was too long"
    return "no", "the answer ended without one"


def _done(answer: Answer) -> Judgment:
    if answer.has_done:
        return "yes", "the last event"
    if not answer.is_stream or answer.seen.was_cut:
        return "not clear", "the end of a stream was not seen"
    return "no", "the stream ended without it"


def _comments(answer: Answer) -> Judgment:
    if answer.comments:
        return "yes", f"{answer.comments} lines that begin with a colon"
    return "not clear", "none came; the answer was perhaps too quick for them"


def _http_version(answer: Answer) -> Judgment:
    version = answer.seen.http_version
    if not version:
        return "not clear", "the version is not known"
    return "no" if version == "HTTP/1.0" else "yes", version


def _reuse(answers: Answers) -> Judgment:
    seen = [answer.seen for answer in answers.values()]
    known = [each.connection for each in seen if each.connection]
    count = len(set(known))
    if count < len(known):
        return "yes", f"{len(known)} responses on {_plural(count, 'connection')}"
    for each in seen:
        header = each.headers.get("connection", "")
        if each.has_success and "close" in header.lower():
            return "no", f"connection: {shown(header)}"
    return "not clear", f"{len(known)} known connections, each with one response"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
