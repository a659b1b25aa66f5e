"""A server that takes a request only if it is right in every point.

It knows nothing of the package: its rules are those of the servers' own references,
read as strictly as any server reads them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


@dataclass(frozen=True)
class Rules:
    """The requirements of one server."""

    roles: frozenset[str] = frozenset({"system", "user", "assistant", "tool"})
    ids: str = r"[\s\S]+"
    """The form of the ids of tool calls."""
    parts: tuple[tuple[str, frozenset[str]], ...] = (
        ("system", frozenset({"text"})),
        ("developer", frozenset({"text"})),
        ("assistant", frozenset({"text"})),
        ("tool", frozenset({"text"})),
        (
            "user",
            frozenset(
                {"text", "image_url", "input_audio", "file", "audio_url", "video_url"}
            ),
        ),
    )
    """The parts that a message of a role may have."""
    answer_keys: frozenset[str] = frozenset()
    """Keys that an assistant message may have next to those of everybody."""
    user_after_tool: bool = True
    named: bool = True
    """Whether messages but those of tools may have a name."""
    required: str = ""
    """The key that every message with calls must have."""
    call_extras: bool = False
    """Whether a call may have keys that others do not know."""


_KEYS = {
    "system": {"role", "content", "name"},
    "developer": {"role", "content", "name"},
    "user": {"role", "content", "name"},
    "assistant": {"role", "content", "name", "tool_calls"},
    "tool": {"role", "content", "name", "tool_call_id"},
}

_INNER = {
    "text": "text",
    "image_url": "image_url",
    "input_audio": "input_audio",
    "file": "file",
    "audio_url": "audio_url",
    "video_url": "video_url",
    "thinking": "thinking",
}
"""The key under which a part of each type has what it holds."""

_MARKS = {"type", "cache_control", "prompt_cache_breakpoint"}


def faults(body: dict[str, Any], rules: Rules) -> list[str]:
    """Return why the server rejects a request; empty if it accepts it."""
    json.loads(json.dumps(body, allow_nan=False), parse_constant=_no_json)
    return [*_of_messages(body["messages"], rules), *_of_tools(body)]


def _no_json(constant: str) -> None:
    raise AssertionError(constant)


def _of_messages(messages: list[dict[str, Any]], rules: Rules) -> Iterator[str]:
    if not messages:
        yield "no messages"
    waiting: list[str] = []
    used: Counter[str] = Counter()
    before = ""
    for number, message in enumerate(messages):
        path = f"messages[{number}]"
        role = message.get("role")
        if role not in rules.roles:
            yield f"{path} has the role {role!r}"
            continue
        yield from _of_message(message, rules, path)
        if role == "tool":
            call_id = message.get("tool_call_id")
            if call_id in waiting:
                waiting.remove(call_id)
            else:
                yield f"{path} is a result of no call before it: {call_id!r}"
        elif waiting:
            yield f"{path} comes before the results of {waiting}"
            waiting = []
        if before == "tool" and role == "user" and not rules.user_after_tool:
            yield f"{path}: unexpected role 'user' after role 'tool'"
        for call in message.get("tool_calls") or ():
            waiting.append(call.get("id"))
            used[call.get("id")] += 1
        before = role
    if waiting:
        yield f"there are no results of {waiting}"
    yield from (f"the id {name!r} is used twice" for name, n in used.items() if n > 1)


def _of_message(message: dict[str, Any], rules: Rules, path: str) -> Iterator[str]:
    role = message["role"]
    known = _KEYS[role] | (rules.answer_keys if role == "assistant" else set())
    if strange := message.keys() - known:
        yield f"{path} has unknown keys {sorted(strange)}"
    calls = message.get("tool_calls")
    content = message.get("content")
    if content is None and not (role == "assistant" and (calls or "audio" in message)):
        yield f"{path} has no content"
    if isinstance(content, list):
        yield from _of_parts(content, rules, role, path)
    elif content is not None and not isinstance(content, str):
        yield f"{path} has a content of a strange type"
    if "name" in message:
        if not NAME.fullmatch(message["name"]):
            yield f"{path} has the name {message['name']!r}"
        if role != "tool" and not rules.named:
            yield f"{path} has a name"
    if calls is not None:
        yield from _of_calls(calls, rules, path)
        if rules.required and not isinstance(message.get(rules.required), str):
            yield f"{path} has no {rules.required}"


def _of_parts(parts: list[Any], rules: Rules, role: str, path: str) -> Iterator[str]:
    if not parts:
        yield f"{path} has an empty list as content"
    known = dict(rules.parts)[role]
    for part in parts:
        kind = part.get("type")
        if kind not in known:
            yield f"{path} has a part of type {kind!r}"
        elif not part.get(_INNER[kind]) and kind != "text":
            yield f"{path} has an empty {kind}"
        elif kind == "text" and not isinstance(part.get("text"), str):
            yield f"{path} has a text that is not a string"
        elif strange := part.keys() - _MARKS - {_INNER[kind]}:
            yield f"{path} has a part with unknown keys {sorted(strange)}"
    if all(part.keys() == {"type", "text"} for part in parts):
        yield f"{path} has a list of nothing but text"


def _of_calls(calls: Any, rules: Rules, path: str) -> Iterator[str]:
    if not isinstance(calls, list) or not calls:
        yield f"{path} has no list of calls"
        return
    for call in calls:
        function = call.get("function")
        known = {"id", "type", "function"}
        strange = call.keys() - known if not rules.call_extras else set()
        if strange or known - call.keys() or call["type"] != "function":
            yield f"{path} has a call in a strange form: {call}"
        elif function.keys() != {"name", "arguments"}:
            yield f"{path} has a function in a strange form: {function}"
        elif not NAME.fullmatch(function["name"]):
            yield f"{path} has a call of {function['name']!r}"
        elif not re.fullmatch(rules.ids, str(call["id"])):
            yield f"{path} has a call with the id {call['id']!r}"
        else:
            yield from _of_arguments(function["arguments"], path)


def _of_arguments(arguments: Any, path: str) -> Iterator[str]:
    try:
        value = json.loads(arguments, parse_constant=_no_json)
    except (TypeError, ValueError, AssertionError):
        value = None
    if not isinstance(value, dict):
        yield f"{path} has arguments that are not an object: {arguments!r}"


def _of_tools(body: dict[str, Any]) -> Iterator[str]:
    names = [tool["function"]["name"] for tool in body.get("tools", ())]
    for tool in body.get("tools", ()):
        schema = tool["function"].get("parameters")
        if not isinstance(schema, dict) or not isinstance(
            schema.get("properties"), dict
        ):
            yield f"a tool has a schema without properties: {schema}"
    if len(set(names)) < len(names):
        yield f"two tools have one name: {names}"
    yield from (f"a tool is called {n!r}" for n in names if not NAME.fullmatch(n))


def gigachat_faults(body: dict[str, Any]) -> list[str]:
    """Return why GigaChat rejects a request.

    https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/post-chat: content is
    text, a call is one object in a message, its result the JSON of an object.
    """
    found = []
    called: str | None = None
    for number, message in enumerate(body["messages"]):
        path = f"messages[{number}]"
        role = message["role"]
        if role == "system" and number:
            found.append(f"{path}: the system message must be the first")
        if role == "function" and message["name"] != called:
            found.append(f"{path} is a result of {message['name']}, not {called}")
        if role != "function" and called is not None:
            found.append(f"{path} comes before the result of {called}")
        found += _of_gigachat_message(message, path)
        called = message.get("function_call", {}).get("name")
    for function in body.get("functions", ()):
        if not NAME.fullmatch(function["name"]):
            found.append(f"a function is called {function['name']!r}")
        if not isinstance(function["parameters"].get("properties"), dict):
            found.append(f"a function has a schema without properties: {function}")
    return found


_GIGACHAT_KEYS = {
    "system": {"role", "content"},
    "user": {"role", "content", "attachments"},
    "assistant": {"role", "content", "function_call", "functions_state_id"},
    "function": {"role", "content", "name"},
}


def _of_gigachat_message(message: dict[str, Any], path: str) -> Iterator[str]:
    if strange := message.keys() - _GIGACHAT_KEYS.get(message["role"], set()):
        yield f"{path} has unknown keys {sorted(strange)}"
    if not isinstance(message["content"], str):
        yield f"{path} has a content that is not a string"
    if message["role"] == "function":
        yield from _of_arguments(message["content"], path)
    if function_call := message.get("function_call"):
        if not NAME.fullmatch(function_call["name"]):
            yield f"{path} has a call of {function_call['name']!r}"
        if not isinstance(function_call["arguments"], dict):
            yield f"{path} has arguments that are not an object"
