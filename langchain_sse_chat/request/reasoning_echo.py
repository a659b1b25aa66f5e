"""Send back parts of an answer that only its server understands.

Reasoning is sent if the dialect requires it, under the key that the server reads. Other
fields of a tool call, such as Gemini's thought signature, are sent back with the call:
servers reject the call without them
(https://ai.google.dev/gemini-api/docs/thought-signatures).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.message_keys import REASONING, REASONING_KEY, TOOL_CALL_EXTRAS
from langchain_sse_chat.wire.reasoning import (
    BLOCKS_KEY,
    DETAILS_KEY,
    PARTS,
    REASONING_KEYS,
)

if TYPE_CHECKING:
    from langchain_sse_chat.request.conversation import Sent

_SIGNATURES = "__gemini_function_call_thought_signatures__"
"""Field of `additional_kwargs` in which `langchain-google-genai` keeps the signatures
of calls, by call ID."""

_FORMS = (DETAILS_KEY, BLOCKS_KEY, "reasoning_opaque")
"""Structured forms of reasoning, kept unchanged in `additional_kwargs`.

`reasoning_opaque`: GitHub Copilot
(https://github.com/anomalyco/opencode/pull/8900)."""

_BLOCKS = frozenset({"reasoning", "thinking", "reasoning_content"})
"""Types of reasoning blocks: LangChain and OpenAI, Anthropic and Gemini, Bedrock."""

_FIELDS = (REASONING, "reasoning", "thinking", DETAILS_KEY)
"""Fields of `additional_kwargs` in which other packages keep reasoning."""

_TEXT_KEYS = ("reasoning", "thinking", REASONING, "text", "summary", "content")
"""Keys of a block, or of values in it, that lead to the text of its reasoning."""


def add_reasoning(sent: Sequence[Sent], dialect: Dialect) -> None:
    """Add the reasoning of earlier answers to the messages.

    Args:
        sent: All messages of a request.
        dialect: The server's dialect, which says whether to send no reasoning, that of
            turns with tool calls, or all, and under which key. A turn goes from one
            user message to the next.
    """
    policy = dialect.reasoning_echo
    if policy == "never":
        return
    for turn in _turns(sent):
        calls = any("tool_calls" in item.wire for item in turn)
        if policy == "always" or calls:
            for item in turn:
                if item.wire["role"] == "assistant":
                    _add(item, dialect)


def _turns(sent: Sequence[Sent]) -> Iterator[list[Sent]]:
    turn: list[Sent] = []
    for item in sent:
        # A message added for the media of a result does not start a turn.
        if item.wire["role"] == "user" and item.message is not None:
            yield turn
            turn = []
        turn.append(item)
    yield turn


def _add(item: Sent, dialect: Dialect) -> None:
    message, wire = item.message, item.wire
    if isinstance(message, AIMessage):
        extra = message.additional_kwargs
        known = dialect.reasoning_keys or _FORMS
        for form in _FORMS if extra else ():
            if form in known and (value := extra.get(form)):
                wire[form] = value
        if text := reasoning_text(message):
            _add_text(text, _key(extra.get(REASONING_KEY), dialect), wire)
    if dialect.requires_reasoning and "tool_calls" in wire:
        wire.setdefault(dialect.reasoning_keys[0], "")


def _key(own: object, dialect: Dialect) -> object:
    """Return the key under which reasoning text is sent.

    Args:
        own: The key under which it was received, or the tags; `None` if not known.
        dialect: The server's dialect.
    """
    keys = dialect.reasoning_keys
    if not keys:
        unknown = REASONING if dialect.reasoning_echo == "always" else None
        return unknown if own is None else own
    if own in keys:
        return own
    return next((key for key in keys if key == PARTS or key in REASONING_KEYS), None)


def _add_text(text: str, key: object, wire: dict[str, Any]) -> None:
    if key == PARTS:
        thinking = {"type": "thinking", "thinking": [_text_part(text)]}
        wire["content"] = [thinking, *_parts(wire["content"])]
    elif key in REASONING_KEYS:
        wire[str(key)] = text
    else:
        _add_between_tags(text, key, wire)


def _add_between_tags(text: str, tags: object, wire: dict[str, Any]) -> None:
    match tags:
        case [str(opening), str(closing)]:
            tagged = f"{opening}{text}{closing}"
            if isinstance(wire["content"], list):
                wire["content"] = [_text_part(tagged), *wire["content"]]
            else:
                wire["content"] = tagged + (wire["content"] or "")


def _text_part(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _parts(content: Any) -> list[Any]:
    """Return the content of an answer as parts."""
    if content and isinstance(content, str):
        content = [_text_part(content)]
    return content or []


def reasoning_text(message: AIMessage) -> str:
    """Return the reasoning text of an answer, written by any LangChain package.

    It is in `additional_kwargs` or in content blocks; if in both, it is the same.
    """
    extra = message.additional_kwargs
    for field in _FIELDS if extra else ():
        if text := _text_in(extra.get(field)):
            return text
    if isinstance(message.content, str):
        return ""
    blocks = [
        block.get("value") if block.get("type") == "non_standard" else block
        for block in message.content
        if isinstance(block, Mapping)
    ]
    return "".join(
        _text_in(block)
        for block in blocks
        if isinstance(block, Mapping) and block.get("type") in _BLOCKS
    )


def _text_in(value: object) -> str:
    """Return the text in a block of reasoning, at any depth."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        texts = (_text_in(value.get(key)) for key in _TEXT_KEYS)
        return next((text for text in texts if text), "")
    return "".join(map(_text_in, value)) if isinstance(value, list) else ""


def add_extras(call: dict[str, Any], message: AIMessage) -> dict[str, Any]:
    """Return a tool call with the other fields that it was received with."""
    if not message.additional_kwargs:
        return call
    extras = _kept(TOOL_CALL_EXTRAS, call, message)
    if not isinstance(extras, Mapping):
        signature = _kept(_SIGNATURES, call, message)
        return signed(call, signature) if isinstance(signature, str) else call
    inner = extras.get("function")
    further = inner if isinstance(inner, Mapping) else {}
    return {**extras, **call, "function": {**further, **call["function"]}}


def _kept(field: str, call: dict[str, Any], message: AIMessage) -> object:
    by_id = message.additional_kwargs.get(field)
    return by_id.get(call.get("id")) if isinstance(by_id, Mapping) else None


def signed(call: dict[str, Any], signature: str) -> dict[str, Any]:
    """Return a tool call with a thought signature, unless it has extras."""
    return {"extra_content": {"google": {"thought_signature": signature}}, **call}
