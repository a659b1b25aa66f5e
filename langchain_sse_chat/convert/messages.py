"""LangChain messages as the `messages` of a chat-completions request.

The wire's side of every rule here is
https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages, read
narrowly: what OpenAI allows but many servers refuse (assistant text as a list, a null
content where no tool is called) is not sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.utils.utils import LC_AUTO_PREFIX

from langchain_sse_chat.convert.content import (
    WirePart,
    block_to_wire,
    cache_marks,
    content_to_wire,
    joined_text,
)
from langchain_sse_chat.convert.echo import add_extras, add_reasoning
from langchain_sse_chat.convert.functions import add_attachments
from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.wire.dialect import Dialect

WireMessage = dict[str, Any]
"""One message as sent: a `role` and what belongs to it."""

_ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})

_RETURNED = ("refusal", "functions_state_id")
"""Fields of an answer that are sent back as they came.

`functions_state_id`: GigaChat's memory of a function call
(https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/post-chat)."""

_CALL_BLOCKS = frozenset({"tool_call", "tool_use", "invalid_tool_call"})
"""Blocks of an answer that are whole tool calls."""

_UNSENT_BLOCKS = _CALL_BLOCKS | {
    "audio",
    "function_call",
    "input_json_delta",
    "reasoning",
    "reasoning_content",
    "redacted_thinking",
    "refusal",
    "server_tool_call",
    "server_tool_call_chunk",
    "server_tool_result",
    "server_tool_use",
    "thinking",
    "tool_call_chunk",
}
"""Blocks of an answer that are no part of its content on the wire: calls, audio and a
refusal have fields of their own beside the content, and the rest stays with who made
it."""


def messages_to_wire(
    messages: Sequence[BaseMessage], dialect: Dialect
) -> list[WireMessage]:
    """Return the messages as the request carries them.

    One LangChain message gives one wire message, but for a human message with
    Anthropic's `tool_result` blocks: each of these becomes a `tool` message before what
    is left of the human's.

    Args:
        messages: Messages of any of LangChain's types, or their chunks.
        dialect: Says under which role a system message is sent, and whether the
            reasoning of earlier answers is.

    Raises:
        ConfigurationError: There are no messages, or one of them cannot be sent; the
            error names its position and what to do.
    """
    if not messages:
        msg = "There are no messages to send. Pass at least one."
        raise ConfigurationError(msg)
    sent = [
        (message, wire)
        for position, message in enumerate(messages)
        for wire in _message_to_wire(message, dialect, f"messages[{position}]")
    ]
    add_reasoning(sent, dialect.reasoning_echo)
    if dialect.tool_form == "functions":
        add_attachments(sent)
    return [wire for _, wire in sent]


def _message_to_wire(
    message: BaseMessage, dialect: Dialect, where: str
) -> list[WireMessage]:
    if isinstance(message, HumanMessage):
        return _human(message, where)
    if isinstance(message, AIMessage):
        wire = _assistant(message, where)
    elif isinstance(message, SystemMessage):
        asked = message.additional_kwargs.get("__openai_role__")
        role = asked if asked in {"system", "developer"} else dialect.system_role
        wire = {"role": role, "content": content_to_wire(message.content, where)}
    elif isinstance(message, ToolMessage):
        wire = _tool(message.tool_call_id, message.content, where)
    elif isinstance(message, FunctionMessage):
        wire = {"role": "function", "content": _result(message.content, where)}
    elif isinstance(message, ChatMessage):
        wire = _chat(message, where)
    else:
        raise _unsendable(message, where)
    return [_named(wire, message)]


def _unsendable(message: object, where: str) -> ConfigurationError:
    if isinstance(message, RemoveMessage):
        msg = (
            f"{where} is a RemoveMessage, which edits a graph's state and cannot be "
            "sent. Let the graph apply it before the model is called."
        )
    else:
        msg = (
            f"{where} is a {type(message).__name__}, which is not a message "
            "that a chat model can be sent. Pass a SystemMessage, HumanMessage, "
            "AIMessage, ToolMessage, FunctionMessage or ChatMessage; "
            "`langchain_core.messages.convert_to_messages` makes them from dicts."
        )
    return ConfigurationError(msg)


def _named(wire: WireMessage, message: BaseMessage) -> WireMessage:
    name = message.name
    if not name and not isinstance(message, AIMessage):
        # On an answer it is the server's name for itself ("MiniMax AI").
        name = message.additional_kwargs.get("name")
    return {**wire, "name": name} if name else wire


def _human(message: HumanMessage, where: str) -> list[WireMessage]:
    if isinstance(message.content, str):
        return [_named({"role": "user", "content": message.content}, message)]
    results: list[WireMessage] = []
    rest: list[WirePart] = []
    for position, block in enumerate(message.content):
        place = f"{where}.content[{position}]"
        if isinstance(block, dict) and block.get("type") == "tool_result":
            results.append(_tool(block.get("tool_use_id"), block.get("content"), place))
        else:
            rest.append(block_to_wire(block, place))
    if results and not rest:
        return results
    return [*results, _named({"role": "user", "content": rest or ""}, message)]


def _tool(call_id: object, content: Any, where: str) -> WireMessage:
    if not isinstance(call_id, str) or not call_id:
        msg = (
            f"{where} is the result of a tool call but does not say which one. Pass "
            "the ID of the call as `tool_call_id`."
        )
        raise ConfigurationError(msg)
    return {"role": "tool", "tool_call_id": call_id, "content": _result(content, where)}


def _result(content: Any, where: str) -> str | list[WirePart]:
    """Return a tool's result: most servers take only a string there.

    Several texts are joined by line breaks, as vLLM and llama.cpp do for templates that
    take strings.
    """
    wire = content_to_wire(content, where)
    if isinstance(wire, str):
        return wire
    text = joined_text(wire, "\n")
    return wire if text is None else text


def _chat(message: ChatMessage, where: str) -> WireMessage:
    role = message.role
    if role not in _ROLES:
        msg = (
            f"{where} has the role {role!r}. A ChatMessage can be sent as "
            f"{', '.join(sorted(_ROLES))}."
        )
        raise ConfigurationError(msg)
    if role == "tool":
        call_id = message.additional_kwargs.get("tool_call_id")
        return _tool(call_id, message.content, where)
    if role == "assistant":
        return {"role": role, "content": _answer(message.content, where)}
    return {"role": role, "content": content_to_wire(message.content, where)}


def _assistant(message: AIMessage, where: str) -> WireMessage:
    extra = message.additional_kwargs
    wire: WireMessage = {
        "role": "assistant",
        "content": _answer(message.content, where),
    }
    if calls := _calls(message, where):
        wire["tool_calls"] = calls
    elif function_call := extra.get("function_call"):
        wire["function_call"] = function_call
    refusals = (block.get("refusal") for _, block in _blocks_of(message, {"refusal"}))
    given = {"refusal": next(refusals, None), **extra}
    for key in _RETURNED:
        if value := given.get(key):
            wire[key] = value
    if audio_id := _audio_id(message):
        wire["audio"] = {"id": audio_id}
    # OpenAI wants null beside calls and refuses it elsewhere; an empty string beside
    # calls is refused by servers before Bedrock
    # (https://github.com/vercel/ai/pull/13479, https://github.com/vercel/ai/pull/14950).
    if not wire["content"] and wire.keys() & {"tool_calls", "function_call", "audio"}:
        wire["content"] = None
    return wire


def _answer(content: Any, where: str) -> str | list[WirePart]:
    """Return the content of an answer: its text, or parts where text is not all.

    Texts are joined by nothing, because blocks are how a stream was cut.
    """
    if isinstance(content, str):
        return content
    parts = []
    for position, block in enumerate(content):
        part = _answer_part(block, f"{where}.content[{position}]")
        if part is not None and part.get("text") != "":
            parts.append(part)
    text = joined_text(parts, "")
    return parts if text is None else text


def _answer_part(block: Any, where: str) -> WirePart | None:
    """Return a block of an answer as a part, `None` for one that is not sent."""
    if isinstance(block, dict):
        if block.get("type") == "non_standard":
            return _answer_part(block.get("value"), f"{where}.value")
        if block.get("type") in _UNSENT_BLOCKS:
            return None
    part = block_to_wire(block, where)
    if part["type"] == "text":
        # What else a text block of an answer has, such as annotations and signatures,
        # is its maker's; another server would refuse it.
        marks = cache_marks(block) if isinstance(block, dict) else {}
        return {"type": "text", "text": part["text"], **marks}
    return part


def _audio_id(message: AIMessage) -> str | None:
    """Return the id by which a spoken answer is sent back; its data may not be.

    https://platform.openai.com/docs/guides/audio#multi-turn-conversations
    """
    audio = message.additional_kwargs.get("audio") or next(
        (block for _, block in _blocks_of(message, {"audio"})), None
    )
    audio_id = audio.get("id") if isinstance(audio, Mapping) else None
    # LangChain gives blocks without an id one of its own.
    if not isinstance(audio_id, str) or audio_id.startswith(LC_AUTO_PREFIX):
        return None
    return audio_id


def _blocks_of(
    message: AIMessage, kinds: AbstractSet[str]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the content blocks of these types with their positions."""
    if isinstance(message.content, str):
        return
    for position, block in enumerate(message.content):
        if isinstance(block, dict) and block.get("type") in kinds:
            yield position, block


