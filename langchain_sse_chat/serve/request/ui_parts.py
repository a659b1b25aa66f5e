"""Read files and tool calls in the messages of the AI SDK's `useChat`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import ToolMessage
from langchain_core.messages.content import InvalidToolCall
from langchain_core.messages.tool import ToolCall
from langchain_core.messages.tool import invalid_tool_call as make_invalid_tool_call
from langchain_core.messages.tool import tool_call as make_tool_call

from langchain_sse_chat.serve.request.content_parts import Part, media_url
from langchain_sse_chat.serve.request.json_checks import (
    mapping,
    missing,
    name,
    text,
    wrong_value,
)
from langchain_sse_chat.serve.request.limits import RequestLimits
from langchain_sse_chat.wire.jsontext import dumps
from langchain_sse_chat.workarounds.broken_calls import NOT_AN_OBJECT

_DYNAMIC = "dynamic-tool"
_STATIC = "tool-"

_AUDIO_FORMATS = {"mpeg": "mp3", "x-wav": "wav", "wave": "wav", "vnd.wave": "wav"}
"""OpenAI's names of formats whose media type has another."""

_PENDING = frozenset({"input-streaming", "input-available", "approval-requested"})
"""States of calls without a result: of an answer that was stopped, or before one."""

_DENIED = "The user denied the call."


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A call with its result."""

    call: ToolCall | InvalidToolCall
    result: ToolMessage

    @property
    def is_valid(self) -> bool:
        """Whether the arguments of the call are an object."""
        return self.call["type"] == "tool_call"


def is_tool(kind: str) -> bool:
    """Return whether a part of a type is the call of a tool."""
    return kind == _DYNAMIC or kind.startswith(_STATIC)


def read_file(part: Mapping[str, Any], path: str, limits: RequestLimits) -> Part:
    """Return a file as a content part in OpenAI's form.

    Args:
        part: The part as sent.
        path: Its path, such as `messages[3].parts[1]`.
        limits: The limits of a request.

    Raises:
        RequestRefused: The file has no media type, or its URL is neither `https:` nor
            `data:`.
    """
    media_type = name(part.get("mediaType"), f"{path}.mediaType", limits.name)
    url = media_url(part.get("url"), f"{path}.url")
    kind, _, form = media_type.lower().partition(";")[0].strip().partition("/")
    if kind == "image":
        return {"type": "image_url", "image_url": {"url": url}}
    head, comma, data = url.partition(";base64,")
    if kind == "audio" and comma and head.lower().startswith("data:"):
        audio = {"data": data, "format": _AUDIO_FORMATS.get(form, form)}
        return {"type": "input_audio", "input_audio": audio}
    if kind in ("audio", "video"):
        return {"type": f"{kind}_url", f"{kind}_url": {"url": url}}
    file: dict[str, Any] = {"file_data": url}
    if (filename := part.get("filename")) is not None:
        file["filename"] = name(filename, f"{path}.filename", limits.name)
    return {"type": "file", "file": file}


def read_tool(
    part: Mapping[str, Any], kind: str, path: str, limits: RequestLimits
) -> ToolUse | None:
    """Return the call of a tool with its result; `None` for a call without a result.

    Models refuse a conversation with such a call, which is that of an answer that was
    stopped.

    Args:
        part: The part as sent.
        kind: Its type.
        path: Its path, such as `messages[3].parts[1]`.
        limits: The limits of a request.

    Raises:
        RequestRefused: The call has no ID, no name or no known state.
    """
    call_id = part.get("toolCallId")
    if not call_id:
        raise missing(path, f"`{path}` has no `toolCallId`.")
    text(call_id, f"{path}.toolCallId", limits.name)
    given = part.get("toolName") if kind == _DYNAMIC else kind.removeprefix(_STATIC)
    if not given:
        raise missing(path, f"`{path}` has no name of a tool.")
    tool = text(given, f"{path}.toolName", limits.name)
    result = _result(part, path)
    if result is None:
        return None
    content, failed = result
    message = ToolMessage(
        content=content,
        tool_call_id=call_id,
        name=tool,
        status="error" if failed else "success",
    )
    return ToolUse(_call(part, tool), message)


def _call(part: Mapping[str, Any], tool: str) -> ToolCall | InvalidToolCall:
    call_id = part["toolCallId"]
    given = part.get("input")
    if given is None:
        # `ai` 5 and 6 keep the input of a broken call here.
        given = part.get("rawInput", {})
    if isinstance(given, dict):
        return make_tool_call(name=tool, args=given, id=call_id)
    return make_invalid_tool_call(
        name=tool, args=_as_text(given), id=call_id, error=NOT_AN_OBJECT
    )


def _result(part: Mapping[str, Any], path: str) -> tuple[str, bool] | None:
    """Return the text of a result, and whether it is that of an error."""
    state = part.get("state")
    if state == "output-available":
        # A preliminary output is one of a tool that was still at work.
        done = part.get("preliminary") is not True
        return (_as_text(part.get("output")), False) if done else None
    if state == "output-error":
        return text(part.get("errorText"), f"{path}.errorText"), True
    if state in ("output-denied", "approval-responded"):
        approval = mapping(part.get("approval", {}), f"{path}.approval")
        if state == "approval-responded" and approval.get("approved") is not False:
            return None
        reason = approval.get("reason")
        return (reason if isinstance(reason, str) and reason else _DENIED), True
    if state in _PENDING:
        return None
    place = f"{path}.state"
    raise wrong_value(place, "is not a state of a tool that is known.")


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else dumps(value)
