"""Choose the content parts that messages of each role may have.

Parts that are known to be accepted are sent. In answers and system messages, other
parts belong to another server or are not supported; each function says what happens to
them.
The API reference:
https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.request.content import (
    RequestPart,
    block_to_wire,
    bytes_given,
    cache_marks,
    joined_text,
)
from langchain_sse_chat.wire.jsontext import dumps

_TEXT_PARTS = frozenset({"text"})

_USER_PARTS = frozenset(
    {
        "text",
        "image_url",
        "input_audio",
        "file",
        # vLLM (https://docs.vllm.ai/en/latest/features/multimodal_inputs.html)
        "audio_url",
        "video_url",
        "image_embeds",
        "audio_embeds",
        # DashScope
        # (https://www.alibabacloud.com/help/en/model-studio/vision)
        "video",
        # Zhipu (https://docs.z.ai/api-reference/llm/chat-completion)
        "file_url",
        # Mistral (https://docs.mistral.ai/api/)
        "document_url",
        "reference",
    }
)
"""Types of parts that some server is known to accept in a user message."""

_ANSWER_KINDS = re.compile(
    r"""reasoning | reasoning_content | thinking | redacted_thinking | tool_use
    | tool_call(_chunk)? | invalid_tool_call | function_call | input_json_delta
    | server_tool_\w+ | mcp_\w+ | executable_code | code_execution_result | compaction
    | \w+_call(_output)? | (\w+_)?tool_result | tool_search_output""",
    re.VERBOSE,
)
"""Types of blocks other than text that a model writes: calls, server-side tools,
reasoning. They occur in messages of other roles when the content of an answer was
passed on unchanged. Anthropic's `tool_result` becomes a separate message."""


_CACHE_POINTS = (["cachePoint"], ["cache_point"])
"""Keys of Bedrock's blocks that only mark the end of its cache."""


def user_content(content: Any, path: str) -> str | list[RequestPart]:
    """Return the content of a user message as sent.

    Blocks that only a model writes, such as reasoning and calls, are left out. The
    value of a `non_standard` block is sent unchanged, with any type.

    Args:
        content: A string, or a list of strings and blocks.
        path: The path of the message, for errors.

    Returns:
        One string if there is only text, otherwise the parts.

    Raises:
        ConfigurationError: A block lacks a field of its type, or has a type that no
            server is known to accept in a user message.
    """
    return _prompt(content, _USER_PARTS, "user", path)


def system_content(content: Any, path: str) -> str | list[RequestPart]:
    """Return the content of a system message as sent: its text.

    Args:
        content: A string, or a list of strings and blocks.
        path: The path of the message, for errors.

    Raises:
        ConfigurationError: As for `user_content`. Only text is accepted here.
    """
    return _prompt(content, _TEXT_PARTS, "system", path)


def _prompt(
    content: Any, known: frozenset[str], role: str, path: str
) -> str | list[RequestPart]:
    if isinstance(content, str):
        return content
    parts = []
    for position, block in enumerate(content):
        place = f"{path}.content[{position}]"
        if _is_of_an_answer(block) or _is_of_an_answer(_unwrapped(block)):
            continue
        if isinstance(block, Mapping) and [*block] in _CACHE_POINTS:
            continue
        part = block_to_wire(block, place)
        if part["type"] not in known and _unwrapped(block) is block:
            raise _unknown(part["type"], known, role, place)
        parts.append(part)
    return _simplest(parts)


def _is_of_an_answer(block: Any) -> bool:
    kind = block.get("type") if isinstance(block, Mapping) else None
    return isinstance(kind, str) and _ANSWER_KINDS.fullmatch(kind) is not None


def _unwrapped(block: Any) -> Any:
    """Return the value of a `non_standard` block, or any other block unchanged."""
    wrapped = isinstance(block, Mapping) and block.get("type") == "non_standard"
    return block.get("value") if wrapped else block


def _unknown(
    kind: str, known: frozenset[str], role: str, path: str
) -> ConfigurationError:
    msg = (
        f"{path} has the type {kind!r}, which no server is known to accept in a {role} "
        f"message. Known types: {', '.join(sorted(known))}. To send another type, wrap "
        'the block: {"type": "non_standard", "value": {...}}.'
    )
    return ConfigurationError(msg)


def tool_content(
    content: Any, path: str, *, media: bool
) -> tuple[str | list[RequestPart], list[RequestPart]]:
    """Return the content of a tool result, and the parts that it may not have.

    A block of an unknown type is data that the tool returned; it is sent as JSON.

    Args:
        content: A string, `None`, or a list of strings and blocks.
        path: The path of the message, for errors.
        media: Whether the server accepts images and other media in a result.
    """
    if content is None or isinstance(content, str):
        return content or "", []
    parts = [
        _result_part(block, f"{path}.content[{position}]")
        for position, block in enumerate(content)
    ]
    if media:
        return _simplest(parts), []
    texts = [part for part in parts if part["type"] == "text"]
    return _simplest(texts), [part for part in parts if part["type"] != "text"]


def _result_part(block: Any, path: str) -> RequestPart:
    data = _unwrapped(block)
    try:
        part = block_to_wire(data, path)
    except ConfigurationError:
        part = {"type": ""}
    if part["type"] == "text":
        return _plain_text(part)
    if part["type"] in _USER_PARTS and data is block:
        return part

    def as_json(value: object) -> str:
        if isinstance(value, bytes | bytearray):
            raise bytes_given(path)
        return str(value)

    text = dumps(data, default=as_json)
    return {"type": "text", "text": text}


def answer_content(content: Any) -> str | list[RequestPart]:
    """Return the content of an answer as sent: its text.

    Other blocks are left out: calls, refusals and audio have separate fields, reasoning
    is sent under the key that the server reads, and no server accepts images or
    server-side tools here. Texts are joined without a separator, because the blocks
    only show how a stream was split.
    """
    if isinstance(content, str):
        return content
    parts = [_plain_text(part) for part in answer_texts(content)]
    text = joined_text(parts, "")
    return parts if text is None else text


def answer_texts(content: Iterable[Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the text in the content list of an answer, as blocks."""
    for block in content:
        inner = _unwrapped(block)
        if isinstance(inner, str):
            inner = {"text": inner}
        if not isinstance(inner, Mapping) or not isinstance(inner.get("text"), str):
            continue
        if inner.get("type", "text") in {"text", "output_text"} and inner["text"]:
            yield inner


def _plain_text(part: Mapping[str, Any]) -> RequestPart:
    """Return a text part without other fields, except marks for caching.

    Other servers reject annotations and signatures.
    """
    return {"type": "text", "text": part["text"], **cache_marks(part)}


def _simplest(parts: list[RequestPart]) -> str | list[RequestPart]:
    """Return parts that are only text as one string.

    Most servers accept only a string in tool messages, and some, such as DeepSeek, in
    system messages. Texts are joined by a line break, as in vLLM and llama.cpp for
    templates that accept strings, unless there is white space already.
    """
    if joined_text(parts, "") is None:
        return parts
    whole = ""
    for part in parts:
        text = part["text"]
        touches = whole and text and not (whole[-1].isspace() or text[0].isspace())
        whole += f"\n{text}" if touches else text
    return whole
