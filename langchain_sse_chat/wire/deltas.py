"""Define the parts of a chat-completions answer, the same for every server.

The reader turns every event into a `str` (a plain text delta, by far the most common),
a `Delta`, or nothing; at the end of the answer it returns one `AnswerMessage`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

from langchain_sse_chat.wire.merged_fields import merge_objects

OutputT = TypeVar("OutputT")

TextKind = Literal["text", "reasoning", "arguments"]
"""The kind of a text; arguments are those of a piece of a tool call."""


@dataclass(slots=True)
class ToolCallDelta:
    """A piece of a tool call; the pieces of a call add up to it.

    Only the first piece of a call has `id` and `name`; they are `None` on the others.
    """

    index: int
    """The call's position in the answer: 0, 1, 2, … in order of appearance."""
    id: str | None
    name: str | None
    arguments: str
    """The next part of the arguments' JSON text."""


@dataclass(slots=True)
class Delta:
    """The content of one event, when it is more than plain text."""

    text: str = ""
    reasoning: str = ""
    refusal: str = ""
    tool_calls: list[ToolCallDelta] = field(default_factory=list)
    logprobs: dict[str, Any] | None = None
    """The log probabilities of the text, if they were requested."""


@dataclass(slots=True)
class WireToolCall:
    """A tool call at the end of the answer."""

    index: int
    id: str
    name: str | None
    arguments: str
    """The arguments as JSON text, as the server sent them, except that control
    characters in strings are escaped. The input of a custom tool is one argument,
    `__arg1`. For a call that is neither of a function nor of a custom tool, this is
    everything that the server sent."""
    parsed: dict[str, Any] | None
    """The arguments, or `None` when they are truncated or not a JSON object: such a
    call must not be run."""
    extras: dict[str, Any] = field(default_factory=dict)
    """All other fields of the call, such as Gemini's `extra_content`; other fields of
    its `function` are under that key. A call of a custom tool has `type` here, which is
    `custom`."""
    flaw: str = ""
    """Why the call must not be run, when the arguments alone do not show it."""


@dataclass(slots=True)
class AnswerMessage:
    """One choice of an answer, complete or so far."""

    text: str = ""
    reasoning: str = ""
    reasoning_key: str | list[str] | None = None
    """The source of the reasoning: a key of the message, `"content"` for parts of the
    content, or the two tags around it in the text; `None` without reasoning."""
    refusal: str = ""
    tool_calls: list[WireToolCall] = field(default_factory=list)
    finish_reason: str | None = None
    """Why the model stopped, corrected by what was received."""
    native_finish_reason: str | None = None
    """The reason as sent, when the corrected one differs."""
    finish_reason_inferred: bool = False
    """Whether no reason was sent, so that `finish_reason` is inferred."""
    logprobs: dict[str, Any] | None = None
    usage: dict[str, Any] | None = None
    """The last usage object, as sent."""
    earlier_usage: list[dict[str, Any]] = field(default_factory=list)
    """The usage objects of earlier attempts, for a resumed answer."""
    message_fields: dict[str, Any] = field(default_factory=dict)
    """Other fields of the message: annotations, images, audio, …"""
    marks_generated_files: bool = False
    """Whether tags in the text name the files that the server generated."""
    metadata: dict[str, Any] = field(default_factory=dict)
    """Other fields of the chunks and of the choice: `id`, `model`, `created`, …"""
    other_choices: list[AnswerMessage] = field(default_factory=list)
    """The choices after the first, when several were requested."""


def joined(parts: list[str | Delta | None]) -> str | Delta | None:
    """Join the contents of several choices or chunks of one event.

    GitHub Copilot sends the text and the tool calls of an answer as two choices with
    the same index.
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
        merge_objects([d.logprobs for d in deltas if d.logprobs]) or None,
    )


class Assembler(Protocol[OutputT]):
    """Makes what the caller wants out of an answer's parts."""

    def feed(self, delta: str | Delta) -> list[OutputT]:
        """Take a part of the answer."""
        ...

    def close(self, message: AnswerMessage, pending: Delta) -> list[OutputT]:
        """Take the whole answer, and the part that was held back to its end."""
        ...