def _calls(message: AIMessage, where: str) -> list[WirePart]:
    """Return the tool calls of an answer, from wherever it has them.

    What the model wrote comes back as it wrote it: the text of an invalid call is not
    repaired.
    """
    if message.tool_calls or message.invalid_tool_calls:
        return [
            add_extras(_call(call, f"{where}.{field}[{position}]"), message)
            for field in ("tool_calls", "invalid_tool_calls")
            for position, call in enumerate(getattr(message, field))
            # A call that was cut before its name never was one.
            if field == "tool_calls" or call["name"]
        ]
    if kept := message.additional_kwargs.get("tool_calls"):
        return [
            _kept_call(call, f"{where}.additional_kwargs['tool_calls'][{position}]")
            for position, call in enumerate(kept)
        ]
    return [
        _call(block, f"{where}.content[{position}]")
        for position, block in _blocks_of(message, _CALL_BLOCKS)
    ]


def _call(call: Mapping[str, Any], where: str) -> WirePart:
    """Return a tool call of LangChain, or a `tool_use` block, as a wire call."""
    arguments = call.get("input" if call.get("type") == "tool_use" else "args")
    function = _function(call.get("name"), arguments, where)
    wire = {"id": call.get("id"), "type": "function", "function": function}
    if wire["id"] is None:
        del wire["id"]
    return wire


def _kept_call(call: Any, where: str) -> WirePart:
    """Return a call that was kept in the wire's form, with all of its keys.

    Only `index` goes: it numbers the deltas of a stream.
    """
    function = call.get("function") if isinstance(call, Mapping) else None
    if not isinstance(function, Mapping):
        msg = f"{where} has no `function`. Remove it or use the `tool_calls` field."
        raise ConfigurationError(msg)
    named = _function(function.get("name"), function.get("arguments"), where)
    own = {key: value for key, value in call.items() if key != "index"}
    return {"type": "function", **own, "function": {**function, **named}}


def _function(name: object, arguments: object, where: str) -> dict[str, str]:
    if not isinstance(name, str) or not name:
        msg = (
            f"{where} is a tool call without a name. Give it the name of its tool, or "
            "remove it together with its result."
        )
        raise ConfigurationError(msg)
    if arguments is None or isinstance(arguments, str):
        return {"name": name, "arguments": arguments or ""}
    try:
        text = json.dumps(arguments, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError) as exc:
        msg = f"{where} has arguments that cannot be sent as JSON: {exc}."
        raise ConfigurationError(msg) from exc
    return {"name": name, "arguments": text}
