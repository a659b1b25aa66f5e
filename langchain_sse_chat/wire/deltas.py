"""What a chat-completions answer comes down to, whichever server sent it.

The reader turns every event into a `str` (a plain text delta, by far the most common),
a `Delta`, or nothing; at the end of the answer it gives one `AnswerMessage`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

OutputT = TypeVar("OutputT")


@dataclass(slots=True)
class ToolCallDelta:
    """A piece of a tool call, made so that pieces add up.

    `id` and `name` stand on the first piece of a call and are `None` on all others.
    """

    index: int
    """The call's position in the answer: 0, 1, 2, … in order of appearance."""
    id: str | None
    name: str | None
    arguments: str
    """The next part of the arguments' JSON text."""


@dataclass(slots=True)
class Delta:
    """One event's part of the answer, when it is more than plain text."""

    text: str = ""
    reasoning: str = ""
    refusal: str = ""
    tool_calls: list[ToolCallDelta] = field(default_factory=list)


@dataclass(slots=True)
class WireToolCall:
    """A tool call at the end of the answer."""

    index: int
    id: str
    name: str | None
    arguments: str
    """The arguments as JSON text, as the server sent them, except that control
    characters in strings are escaped. The input of a custom tool is one argument,
    `__arg1`. A call that is neither of a function nor of a custom tool has all that the
    server sent of it here."""
    parsed: dict[str, Any] | None
    """The arguments, or `None` when they are not a whole JSON object or were cut off:
    such a call must not be run."""
    extras: dict[str, Any] = field(default_factory=dict)
    """All else that the server sent on the call, such as Gemini's `extra_content`; what
    stood in its `function` is under that key. A call of a custom tool has its `type`
    here, which is `custom`."""
    flaw: str = ""
    """Why the call must not be run, where the arguments do not show it."""


@dataclass(slots=True)
class AnswerMessage:
    """One choice of an answer, whole or as far as it came."""

    text: str = ""
    reasoning: str = ""
    reasoning_key: str | list[str] | None = None
    """Where the reasoning came from: a key of the message, `"content"` for parts of
    the content, or the two tags that stood around it in the text; `None` when there was
    none."""
    refusal: str = ""
    tool_calls: list[WireToolCall] = field(default_factory=list)
    finish_reason: str | None = None
    """Why the model stopped, corrected by what was seen."""
    native_finish_reason: str | None = None
    """The reason as sent, when the corrected one differs."""
    finish_reason_inferred: bool = False
    """Whether no reason was sent and `finish_reason` is a conclusion."""
    logprobs: dict[str, Any] | None = None
    usage: dict[str, Any] | None = None
    """The last usage object, as sent."""
    earlier_usage: list[dict[str, Any]] = field(default_factory=list)
    """Those of earlier attempts, when the answer came in several."""
    message_fields: dict[str, Any] = field(default_factory=dict)
    """Further fields of the message: annotations, images, audio, …"""
    marks_generated_files: bool = False
    """Whether tags in the text name the files that the server generated."""
    metadata: dict[str, Any] = field(default_factory=dict)
    """Further fields of the chunks and of the choice: `id`, `model`, `created`, …"""
    other_choices: list[AnswerMessage] = field(default_factory=list)
    """The choices after the first, when several were asked for."""


def joined(parts: list[str | Delta | None]) -> str | Delta | None:
    """Return what several choices or chunks bring that came in one event.

    GitHub Copilot sends the text and the tool calls of an answer as two choices with
    one index.
    """
    brought = [part for part in parts if part is not None]
    if len(brought) < 2:  # noqa: PLR2004  nothing to join
        return brought[0] if brought else None
    deltas = [Delta(part) if isinstance(part, str) else part for part in brought]
    return Delta(
        "".join(delta.text for delta in deltas),
        "".join(delta.reasoning for delta in deltas),
        "".join(delta.refusal for delta in deltas),
        [call for delta in deltas for call in delta.tool_calls],
    )


class Assembler(Protocol[OutputT]):
    """Makes what the caller wants out of an answer's parts."""

    def feed(self, delta: str | Delta) -> list[OutputT]:
        """Take a part of the answer."""
        ...

    def close(self, message: AnswerMessage, pending: Delta) -> list[OutputT]:
        """Take the whole answer, and the part that was held back to its end."""
        ...
