"""Judge how a server calls tools."""

from __future__ import annotations

from langchain_sse_chat.probe.answer import Answer
from langchain_sse_chat.probe.line import (
    Answers,
    Judgment,
    ProbeLine,
    Verdict,
    judged,
    shown,
)
from langchain_sse_chat.probe.questions import AUTO, NAMED, OTHER_TOOL, REQUIRED
from langchain_sse_chat.probe.tool_pieces import Call, calls_of
from langchain_sse_chat.wire.jsontext import loads

_GROUP = "tools"
_TOOLS = frozenset({"get_weather", OTHER_TOOL})
_LONG = 10
"""Characters of arguments that are several tokens."""


def tools_lines(answers: Answers) -> list[ProbeLine]:
    """Return the lines about tools."""
    return [
        judged(answers, AUTO, _GROUP, "tool_choice: auto", _auto, field="tools"),
        judged(
            answers, REQUIRED, _GROUP, "tool_choice: required", _required, is_only=True
        ),
        judged(answers, NAMED, _GROUP, "tool_choice: by name", _named, is_only=True),
        judged(answers, AUTO, _GROUP, "parallel calls", _parallel),
        *_form(answers),
    ]


def _calls(answer: Answer) -> list[Call]:
    return [call for call in calls_of(answer.calls) if call.name in _TOOLS]


def _auto(answer: Answer) -> Judgment:
    calls = _calls(answer)
    if calls:
        return "yes", f"called {_names(calls)}"
    return "not clear", "accepted, but the model called nothing"


def _required(answer: Answer) -> Judgment:
    calls = _calls(answer)
    if calls:
        return "yes", f"called {_names(calls)}, although told not to"
    return _without(answer)


def _named(answer: Answer) -> Judgment:
    calls = _calls(answer)
    if not calls:
        return _without(answer)
    others = [call for call in calls if call.name != OTHER_TOOL]
    return "no" if others else "yes", f"called {_names(calls)}, although told not to"


def _without(answer: Answer) -> Judgment:
    if answer.has_ended:
        return "no", f"no call: {shown(answer.text, 40)!r}"
    return "not clear", "no call before the limit on tokens"


def _parallel(answer: Answer) -> Judgment:
    cities = {city for call in _calls(answer) if (city := _city(call))}
    if len(cities) > 1:
        return "yes", f"{len(cities)} calls in one answer"
    count = "1 call" if cities else "no call"
    return "not clear", f"{count} for two cities"


def _city(call: Call) -> str:
    try:
        arguments = loads(call.arguments)
    except ValueError:
        return ""
    return str(arguments.get("city", "")) if isinstance(arguments, dict) else ""


def _form(answers: Answers) -> list[ProbeLine]:
    """Return the lines about the form of calls, from all answers with some."""
    found = [a for name in (AUTO, REQUIRED, NAMED) if (a := answers.get(name))]
    streams = [a for a in found if a.is_stream and _calls(a)]
    checks = (
        ("arguments in pieces", _in_pieces(streams)),
        ("an index in each piece", _index(streams)),
        ("an ID for each call", _ids([a for a in found if _calls(a)])),
    )
    return [ProbeLine(_GROUP, name, *judgment) for name, judgment in checks]


_NONE: Judgment = ("not clear", "no call was seen")


def _in_pieces(answers: list[Answer]) -> Judgment:
    calls = [call for answer in answers for call in _calls(answer)]
    most = max((call.pieces for call in calls), default=0)
    longest = max((len(call.arguments) for call in calls), default=0)
    if most > 1:
        return "yes", f"up to {most} pieces"
    if most == 1 and longest >= _LONG:
        return "no", f"{longest} characters in one piece"
    return ("not clear", "the arguments were too short") if calls else _NONE


def _index(answers: list[Answer]) -> Judgment:
    pieces = [piece for answer in answers for piece in answer.calls]
    if not pieces:
        return _NONE
    missing = sum(piece.index is None for piece in pieces)
    verdict: Verdict = "no" if missing else "yes"
    return verdict, f"{len(pieces) - missing} of {len(pieces)} pieces"


def _ids(answers: list[Answer]) -> Judgment:
    ids = [[call.id for call in _calls(answer)] for answer in answers]
    if not ids:
        return _NONE
    if not all(map(all, ids)):
        return "no", "a call had none"
    if any(len(set(each)) < len(each) for each in ids):
        return "no", "two calls of an answer had the same"
    return "yes", shown(ids[0][0], 40)


def _names(calls: list[Call]) -> str:
    return ", ".join(call.name for call in calls)
