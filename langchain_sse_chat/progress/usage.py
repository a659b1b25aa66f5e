"""Read from chunks and results whether they say something, and their token counts."""

from __future__ import annotations

from typing import NamedTuple

from langchain_core.messages import BaseMessage
from langchain_core.outputs import LLMResult

from langchain_sse_chat.progress.pieces import says_something


def tokens_of_result(result: LLMResult | None) -> int | None:
    """Return the number of output tokens of a run, `None` if the server sent none.

    Models that return several answers to a prompt repeat the usage of all on each.
    """
    if result is None:
        return None
    found = []
    for generations in result.generations:
        messages = (getattr(each, "message", None) for each in generations)
        counts = (_tokens(message) for message in messages)
        found += [next((count for count in counts if count is not None), None)]
    known = [count for count in found if count is not None]
    if known:
        return sum(known)
    usage = (result.llm_output or {}).get("token_usage")
    count = usage.get("completion_tokens") if isinstance(usage, dict) else None
    return count if isinstance(count, int) else None


class Reading(NamedTuple):
    """The content and the usage of a chunk."""

    says: bool
    """Whether it has content."""
    added: int = 0
    """Output tokens, which are added to those of other chunks."""
    in_all: int | None = None
    """Output tokens of the whole answer so far; `None` if unknown."""


def reading_of(chunk: object) -> Reading:
    """Read a chunk.

    Args:
        chunk: A text, a message or a generation of LangChain, or a chunk of OpenAI's
            SDK, whose usage is that of the whole answer.
    """
    message = getattr(chunk, "message", chunk)
    if isinstance(message, BaseMessage):
        return Reading(says_something(message), _tokens(message) or 0)
    choices = getattr(chunk, "choices", None)
    if choices is None:
        return Reading(bool(chunk))
    deltas = [getattr(choice, "delta", None) for choice in choices]
    says = any(_says(delta) for delta in deltas)
    count = getattr(getattr(chunk, "usage", None), "completion_tokens", None)
    return Reading(says, in_all=count if isinstance(count, int) else None)


def _tokens(message: object) -> int | None:
    usage = getattr(message, "usage_metadata", None)
    return usage.get("output_tokens") if isinstance(usage, dict) else None


def _says(delta: object) -> bool:
    keys = ("content", "tool_calls", "reasoning_content", "reasoning")
    return any(getattr(delta, key, None) for key in keys)
