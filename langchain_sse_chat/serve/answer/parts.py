"""Define the parts of an answer that is served, the same for every wire.

A text is a plain `str`, by far the most common part; reasoning, refusals and tool calls
are a `Delta`, as on the reading side. An answer ends with one `Finish`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from langchain_sse_chat.wire.deltas import Delta, ToolCallDelta

__all__ = ["Delta", "Finish", "NextMessage", "Note", "Part", "ToolCallDelta", "ToolRun"]


@dataclass(slots=True)
class ToolRun:
    """A tool that an agent runs by itself: the client must not run it.

    There are two for each run, one before it and one after it, with the same `id`.
    """

    id: str
    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    output: str | None = None
    """The tool's output as text, `None` before the run has ended."""
    failed: bool = False
    """Whether the output is the text of an error."""


@dataclass(slots=True)
class NextMessage:
    """Another message begins.

    An agent's answer may have several. Their texts are separated by an empty line.
    """


@dataclass(slots=True)
class Note:
    """A message of a graph about its progress, which is not a part of the answer."""

    data: Any
    """A JSON value."""


@dataclass(slots=True)
class Finish:
    """The end of a complete answer."""

    reason: str = "stop"
    """OpenAI's finish reason: `stop`, `length`, `tool_calls`, `content_filter`; or a
    reason of a model's own whose meaning is not known."""
    native_reason: str | None = None
    """The model's own word for the reason, if it differs."""
    usage: dict[str, Any] | None = None
    """The token counts in OpenAI's form, `None` if the model gave none."""
    logprobs: Any = None
    """The log probabilities of all tokens, in OpenAI's form."""
    call_entries: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Other fields of tool calls by index; all fields of a call without pieces."""
    fields: dict[str, Any] = field(default_factory=dict)
    """Other fields of the message: `annotations`, `images`, `audio`, …"""
    metadata: dict[str, Any] = field(default_factory=dict)
    """Other fields next to the choices: `system_fingerprint`, `provider`, …"""
    other_choices: list[dict[str, Any]] = field(default_factory=list)
    """The choices after the first, in the form of a whole completion."""
    model: str | None = None
    """The name of the model that answered, if the answer has it."""


Part = str | Delta | ToolRun | Note | NextMessage
"""A piece of an answer, in the order in which it is served."""
