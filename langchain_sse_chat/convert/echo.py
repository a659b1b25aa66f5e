"""What an answer holds that only its server understands, on its way back there.

Reasoning goes back under the key under which it came, as far as the dialect asks for
it. What a tool call holds beyond its name and arguments, such as Gemini's thought
signature, always goes back on the same call: servers refuse the call without it
(https://ai.google.dev/gemini-api/docs/thought-signatures).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage

from langchain_sse_chat.wire.dialect import ReasoningEcho
from langchain_sse_chat.wire.reasoning import (
    BLOCKS_KEY,
    DETAILS_KEY,
    PARTS,
    REASONING_KEYS,
)

REASONING = "reasoning_content"
"""Field of `additional_kwargs` for the text of the reasoning."""

REASONING_KEY = "reasoning_key"
"""Field of `additional_kwargs` that tells where the reasoning came from."""

TOOL_CALL_EXTRAS = "tool_call_extras"
"""Field of `additional_kwargs` with the further keys of the tool calls, by call id."""

_FORMS = (DETAILS_KEY, BLOCKS_KEY, "reasoning_opaque")
"""Forms of reasoning beside its text, each whole in `additional_kwargs`.

`reasoning_opaque`: GitHub Copilot
(https://github.com/anomalyco/opencode/pull/8900)."""

Sent = tuple[BaseMessage, dict[str, Any]]
"""A message and what is sent for it."""


def add_reasoning(sent: Sequence[Sent], policy: ReasoningEcho) -> None:
    """Put the reasoning of earlier answers on what is sent.

    Args:
        sent: All messages of a request.
        policy: Whether to send none, that of turns in which a tool was called, or all.
            A turn goes from one user message to the next.
    """
    if policy == "never":
        return
    for turn in _turns(sent):
        calls = any(wire.keys() & {"tool_calls", "function_call"} for _, wire in turn)
        if policy == "always" or calls:
            for message, wire in turn:
                if isinstance(message, AIMessage) and wire["role"] == "assistant":
                    _add(message, wire, known_only=policy != "always")


def _turns(sent: Sequence[Sent]) -> Iterator[list[Sent]]:
    turn: list[Sent] = []
    for message, wire in sent:
        if wire["role"] == "user":
            yield turn
            turn = []
        turn.append((message, wire))
    yield turn


def _add(message: AIMessage, wire: dict[str, Any], *, known_only: bool) -> None:
    extra = message.additional_kwargs
    wire.update({form: extra[form] for form in _FORMS if extra.get(form)})
    text = _reasoning_of(message)
    key = extra.get(REASONING_KEY, None if known_only else REASONING)
    if not text:
        return
    if key == PARTS:
        thinking = {"type": "thinking", "thinking": [_text_part(text)]}
        wire["content"] = [thinking, *_parts(wire["content"])]
    elif key in REASONING_KEYS:
        wire[key] = text
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


def _reasoning_of(message: AIMessage) -> str:
    text = message.additional_kwargs.get(REASONING)
    if isinstance(text, str) and text:
        return text
    if isinstance(message.content, str):
        return ""
    texts = (
        block.get("reasoning")
        for block in message.content
        if isinstance(block, dict) and block.get("type") == "reasoning"
    )
    return "".join(text for text in texts if isinstance(text, str))


def add_extras(call: dict[str, Any], message: AIMessage) -> dict[str, Any]:
    """Return a tool call of the wire with the further keys that it came with."""
    kept = message.additional_kwargs.get(TOOL_CALL_EXTRAS)
    extras = kept.get(call.get("id")) if isinstance(kept, Mapping) else None
    if not isinstance(extras, Mapping):
        return call
    inner = extras.get("function")
    further = inner if isinstance(inner, Mapping) else {}
    return {**extras, **call, "function": {**further, **call["function"]}}
