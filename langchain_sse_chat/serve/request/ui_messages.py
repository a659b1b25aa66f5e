"""Convert the messages of the AI SDK's `useChat` to LangChain's.

https://ai-sdk.dev/docs/reference/ai-sdk-core/ui-message
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
)

from langchain_sse_chat.message_keys import REASONING
from langchain_sse_chat.serve.failure.failure import refused
from langchain_sse_chat.serve.request.content_parts import Part
from langchain_sse_chat.serve.request.json_checks import (
    listing,
    mapping,
    missing,
    text,
    wrong_value,
)
from langchain_sse_chat.serve.request.limits import RequestLimits
from langchain_sse_chat.serve.request.model_messages import with_parts
from langchain_sse_chat.serve.request.ui_parts import (
    ToolUse,
    is_tool,
    read_file,
    read_tool,
)

_DEFAULT_LIMITS = RequestLimits()

_STEP = "step-start"
_SHOWN = frozenset({_STEP, "source-url", "source-document", "custom", "reasoning-file"})
_DATA = "data-"
"""Types of parts that are for the page alone."""


def read_ui_messages(
    value: Any, limits: RequestLimits = _DEFAULT_LIMITS, *, system: bool = False
) -> list[BaseMessage]:
    """Return LangChain's messages for those of `useChat` of the AI SDK 5, 6 or 7.

    Each step of an answer is a message, followed by the results of its tools. Calls
    without a result are left out, and so are sources, files of answers and data parts.

    Args:
        value: The `messages` as sent. Model messages of the AI SDK, with `content`
            instead of `parts`, are read too.
        limits: The limits of a request.
        system: Whether system messages are passed on. Otherwise they are left out: they
            come from the browser, where any user can change them.

    Raises:
        RequestRefused: There is no message, or one of them is not valid; the text of
            the failure names it.
    """
    param = "messages"
    if value is None:
        raise missing(param, "The request has no `messages`. Send at least one.")
    read: list[BaseMessage] = []
    messages = with_parts(listing(value, param, limits.messages), param, limits)
    for position, message in enumerate(messages):
        read += _read_message(message, f"{param}[{position}]", limits, system=system)
    if not read:
        msg = "`messages` has no message that a model can answer. Send at least one."
        raise missing(param, msg)
    return read


def _read_message(
    value: Any, path: str, limits: RequestLimits, *, system: bool
) -> list[BaseMessage]:
    sent = mapping(value, path)
    role = sent.get("role")
    if role not in ("system", "user", "assistant"):
        raise wrong_value(path, "has no `role` of `system`, `user` or `assistant`.")
    if sent.get("parts") is None:
        msg = f"`{path}` has no `parts`. Send the messages of the AI SDK."
        raise missing(path, msg)
    parts = listing(sent["parts"], f"{path}.parts", limits.parts)
    checked = [
        (f"{path}.parts[{position}]", mapping(part, f"{path}.parts[{position}]"))
        for position, part in enumerate(parts)
    ]
    if role == "assistant":
        return _answer(checked, limits)
    content = _content(checked, role, limits)
    if role == "user":
        if not content:
            raise missing(path, f"`{path}` has neither text nor a file.")
        return [HumanMessage(content=_as_content(content))]
    words = "".join(part["text"] for part in content)
    return [SystemMessage(content=words)] if system and words else []


def _content(
    parts: list[tuple[str, dict[str, Any]]], role: str, limits: RequestLimits
) -> list[Part]:
    """Return the content of a message that is not an answer."""
    content: list[Part] = []
    for path, part in parts:
        kind = part.get("type")
        if kind == "text":
            if words := text(part.get("text"), f"{path}.text"):
                content.append({"type": "text", "text": words})
        elif kind == "file" and role == "user":
            content.append(read_file(part, path, limits))
        else:
            _check_shown(kind, path)
    return content


def _as_content(parts: list[Part]) -> Any:
    """Return one text as a string, which every model takes."""
    is_text = len(parts) == 1 and parts[0]["type"] == "text"
    return parts[0]["text"] if is_text else parts


def _answer(
    parts: list[tuple[str, dict[str, Any]]], limits: RequestLimits
) -> list[BaseMessage]:
    messages: list[BaseMessage] = []
    step = _Step()
    for path, part in parts:
        kind = part.get("type")
        if kind == _STEP or (kind == "text" and step.uses):
            # Text after the results of tools is of another message.
            messages += step.messages()
            step = _Step()
        if kind in ("text", "reasoning"):
            step.texts[kind] += text(part.get("text"), f"{path}.text")
        elif isinstance(kind, str) and is_tool(kind):
            if (use := read_tool(part, kind, path, limits)) is not None:
                step.uses.append(use)
        elif kind != "file":
            _check_shown(kind, path)
    return [*messages, *step.messages()]


class _Step:
    """A message of a model with the results of the tools that it called."""

    def __init__(self) -> None:
        self.texts = {"text": "", "reasoning": ""}
        self.uses: list[ToolUse] = []

    def messages(self) -> list[BaseMessage]:
        """Return the messages; none for an answer that was stopped before its text."""
        if not (self.texts["text"] or self.uses):
            return []
        thought = self.texts["reasoning"]
        answer = AIMessage(
            content=self.texts["text"],
            tool_calls=[use.call for use in self.uses if use.is_valid],
            invalid_tool_calls=[use.call for use in self.uses if not use.is_valid],
            additional_kwargs={REASONING: thought} if thought else {},
        )
        return [answer, *(use.result for use in self.uses)]


def _check_shown(kind: Any, path: str) -> None:
    """Refuse a part that might be content: without it the answer would be wrong."""
    if not (isinstance(kind, str) and (kind in _SHOWN or kind.startswith(_DATA))):
        msg = f"`{path}` has a `type` that is not known in such a message."
        raise refused(msg, path, "invalid_value")


def last_answer_id(messages: Any) -> str | None:
    """Return the ID of the last message if it is an answer, which goes on then."""
    last = messages[-1] if isinstance(messages, list) and messages else None
    if not (isinstance(last, Mapping) and last.get("role") == "assistant"):
        return None
    found = last.get("id")
    return found if isinstance(found, str) and found else None


def before_answer(messages: Any, message_id: Any) -> Any:
    """Return the messages before an answer that should be given again.

    `useChat` leaves it out by itself; what prepares its requests may not.
    """
    if not isinstance(messages, list):
        return messages
    for position, message in enumerate(messages):
        is_it = isinstance(message, Mapping) and message.get("id") == message_id
        if is_it and message.get("role") == "assistant":
            return messages[:position]
    return messages
