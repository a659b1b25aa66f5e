"""Convert the messages of a client's request to LangChain's.

`langchain_core.messages.convert_to_messages` is not used: it accepts every type of
message and every key, among them messages that delete others from the state of a graph,
and raises `JSONDecodeError` for broken arguments.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    FunctionMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from langchain_sse_chat.message_keys import REASONING, REASONING_KEY
from langchain_sse_chat.serve.failure.failure import RequestRefused, refused
from langchain_sse_chat.serve.request.content_parts import Part, read_content
from langchain_sse_chat.serve.request.json_checks import (
    listing,
    mapping,
    missing,
    text,
    wrong_value,
)
from langchain_sse_chat.serve.request.limits import RequestLimits
from langchain_sse_chat.serve.request.sent_calls import (
    read_function_call,
    read_tool_calls,
)
from langchain_sse_chat.wire.reasoning import (
    BLOCKS_KEY,
    DETAILS_KEY,
    REASONING_KEYS,
    read_reasoning,
)

_STRUCTURED = (DETAILS_KEY, BLOCKS_KEY)
"""Forms of reasoning that are lists, which their servers require back."""

_PARAM = re.compile(r"messages\[\d+\](?:\.content\[\d+\])?")

_OPAQUE = ("reasoning_opaque", "functions_state_id")
"""Texts that only their server understands: GitHub Copilot's and GigaChat's."""


def read_messages(value: Any, limits: RequestLimits) -> list[BaseMessage]:
    """Return the messages of a request.

    Tool calls whose arguments are not a JSON object become `invalid_tool_calls`, as in
    an answer. Unknown keys are left out.

    Args:
        value: The `messages` as sent.
        limits: The limits of a request.

    Raises:
        RequestRefused: There are no messages, or one of them is not valid. `param` is
            `messages`, its path, such as `messages[3]`, or that of a part of its
            content, such as `messages[3].content[1]`.
    """
    param = "messages"
    if value is None:
        msg = "The request has no `messages`. Send at least one."
        raise missing(param, msg)
    messages = listing(value, param, limits.messages)
    if not messages:
        raise wrong_value(param, "is empty. Send at least one message.")
    return [
        _read_message(message, f"messages[{position}]", limits)
        for position, message in enumerate(messages)
    ]


def _read_message(value: Any, path: str, limits: RequestLimits) -> BaseMessage:
    try:
        return _read_fields(value, path, limits)
    except RequestRefused as refusal:
        # The place inside a message or a part is in the text only.
        failure = refusal.failure
        place = _PARAM.match(failure.param or "")
        param = place[0] if place else path
        raise RequestRefused(replace(failure, param=param)) from None


def _read_fields(value: Any, path: str, limits: RequestLimits) -> BaseMessage:
    sent = mapping(value, path)
    role = sent.get("role")
    reader = _READERS.get(role) if isinstance(role, str) else None
    if reader is None:
        msg = f"`{path}` has no known `role`. Known are: {', '.join(_READERS)}."
        raise refused(msg, path, "invalid_value")
    return reader(sent, path, limits)


def _system(sent: Mapping[str, Any], path: str, limits: RequestLimits) -> BaseMessage:
    role = sent["role"]
    asked = {"__openai_role__": role} if role == "developer" else {}
    return SystemMessage(
        content=_content(sent, path, limits),
        name=_name(sent, path, limits),
        additional_kwargs=asked,
    )


def _user(sent: Mapping[str, Any], path: str, limits: RequestLimits) -> BaseMessage:
    content = _content(sent, path, limits)
    return HumanMessage(content=content, name=_name(sent, path, limits))


def _tool(sent: Mapping[str, Any], path: str, limits: RequestLimits) -> BaseMessage:
    call_id = sent.get("tool_call_id")
    if not call_id:
        msg = f"`{path}` is a tool result without the `tool_call_id` of its call."
        raise missing(path, msg)
    return ToolMessage(
        content=_content(sent, path, limits, null=""),
        tool_call_id=text(call_id, f"{path}.tool_call_id", limits.name),
        name=_name(sent, path, limits),
    )


def _function(sent: Mapping[str, Any], path: str, limits: RequestLimits) -> BaseMessage:
    name = _name(sent, path, limits)
    if not name:
        msg = f"`{path}` is a function's result without the `name` of the function."
        raise missing(path, msg)
    return FunctionMessage(content=_content(sent, path, limits, null=""), name=name)


def _assistant(
    sent: Mapping[str, Any], path: str, limits: RequestLimits
) -> BaseMessage:
    calls = read_tool_calls(sent.get("tool_calls"), path, limits)
    further = {
        **_reasoning(sent, path),
        **read_function_call(sent.get("function_call"), path, limits),
        **_audio(sent, path, limits),
        **calls.further,
    }
    said = _optional(sent, "refusal", path)
    has_more = bool(calls or further or said)
    given = _content(sent, path, limits, null="" if has_more else None)
    content, parts = _without_refusals(given)
    if refusal := said + parts:
        further["refusal"] = refusal
    return AIMessage(
        content=content,
        name=_name(sent, path, limits),
        tool_calls=calls.valid,
        invalid_tool_calls=calls.invalid,
        additional_kwargs=further,
    )


_Reader = Callable[[Mapping[str, Any], str, RequestLimits], BaseMessage]

_READERS: dict[str, _Reader] = {
    "system": _system,
    "developer": _system,
    "user": _user,
    "assistant": _assistant,
    "tool": _tool,
    "function": _function,
}


def _content(
    sent: Mapping[str, Any], path: str, limits: RequestLimits, null: str | None = None
) -> Any:
    """Return the content of a message.

    Args:
        sent: The message.
        path: Its path.
        limits: The limits of a request.
        null: The content of a message without one; `None` if it must have one.
    """
    value = sent.get("content")
    if value is None and null is None:
        raise missing(path, f"`{path}` has no `content`.")
    return null if value is None else read_content(value, sent["role"], path, limits)


def _name(sent: Mapping[str, Any], path: str, limits: RequestLimits) -> str | None:
    value = sent.get("name")
    return None if value is None else text(value, f"{path}.name", limits.name) or None


def _optional(sent: Mapping[str, Any], key: str, path: str) -> str:
    value = sent.get(key)
    return "" if value is None else text(value, f"{path}.{key}")


def _reasoning(sent: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Return the reasoning of an answer, in the form in which it is sent back."""
    for name in (*REASONING_KEYS, *_OPAQUE):
        _optional(sent, name, path)
    found: dict[str, Any] = {}
    said, key = read_reasoning(dict(sent))
    if said:
        found |= {REASONING: said, REASONING_KEY: key}
    for name in _STRUCTURED:
        if isinstance(parts := sent.get(name), list) and parts:
            found[name] = parts
    return found | {name: sent[name] for name in _OPAQUE if sent.get(name)}


def _audio(sent: Mapping[str, Any], path: str, limits: RequestLimits) -> dict[str, Any]:
    """Return the ID of a spoken answer, which stands for its data."""
    if sent.get("audio") is None:
        return {}
    audio = mapping(sent["audio"], f"{path}.audio")
    return {"audio": {"id": text(audio.get("id"), f"{path}.audio.id", limits.name)}}


def _without_refusals(content: str | list[Part]) -> tuple[Any, str]:
    """Return the content of an answer without its refusals, and these as one text."""
    if isinstance(content, str):
        return content, ""
    refusals = [part["refusal"] for part in content if part["type"] == "refusal"]
    rest = [part for part in content if part["type"] != "refusal"]
    return rest or "", "".join(refusals)
