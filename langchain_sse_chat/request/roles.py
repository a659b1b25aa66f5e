"""The parts of content that a message of each role may have.

What is known to be accepted is sent. In an answer and in a system message all else is
another server's or cannot be said there: see each function for what becomes of it.
The wire's side is
https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages.
"""

from __future__ import annotations

import json
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
"""Types of parts that a server is known to accept from a user."""

_ANSWER_KINDS = re.compile(
    r"""reasoning | reasoning_content | thinking | redacted_thinking | tool_use
    | tool_call(_chunk)? | invalid_tool_call | function_call | input_json_delta
    | server_tool_\w+ | mcp_\w+ | executable_code | code_execution_result | compaction
    | \w+_call(_output)? | (\w+_)?tool_result | tool_search_output""",
    re.VERBOSE,
)
"""Types of blocks that a model writes and that are not its text: calls, what ran at the
server, reasoning. In a message of another role they stand when the content of an answer
was handed on as it is. A `tool_result` of Anthropic's is a message of its own."""


_CACHE_POINTS = (["cachePoint"], ["cache_point"])
"""Keys of Bedrock's blocks that say nothing but where its cache ends."""


def user_content(content: Any, path: str) -> str | list[RequestPart]:
    """Return the content of a user message as it is sent.

    Blocks that only a model writes, such as reasoning and calls, are left out. A block
    in LangChain's `non_standard` is sent as it is, whatever its type.

    Args:
        content: A string, or a list of strings and blocks.
        path: The place of the message, for errors.

    Returns:
        One string where there is text only, else the parts.

    Raises:
        ConfigurationError: A block lacks what its type needs, or is of a type that no
            server is known to accept from a user.
    """
    return _prompt(content, _USER_PARTS, "user", path)


def system_content(content: Any, path: str) -> str | list[RequestPart]:
    """Return the content of a system message as it is sent: its text.

    Args:
        content: A string, or a list of strings and blocks.
        path: The place of the message, for errors.

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
    """Return what is in LangChain's block for what it has no type for."""
    wrapped = isinstance(block, Mapping) and block.get("type") == "non_standard"
    return block.get("value") if wrapped else block


def _unknown(
    kind: str, known: frozenset[str], role: str, path: str
) -> ConfigurationError:
    msg = (
        f"{path} is of type {kind!r}, which is not known to be accepted in a {role} "
        f"message. Known there: {', '.join(sorted(known))}. A type of your server's "
        'own is sent as it is inside {"type": "non_standard", "value": {...}}.'
    )
    return ConfigurationError(msg)


def tool_content(
    content: Any, path: str, *, media: bool
) -> tuple[str | list[RequestPart], list[RequestPart]]:
    """Return the content of a tool's result, and the parts that it may not have.

    A block of a type that is not known is data that the tool gave: it is sent as JSON.

    Args:
        content: A string, `None`, or a list of strings and blocks.
        path: The place of the message, for errors.
        media: Whether the server accepts images and the like in a result.
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

    text = json.dumps(data, ensure_ascii=False, default=as_json)
    return {"type": "text", "text": text}


def answer_content(content: Any) -> str | list[RequestPart]:
    """Return the content of an answer as it is sent: its text.

    All else is left out: calls, a refusal and sound have fields of their own, reasoning
    goes back under the key that the server reads, and images and what ran at another
    server are parts that no server accepts here. Texts are joined by nothing, because
    blocks are how a stream was cut.
    """
    if isinstance(content, str):
        return content
    parts = [_plain_text(part) for part in answer_texts(content)]
    text = joined_text(parts, "")
    return parts if text is None else text


def answer_texts(content: Iterable[Any]) -> Iterator[Mapping[str, Any]]:
    """Yield what is text in the content list of an answer, as blocks."""
    for block in content:
        inner = _unwrapped(block)
        if isinstance(inner, str):
            inner = {"text": inner}
        if not isinstance(inner, Mapping) or not isinstance(inner.get("text"), str):
            continue
        if inner.get("type", "text") in {"text", "output_text"} and inner["text"]:
            yield inner


def _plain_text(part: Mapping[str, Any]) -> RequestPart:
    """Return a text part without what its maker put beside the text.

    Annotations and signatures mean nothing to another server, which refuses them.
    """
    return {"type": "text", "text": part["text"], **cache_marks(part)}


def _simplest(parts: list[RequestPart]) -> str | list[RequestPart]:
    """Return parts that are nothing but text as one string.

    Most servers take only a string from a tool, and some, DeepSeek among them, from a
    system. Between two texts stands a line break, as vLLM and llama.cpp put it for
    templates that take strings, unless one of them has white space there.
    """
    if joined_text(parts, "") is None:
        return parts
    whole = ""
    for part in parts:
        text = part["text"]
        touches = whole and text and not (whole[-1].isspace() or text[0].isspace())
        whole += f"\n{text}" if touches else text
    return whole
