"""Convert LangChain messages to the `messages` of a request.

The rules are those of
https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages, read
narrowly: forms that OpenAI allows but many servers reject (assistant text as a list, a
null content without tool calls) are not sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

from langchain_sse_chat.acceptable_names import acceptable_name
from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.gigachat.functions import add_attachments
from langchain_sse_chat.request.answer_fields import fields_sent_back
from langchain_sse_chat.request.conversation import Sent, settled
from langchain_sse_chat.request.past_calls import blocks_of, past_calls
from langchain_sse_chat.request.reasoning_echo import add_reasoning
from langchain_sse_chat.request.roles import (
    answer_content,
    system_content,
    tool_content,
    user_content,
)

AnswerMessage = dict[str, Any]
"""A message as sent: a `role` and its other keys."""

_ASKING_ROLES = frozenset({"system", "developer", "user"})
_ROLES = _ASKING_ROLES | frozenset({"assistant", "tool", "function"})


def messages_to_wire(
    messages: Sequence[BaseMessage],
    dialect: Dialect,
    names: Mapping[str, str] | None = None,
) -> list[AnswerMessage]:
    """Return the messages as sent.

    The messages may come from any model: parts that only another server understands are
    converted or left out. Each tool call is followed by a result; see
    `langchain_sse_chat.request.conversation`.

    Args:
        messages: LangChain messages or message chunks.
        dialect: The server's dialect.
        names: The sent names of tools that are sent under another name.

    Raises:
        ConfigurationError: There are no messages, or one of them cannot be sent; the
            error names its path and says what to do.
    """
    if not messages:
        msg = "There are no messages to send. Pass at least one."
        raise ConfigurationError(msg)
    converted: list[Sent] = []
    for position, message in enumerate(messages):
        converted += _message_to_wire(message, dialect, f"messages[{position}]")
    whole = converted
    # Conversations begin with one question; calls and reasoning come with answers.
    if not {sent.wire["role"] for sent in converted} <= _ASKING_ROLES:
        whole = settled(converted, dialect, names or {})
        add_reasoning(whole, dialect)
    if dialect.tool_form == "functions":
        add_attachments(whole)
    return [sent.wire for sent in whole]


def _message_to_wire(message: BaseMessage, dialect: Dialect, path: str) -> list[Sent]:
    if isinstance(message, HumanMessage):
        return _human(message, dialect, path)
    if isinstance(message, AIMessage):
        sent = _assistant(message, dialect, path)
    elif isinstance(message, SystemMessage):
        asked = message.additional_kwargs.get("__openai_role__")
        role = _system_role(asked, dialect)
        content = system_content(message.content, path)
        sent = Sent(message, {"role": role, "content": content}, path)
    elif isinstance(message, ToolMessage):
        sent = _tool(message, message.tool_call_id, message.content, dialect, path)
    elif isinstance(message, FunctionMessage):
        sent = _function(message, dialect, path)
    elif isinstance(message, ChatMessage):
        sent = _chat(message, dialect, path)
    else:
        raise _unsendable(message, path)
    return [_named(sent)]


def _unsendable(message: object, path: str) -> ConfigurationError:
    if isinstance(message, RemoveMessage):
        msg = (
            f"{path} is a RemoveMessage, which edits a graph's state and cannot be "
            "sent. Let the graph apply it before the model is called."
        )
    else:
        msg = (
            f"{path} is a {type(message).__name__}, which cannot be sent to a chat "
            "model. Pass a SystemMessage, HumanMessage, "
            "AIMessage, ToolMessage, FunctionMessage or ChatMessage; "
            "`langchain_core.messages.convert_to_messages` makes them from dicts."
        )
    return ConfigurationError(msg)


def _system_role(asked: object, dialect: Dialect) -> str:
    """Return the role of a system message, which may request a role itself."""
    if asked == "developer" and not dialect.supports_developer:
        return dialect.system_role
    return str(asked) if asked in {"system", "developer"} else dialect.system_role


def _named(sent: Sent) -> Sent:
    message, wire = sent.message, sent.wire
    name = getattr(message, "name", None)
    if not name and not isinstance(message, AIMessage):
        # On an answer this is the server's name for itself ("MiniMax AI").
        name = getattr(message, "additional_kwargs", {}).get("name")
    if name and isinstance(name, str):
        # The name of a tool is changed later, together with its call.
        is_result = wire["role"] in {"tool", "function"}
        wire["name"] = name if is_result else acceptable_name(name)
    return sent


def _human(message: HumanMessage, dialect: Dialect, path: str) -> list[Sent]:
    content = message.content
    if isinstance(content, str):
        return [_named(Sent(message, {"role": "user", "content": content}, path))]
    results = [
        _tool(
            None,
            block.get("tool_use_id"),
            block.get("content"),
            dialect,
            f"{path}.content[{position}]",
        )
        for position, block in enumerate(content)
        # A tool result in Anthropic's form.
        if isinstance(block, dict) and block.get("type") == "tool_result"
    ]
    if results and len(results) == len(content):
        return results
    wire = {"role": "user", "content": user_content(content, path)}
    return [*results, _named(Sent(message, wire, path))]


def _tool(
    message: BaseMessage | None,
    call_id: object,
    content: Any,
    dialect: Dialect,
    path: str,
) -> Sent:
    text, media = tool_content(content, path, media=dialect.tool_media)
    own_id = call_id if isinstance(call_id, str) else ""
    wire = {"role": "tool", "tool_call_id": own_id, "content": text}
    return Sent(message, wire, path, media=media)


def _function(message: BaseMessage, dialect: Dialect, path: str) -> Sent:
    text, media = tool_content(message.content, path, media=dialect.tool_media)
    return Sent(message, {"role": "function", "content": text}, path, media=media)


def _chat(message: ChatMessage, dialect: Dialect, path: str) -> Sent:
    role = message.role
    if role not in _ROLES:
        msg = (
            f"{path} has the role {role!r}. A ChatMessage can be sent as "
            f"{', '.join(sorted(_ROLES))}."
        )
        raise ConfigurationError(msg)
    if role == "tool":
        call_id = message.additional_kwargs.get("tool_call_id")
        return _tool(message, call_id, message.content, dialect, path)
    if role == "function":
        return _function(message, dialect, path)
    if role == "assistant":
        content = answer_content(message.content)
    elif role == "user":
        content = user_content(message.content, path)
    else:
        content = system_content(message.content, path)
    if role == "developer":
        role = _system_role(role, dialect)
    return Sent(message, {"role": role, "content": content}, path)


def _assistant(message: AIMessage, dialect: Dialect, path: str) -> Sent:
    extra = message.additional_kwargs
    wire: AnswerMessage = {
        "role": "assistant",
        "content": answer_content(message.content),
    }
    calls = past_calls(message, path, extras=dialect.supports_call_extras)
    if refusal := _refusal(message):
        if dialect.supports_refusals:
            wire["refusal"] = refusal
        else:
            wire["content"] = wire["content"] or refusal
    if dialect.tool_form == "functions" and (state := extra.get("functions_state_id")):
        # GigaChat's memory of a function call
        # (https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/post-chat).
        wire["functions_state_id"] = state
    if audio_id := _audio_id(message):
        wire["audio"] = {"id": audio_id}
    if dialect.answer_fields and extra:
        wire |= fields_sent_back(extra, dialect.answer_fields)
    # OpenAI requires null next to calls and rejects it elsewhere; gateways to Bedrock
    # reject an empty string next to calls
    # (https://github.com/vercel/ai/pull/13479, https://github.com/vercel/ai/pull/14950).
    if not wire["content"] and (calls or audio_id):
        wire["content"] = None
    return Sent(message, wire, path, calls=calls)


def _refusal(message: AIMessage) -> str | None:
    """Return the text of a refusal, from any of its places in the message."""
    if not message.additional_kwargs and isinstance(message.content, str):
        return None
    blocks = (block.get("refusal") for _, block in blocks_of(message, {"refusal"}))
    words = message.additional_kwargs.get("refusal") or next(blocks, None)
    return words if isinstance(words, str) else None


def _audio_id(message: AIMessage) -> str | None:
    """Return the ID of a spoken answer, which is sent back instead of its data.

    https://platform.openai.com/docs/guides/audio#multi-turn-conversations
    """
    if not message.additional_kwargs and isinstance(message.content, str):
        return None
    audio = message.additional_kwargs.get("audio") or next(
        (block for _, block in blocks_of(message, {"audio"})), None
    )
    audio_id = audio.get("id") if isinstance(audio, Mapping) else None
    # LangChain generates an ID for blocks without one.
    if not isinstance(audio_id, str) or audio_id.startswith(LC_AUTO_PREFIX):
        return None
    return audio_id
