"""Turn model messages of the AI SDK into messages of `useChat`.

They have `content` instead of `parts`, and results of tools are messages of their own.
`useDataStreamRuntime` of assistant-ui sends them.
https://ai-sdk.dev/docs/reference/ai-sdk-core/model-message
"""

from __future__ import annotations

from typing import Any

from langchain_sse_chat.serve.failure.failure import refused
from langchain_sse_chat.serve.request.json_checks import listing, mapping
from langchain_sse_chat.serve.request.limits import RequestLimits
from langchain_sse_chat.wire.jsontext import dumps


def with_parts(messages: list[Any], path: str, limits: RequestLimits) -> list[Any]:
    """Return the messages with `parts`; those that have them are not changed.

    Each keeps its position: a message with results, which become those of the calls
    before it, is an answer without parts then.

    Args:
        messages: The messages as sent.
        path: The name of the list, for errors.
        limits: The limits of a request.

    Raises:
        RequestRefused: A result is not an object, or belongs to no call before it.
    """
    calls: dict[str, dict[str, Any]] = {}
    found = []
    for position, message in enumerate(messages):
        if not _has_content(message):
            found.append(message)
            continue
        content, place = message["content"], f"{path}[{position}].content"
        if message.get("role") == "tool":
            for number, result in enumerate(listing(content, place, limits.parts)):
                _add_result(result, f"{place}[{number}]", calls)
            found.append({"role": "assistant", "parts": []})
            continue
        if isinstance(content, str):
            content = [{"type": "text", "text": content}]
        parts = [_part(part) for part in listing(content, place, limits.parts)]
        calls |= {part["toolCallId"]: part for part in parts if _is_call(part)}
        found.append({**message, "parts": parts})
    return found


def _has_content(message: Any) -> bool:
    return (
        isinstance(message, dict)
        and message.get("parts") is None
        and message.get("content") is not None
    )


def _part(value: Any) -> Any:
    """Return a part of a message of `useChat`; an unknown one is returned as it is."""
    kind = value.get("type") if isinstance(value, dict) else None
    if kind == "file":
        return {**value, "url": _url(value.get("data"), value.get("mediaType"))}
    if kind == "tool-call":
        return {**value, "type": "dynamic-tool", "state": "input-available"}
    return value


def _url(data: Any, media_type: Any) -> Any:
    """Return the URL of a file, which may be Base64 without the beginning of one."""
    is_base64 = isinstance(data, str) and ":" not in data
    return f"data:{media_type};base64,{data}" if is_base64 else data


def _is_call(part: Any) -> bool:
    return (
        isinstance(part, dict)
        and part.get("type") == "dynamic-tool"
        and isinstance(part.get("toolCallId"), str)
    )


def _add_result(value: Any, path: str, calls: dict[str, dict[str, Any]]) -> None:
    """Make a result that of its call."""
    result = mapping(value, path)
    call_id = result.get("toolCallId")
    call = calls.get(call_id) if isinstance(call_id, str) else None
    if call is None:
        msg = f"`{path}` is the result of a call that is not in the messages before it."
        raise refused(msg, path, "invalid_value")
    output = mapping(result.get("output"), f"{path}.output")
    kind, content = output.get("type"), output.get("value")
    if kind == "execution-denied":
        approval = {"approved": False, "reason": output.get("reason")}
        call |= {"state": "output-denied", "approval": approval}
    elif kind in ("error-text", "error-json"):
        words = content if isinstance(content, str) else dumps(content)
        call |= {"state": "output-error", "errorText": words}
    else:
        call |= {"state": "output-available", "output": content}
