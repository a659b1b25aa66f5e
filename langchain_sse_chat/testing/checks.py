"""Check a request as a chat-completions server does, in part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
_PARTS = frozenset({"text", "refusal", "image_url", "input_audio", "file", "video_url"})
_NUMBERS = ("temperature", "top_p", "presence_penalty", "frequency_penalty")
_COUNTS = ("max_tokens", "max_completion_tokens", "n")


def refusal(body: Any) -> str | None:
    """Return why the echo model rejects a request body, `None` if it accepts it."""
    if not isinstance(body, Mapping):
        return "The request body must be a JSON object."
    checks: tuple[Callable[[Mapping[str, Any]], str | None], ...]
    checks = (_model, _numbers, _tools, _messages)
    return next(filter(None, (check(body) for check in checks)), None)


def _model(body: Mapping[str, Any]) -> str | None:
    model = body.get("model")
    return None if model and isinstance(model, str) else "'model' must be a string."


def _numbers(body: Mapping[str, Any]) -> str | None:
    for name in _NUMBERS:
        number = body.get(name, 0)
        if not isinstance(number, int | float | None) or isinstance(number, bool):
            return f"{name!r} must be a number."
    for name in _COUNTS:
        count = body.get(name)
        if count is not None and (type(count) is not int or count < 1):
            return f"{name!r} must be an integer above zero."
    return None


def _tools(body: Mapping[str, Any]) -> str | None:
    for index, tool in enumerate(body.get("tools") or ()):
        if not isinstance(tool, Mapping) or not isinstance(tool.get("type"), str):
            return f"tools[{index}] must be an object with a type."
        function = tool.get("function")
        named = isinstance(function, Mapping) and function.get("name")
        if tool["type"] == "function" and not named:
            return f"tools[{index}].function must be an object with a name."
    return None


def _messages(body: Mapping[str, Any]) -> str | None:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        return "'messages' must be a list with at least one message."
    calls: set[Any] = set()
    for index, message in enumerate(messages):
        where = f"messages[{index}]"
        if not isinstance(message, Mapping):
            return f"{where} must be an object."
        if message.get("role") not in _ROLES:
            return f"{where}.role is unknown: {message.get('role')!r}."
        if not _content_is_known(message.get("content")):
            return f"{where}.content must be a string or a list of known parts."
        if message["role"] == "tool" and message.get("tool_call_id") not in calls:
            return f"{where}.tool_call_id does not answer a tool call before it."
        calls.update(call.get("id") for call in message.get("tool_calls") or ())
    return None


def _content_is_known(content: Any) -> bool:
    if isinstance(content, list):
        return all(
            isinstance(part, Mapping) and part.get("type") in _PARTS for part in content
        )
    return content is None or isinstance(content, str)
