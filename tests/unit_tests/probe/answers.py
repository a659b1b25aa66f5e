"""Answers of servers, made by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from langchain_sse_chat.probe.answer import Answer, read_answer
from langchain_sse_chat.probe.ask import Ask
from langchain_sse_chat.probe.line import Answers, ProbeLine
from langchain_sse_chat.probe.questions import questions
from langchain_sse_chat.probe.seen import Seen

STREAM = {"content-type": "text/event-stream"}
JSON = {"content-type": "application/json"}


def ask(name: str) -> Ask:
    """Return the question of a name."""
    [found] = [each for each in questions("m") if each.name == name]
    return found


def chunk(index: int = 0, finish: str | None = None, **delta: Any) -> dict[str, Any]:
    """Return a chunk with a delta."""
    choice = {"index": index, "delta": delta, "finish_reason": finish}
    return {"choices": [choice]}


def texts(*tokens: str, finish: str | None = "stop") -> list[dict[str, Any]]:
    """Return the chunks of a text."""
    chunks = [chunk(content=token) for token in tokens]
    return [*chunks, chunk(finish=finish)] if finish else chunks


def calls(*entries: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the chunks with entries of tool calls."""
    chunks = [chunk(tool_calls=[entry]) for entry in entries]
    return [*chunks, chunk(finish="tool_calls")]


def events(chunks: Iterable[Any], *, done: bool = True) -> list[bytes]:
    """Return the events of a stream."""
    found = [f"data: {json.dumps(each)}\n\n".encode() for each in chunks]
    return [*found, b"data: [DONE]\n\n"] if done else found


def streamed(
    name: str,
    chunks: Iterable[Any],
    *,
    done: bool = True,
    times: Sequence[float] = (),
    asked: Ask | None = None,
    before: bytes = b"",
    **seen: Any,
) -> Answer:
    """Return the answer to a question that came as a stream, an event in each read."""
    parts = [each for each in (before, *events(chunks, done=done)) if each]
    at = [*times, *([0.0] * len(parts))]
    pieces = tuple(zip(at[: len(parts)], parts, strict=True))
    given = {"status": 200, "headers": STREAM, "pieces": pieces, **seen}
    return read_answer(Seen(asked or ask(name), **given))


def whole(
    name: str,
    body: Any,
    status: int | None = 200,
    *,
    asked: Ask | None = None,
    **seen: Any,
) -> Answer:
    """Return the answer to a question that came as one JSON body."""
    pieces = ((0.5, json.dumps(body).encode()),)
    given = {"headers": JSON, "pieces": pieces, **seen}
    return read_answer(Seen(asked or ask(name), status, **given))


def refused(name: str, words: str, status: int = 400, **rest: Any) -> Answer:
    """Return a refusal."""
    return whole(name, {"error": {"message": words}}, status, **rest)


def found(
    check: Callable[[Answers], list[ProbeLine]], name: str, *answers: Answer
) -> ProbeLine:
    """Return the line of a name that a check makes of answers."""
    given = {answer.seen.ask.name: answer for answer in answers}
    [line] = [line for line in check(given) if line.name == name]
    return line


def verdict(
    check: Callable[[Answers], list[ProbeLine]], name: str, *answers: Answer
) -> str:
    """Return the verdict of that line."""
    return found(check, name, *answers).verdict
