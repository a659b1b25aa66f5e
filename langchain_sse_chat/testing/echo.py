"""Answer requests as the echo model: each answer depends on the request alone.

It is not a language model. It repeats the prompt, calls tools with arguments that fit
their schema, and returns JSON where a response format requests it, so that an entire
application can be run and tested without a script.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from langchain_sse_chat.testing.checks import refusal
from langchain_sse_chat.testing.completions import (
    Completion,
    ToolCall,
    split_tokens,
)
from langchain_sse_chat.testing.replies import Reply
from langchain_sse_chat.testing.request import Request
from langchain_sse_chat.testing.schema import quoted_texts, value_from_schema

_LEAST_WORD = 4  # letters; shorter parts of a tool's name are ignored: get, my, to
_WORD = re.compile(r"[^\W\d_]+")


def answer(request: Request) -> Reply:
    """Return the echo model's reply, or status 400 for an invalid request.

    A required or named tool is called, and a tool that the user's last message
    mentions. Otherwise a response format gets JSON, the result of a tool gets a
    sentence, and the last message is repeated.
    """
    try:
        body = request.json()
    except ValueError:
        body = None
    problem = refusal(body)
    if problem is not None:
        return Reply.status(400, error=problem)
    try:
        tool = _wanted_tool(body)
    except LookupError:
        return Reply.status(400, error="'tool_choice' does not name a tool in 'tools'.")
    if tool is not None:
        return Reply(content=_call(tool, _prompt(body)))
    return Reply(content=_text(_sentence(body), body))


def _wanted_tool(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the function to call, if any.

    Raises:
        LookupError: `tool_choice` names a missing tool.
    """
    tools: list[Mapping[str, Any]] = [
        tool["function"] for tool in body.get("tools") or () if "function" in tool
    ]
    choice = body.get("tool_choice") or "auto"
    if isinstance(choice, Mapping):
        name = choice["function"]["name"]
        return {tool["name"]: tool for tool in tools}[name]
    mentioned = _mentioned(tools, _prompt(body))
    if choice in {"required", "any"}:
        return mentioned or tools[0]
    asked = body["messages"][-1]["role"] == "user"
    return mentioned if asked and choice == "auto" else None


def _mentioned(
    tools: Sequence[Mapping[str, Any]], prompt: str
) -> Mapping[str, Any] | None:
    """Return the first tool whose name shares a word with the prompt.

    If the prompt says "tool" without a name, it is the first one.
    """
    said = set(_words(prompt))
    for tool in tools:
        if said & {word for word in _words(tool["name"]) if len(word) >= _LEAST_WORD}:
            return tool
    return tools[0] if tools and said & {"tool", "tools"} else None


def _words(text: str) -> Iterable[str]:
    return _WORD.findall(text.lower())


def _call(tool: Mapping[str, Any], prompt: str) -> Completion:
    arguments = value_from_schema({"type": "object", **_parameters(tool)}, prompt)
    text = json.dumps(arguments, ensure_ascii=False)
    return Completion(tool_calls=(ToolCall(tool["name"], text),))


def _parameters(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    parameters: Mapping[str, Any] = tool.get("parameters") or {}
    return parameters


def _sentence(body: Mapping[str, Any]) -> str:
    """Return the text of the model's answer."""
    prompt = _prompt(body)
    schema = _response_schema(body.get("response_format"), prompt)
    if schema is not None:
        return json.dumps(value_from_schema(schema, prompt), ensure_ascii=False)
    last = body["messages"][-1]
    if last["role"] in {"tool", "function"}:
        return f"The tool says: {_content_text(last)}"
    return f"You said: {prompt}"


def _response_schema(wanted: Any, prompt: str) -> Mapping[str, Any] | None:
    """Return the schema of the requested JSON, `None` if text is requested.

    JSON mode has no schema: the keys are the quoted words of the prompt. Some servers
    expect the schema without a name, or next to the type.
    """
    kind = wanted.get("type") if isinstance(wanted, Mapping) else None
    if kind == "json_schema":
        inner: Mapping[str, Any] = wanted.get("json_schema") or {}
        bare = {} if "name" in inner else inner
        return {"type": "object", **(inner.get("schema") or bare)}
    if kind == "json_object" and isinstance(wanted.get("schema"), Mapping):
        return {"type": "object", **wanted["schema"]}
    if kind == "json_object":
        keys = quoted_texts(prompt) or ["answer"]
        return {"type": "object", "properties": {key: {} for key in keys}}
    return None


def _text(sentence: str, body: Mapping[str, Any]) -> Completion:
    """Return the sentence, truncated by `stop` or the limit on tokens."""
    stop = body.get("stop") or ()
    for sequence in filter(None, [stop] if isinstance(stop, str) else stop):
        sentence = sentence.partition(sequence)[0]
    tokens = split_tokens(sentence)
    limit = body.get("max_completion_tokens") or body.get("max_tokens")
    reason = "stop" if limit is None or len(tokens) <= limit else "length"
    return Completion(tokens=tokens[:limit], finish_reason=reason)


def _prompt(body: Mapping[str, Any]) -> str:
    """Return the text of the user's last message, or an empty string."""
    for message in reversed(body["messages"]):
        if message["role"] == "user":
            return _content_text(message)
    return ""


def _content_text(message: Mapping[str, Any]) -> str:
    """Return the text of a message; other parts appear as their type."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return " ".join(part.get("text") or f"[{part['type']}]" for part in content)
