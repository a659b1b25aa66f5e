"""Read the answer of a server as it was sent, without repairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from langchain_sse_chat.errors import EventTooLargeError
from langchain_sse_chat.probe.seen import Seen
from langchain_sse_chat.probe.tool_pieces import ToolPiece, tool_pieces
from langchain_sse_chat.sse import SSEDecoder
from langchain_sse_chat.wire.error_details import read_details
from langchain_sse_chat.wire.jsontext import loads
from langchain_sse_chat.wire.reasoning import read_reasoning
from langchain_sse_chat.wire.stream_errors import error_in

_DONE = "[DONE]"
_REFUSALS = frozenset({400, 404, 405, 415, 422, 501})
"""Statuses that may say that a server does not know a field."""


@dataclass(slots=True)
class Answer:
    """The parts of an answer. Times are in seconds since the request."""

    seen: Seen
    chunks: list[tuple[float, Mapping[str, Any]]] = field(default_factory=list)
    """The JSON objects, one for each event or one for the body."""
    is_stream: bool = False
    """Whether it came as an event stream."""
    has_done: bool = False
    comments: int = 0
    """Comment lines in the stream, which keep a connection open."""
    texts: list[tuple[float, str]] = field(default_factory=list)
    """The text of the first choice, as it came."""
    times: list[float] = field(default_factory=list)
    """When each piece of text or reasoning came."""
    reasoning: dict[str, str] = field(default_factory=dict)
    """Reasoning by the key under which it came."""
    calls: list[ToolPiece] = field(default_factory=list)
    finish_reason: str | None = None
    choices: set[int] = field(default_factory=set)
    """The indexes of the choices."""
    written: set[int] = field(default_factory=set)
    """The indexes of the choices with text."""
    finished: set[int] = field(default_factory=set)
    """The indexes of the choices with a finish reason."""
    usage: Mapping[str, Any] | None = None
    has_logprobs: bool = False
    error: str = ""
    """The server's words about an error, or why the exchange failed."""

    @property
    def text(self) -> str:
        """The text of the first choice."""
        return "".join(text for _, text in self.texts)

    @property
    def has_success(self) -> bool:
        """Whether the server answered: neither a status nor an event is an error."""
        return self.seen.has_success and not self.error

    @property
    def is_chat(self) -> bool:
        """Whether it is the answer of a model."""
        return self.has_success and bool(self.choices)

    @property
    def is_refusal(self) -> bool:
        """Whether the server said that it does not accept the request."""
        return self.seen.status in _REFUSALS

    @property
    def has_ended(self) -> bool:
        """Whether the model ended by itself, not at the limit on tokens."""
        reasons = {None, "length"}
        return self.finish_reason not in reasons and not self.seen.was_cut

    def tokens(self, name: str) -> int | None:
        """Return a count of the usage, such as `total_tokens`; `None` without one."""
        value = (self.usage or {}).get(name)
        return value if type(value) is int else None


def read_answer(seen: Seen) -> Answer:
    """Return the answer in a response."""
    answer = Answer(seen, error=seen.error)
    kind = seen.headers.get("content-type", "")
    start = seen.body.lstrip()[:6]
    if kind.startswith("text/event-stream") or start.startswith((b"data:", b"event:")):
        answer.is_stream = True
        _read_stream(answer)
    else:
        _read_body(answer)
    return answer


def _read_stream(answer: Answer) -> None:
    decoder = SSEDecoder()
    for at, data in answer.seen.pieces:
        try:
            events = decoder.feed(data)
        except EventTooLargeError as error:
            answer.error = str(error)
            return
        for event in events:
            if event.data.strip() == _DONE:
                answer.has_done = True
            else:
                _read_chunk(answer, at, _object(event.data), event.event)
    answer.comments = sum(
        line.startswith(b":") for line in answer.seen.body.splitlines()
    )


def _read_body(answer: Answer) -> None:
    body = _object(answer.seen.body.decode("utf-8", "replace"))
    at = answer.seen.pieces[-1][0] if answer.seen.pieces else 0.0
    _read_chunk(answer, at, body, "message")
    details = read_details(body)
    if not answer.seen.has_success and details is not None:
        answer.error = details.message


def _object(text: str) -> Any:
    try:
        return loads(text)
    except ValueError:
        return None


def _read_chunk(answer: Answer, at: float, chunk: Any, event: str) -> None:
    if not isinstance(chunk, dict):
        return
    answer.chunks.append((at, chunk))
    error = error_in(chunk, event)
    if error is not None:
        details = read_details(chunk)
        answer.error = details.message if details else str(error)
    usage = chunk.get("usage")
    if isinstance(usage, dict) and usage:
        answer.usage = usage
    for index, choice in _choices(chunk):
        answer.choices.add(index)
        if _text_of(choice):
            answer.written.add(index)
        if _reason_of(choice):
            answer.finished.add(index)
        answer.has_logprobs |= _has_logprobs(choice.get("logprobs"))
        if index == 0:
            _read_choice(answer, at, choice)


def _choices(chunk: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    choices = chunk.get("choices")
    for place, choice in enumerate(choices if isinstance(choices, list) else ()):
        if isinstance(choice, dict):
            index = choice.get("index")
            yield index if type(index) is int else place, choice


def _read_choice(answer: Answer, at: float, choice: Mapping[str, Any]) -> None:
    delta = _delta(choice)
    text = _text_of(choice)
    if text:
        answer.texts.append((at, text))
    reasoning, key = read_reasoning(delta)
    if key is not None:
        answer.reasoning[key] = answer.reasoning.get(key, "") + reasoning
    if reasoning or text:
        answer.times.append(at)
    answer.calls += tool_pieces(delta)
    answer.finish_reason = _reason_of(choice) or answer.finish_reason


def _delta(choice: Mapping[str, Any]) -> dict[str, Any]:
    delta = choice.get("delta") or choice.get("message")
    return delta if isinstance(delta, dict) else {}


def _text_of(choice: Mapping[str, Any]) -> str:
    text = _delta(choice).get("content")
    return text if isinstance(text, str) else ""


def _reason_of(choice: Mapping[str, Any]) -> str:
    reason = choice.get("finish_reason")
    return reason if isinstance(reason, str) else ""


def _has_logprobs(value: Any) -> bool:
    entries = value.get("content") if isinstance(value, dict) else None
    first = entries[0] if isinstance(entries, list) and entries else None
    return isinstance(first, dict) and type(first.get("logprob")) in {int, float}
