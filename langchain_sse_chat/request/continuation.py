"""Request the continuation of an answer that has begun."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_sse_chat.dialect import Dialect

_GO_ON = (
    "The connection broke while you were answering; your last message is what arrived. "
    "Go on with it from exactly where it stops, in the same language: no greeting, no "
    "comment, nothing left out. Begin by repeating its last words, which are:\n\n"
)
"""The instruction for a model that cannot be made to continue by the form of a request.
Repeating known words makes it continue in the middle of a line or a word, and shows
where its text belongs."""

_LAST_WORDS = 60
"""Characters of the answer's end that the model should repeat, at most."""


@dataclass(frozen=True, slots=True)
class Continuation:
    """A request for the rest of an answer."""

    body: Mapping[str, Any] = field(repr=False)
    least_overlap: int | None
    """How many characters of the earlier answer must be repeated to count as a
    repetition; `None` if the server repeats nothing."""
    is_prefilled: bool
    """Whether the form of the request requests it, which some servers reject."""


def continued(
    messages: Sequence[Mapping[str, Any]], dialect: Dialect
) -> tuple[Sequence[Mapping[str, Any]], dict[str, Any]]:
    """Return the messages, and the fields that request a continuation of the last.

    An answer with tool calls cannot be continued.
    """
    if not _is_begun(messages):
        return messages, {}
    if dialect.continuation == "prefix":
        return [*messages[:-1], {**messages[-1], "prefix": True}], {}
    if dialect.continuation == "continue_final_message":
        return messages, {
            "continue_final_message": True,
            "add_generation_prompt": False,
        }
    return messages, {}


def continuation_of(
    body: Mapping[str, Any], text: str, dialect: Dialect, *, may_prefill: bool = True
) -> Continuation:
    """Return the request for the rest of an answer; the arguments are not changed.

    Args:
        body: The body of the request for the answer.
        text: The answer so far, not empty.
        dialect: The server's dialect, which says whether it can continue a message.
        may_prefill: Whether to use that. Otherwise, or if the server does not support
            it, another user message asks the model to continue.
    """
    messages: list[Mapping[str, Any]] = list(body["messages"])
    least = len(text) if dialect.repeats_prefix else None
    if _is_begun(messages):
        # The caller began the answer, in a form that the server supports.
        last = {**messages[-1], "content": messages[-1]["content"] + text}
        return Continuation({**body, "messages": [*messages[:-1], last]}, least, False)  # noqa: FBT003
    messages.append({"role": "assistant", "content": text})
    if may_prefill and dialect.continuation != "none":
        prefilled, fields = continued(messages, dialect)
        return Continuation({**fields, **body, "messages": prefilled}, least, True)  # noqa: FBT003
    messages.append({"role": "user", "content": _GO_ON + _last_words(text)})
    return Continuation({**body, "messages": messages}, 1, False)  # noqa: FBT003


def _is_begun(messages: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the last message is the beginning of a text answer."""
    last = messages[-1] if messages else {}
    begun = last.get("role") == "assistant" and isinstance(last.get("content"), str)
    return begun and not last.keys() & {"tool_calls", "function_call"}


def _last_words(text: str) -> str:
    """Return the end of a text, from the start of a word if there are words."""
    end = text[-_LAST_WORDS:]
    if len(end) == len(text):
        return text
    words = end.split(maxsplit=1)
    return words[1] if len(words) > 1 else end
