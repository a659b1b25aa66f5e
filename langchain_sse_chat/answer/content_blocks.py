"""Make LangChain's `content_blocks` from the messages of this package.

LangChain's fallback loses reasoning next to text and shows a tool call that has just
begun as complete. Explicit `lc_…` indices keep blocks apart in any merge, both with
`output_version="v1"` and in protocol events.

Anything next to the text (images, audio, sources, a refusal) stays in
`additional_kwargs` and `response_metadata` as sent; the blocks are made from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages import content as types
from langchain_core.messages.block_translators import register_translator

from langchain_sse_chat.answer.citations import fields_to_annotations
from langchain_sse_chat.answer.media import (
    Block,
    audio_to_block,
    image_to_block,
    part_to_block,
)
from langchain_sse_chat.message_keys import MODEL_PROVIDER
from langchain_sse_chat.wire.content import PARTS_KEY
from langchain_sse_chat.wire.finish_reasons import is_filtered, is_refusal
from langchain_sse_chat.workarounds.broken_calls import sent_invalid_calls

_KNOWN_TYPES = types.KNOWN_BLOCK_TYPES | {"refusal"}
"""LangChain's own types; `refusal` was added in langchain-core 1.7.5."""

_CALL_TYPES = ("tool_call", "invalid_tool_call")

_INDEX_NAMES = {"reasoning": "rs", "text": "txt"}
"""Prefixes of block indices that differ from the type."""


def message_to_blocks(message: AIMessage) -> list[types.ContentBlock]:
    """Return the content blocks of a complete message.

    Their order: reasoning, text with its sources as `annotations`, tool calls, invalid
    tool calls, refusal, tools that the server ran, images, audio, other parts.
    """
    blocks = _with_annotations(_reasoning_and_content(message), message)
    blocks += _absent(
        message,
        [
            *_calls("tool_call", message.tool_calls),
            *_calls("invalid_tool_call", sent_invalid_calls(message)),
            *further_blocks(message.additional_kwargs, message.response_metadata),
        ],
    )
    return cast("list[types.ContentBlock]", blocks)


def chunk_to_blocks(message: AIMessageChunk) -> list[types.ContentBlock]:
    """Return the content blocks of a chunk, or of merged chunks.

    Calls are `tool_call_chunk`s until the last chunk is merged in. Sources, images,
    audio and other blocks are made from the last chunk.
    """
    content = message.content
    if type(content) is str and not (
        message.additional_kwargs or message.tool_call_chunks or message.chunk_position
    ):
        # Nearly every chunk of a stream.
        text: Block = {"type": "text", "text": content, "index": "lc_txt_0"}
        return cast("list[types.ContentBlock]", [text] if content else [])
    if message.chunk_position == "last":
        blocks = cast("list[Block]", message_to_blocks(message))
        merged = content or message.tool_call_chunks or _reasoning(message)
        return cast("list[types.ContentBlock]", blocks if merged else _indexed(blocks))
    blocks = _indexed(_reasoning_and_content(message))
    for chunk in message.tool_call_chunks:
        block: Block = {
            "type": "tool_call_chunk",
            "id": chunk["id"],
            "name": chunk["name"],
            "args": chunk["args"],
        }
        if chunk["index"] is not None:
            block["index"] = f"lc_tc_{chunk['index']}"
        blocks.append(block)
    return cast("list[types.ContentBlock]", blocks)


def _reasoning(message: AIMessage) -> str:
    reasoning = message.additional_kwargs.get("reasoning_content")
    return reasoning if isinstance(reasoning, str) else ""


def _reasoning_and_content(message: AIMessage) -> list[Block]:
    content = message.content
    parts = [content] if isinstance(content, str) else content
    blocks = [_content_block(part) for part in parts if part]
    kinds = {block["type"] for block in blocks}
    if (reasoning := _reasoning(message)) and "reasoning" not in kinds:
        blocks.insert(0, {"type": "reasoning", "reasoning": reasoning})
    return blocks


def _content_block(part: str | dict[str, Any]) -> Block:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    kind = part.get("type")
    # LangChain and servers both have a type `file`; only the server's holds an object.
    if (
        isinstance(kind, str)
        and kind in _KNOWN_TYPES
        and not isinstance(part.get(kind), dict)
    ):
        return dict(part)
    return part_to_block(part)


def _with_annotations(blocks: list[Block], message: AIMessage) -> list[Block]:
    """Return the blocks with the sources of the answer on the first text block.

    An answer without text gets an empty text block for them.
    """
    texts = [block for block in blocks if block["type"] == "text"]
    if any("annotations" in text for text in texts):
        return blocks
    fields = {**message.response_metadata, **message.additional_kwargs}
    annotations = fields_to_annotations(fields)
    if not annotations:
        return blocks
    if not texts:
        texts = [{"type": "text", "text": ""}]
        blocks = [*blocks, *texts]
    texts[0]["annotations"] = annotations
    return blocks


def _calls(kind: str, calls: Iterable[Mapping[str, Any]]) -> Iterable[Block]:
    for call in calls:
        yield {**call, "type": kind}


def further_blocks(
    fields: Mapping[str, Any], metadata: Mapping[str, Any]
) -> Iterable[Block]:
    """Yield the blocks of an answer other than its text and its calls.

    Args:
        fields: The message's `additional_kwargs`.
        metadata: Its `response_metadata`.
    """
    # An empty refusal in the metadata is a refusal without text.
    refusal = fields.get("refusal") or metadata.get("refusal")
    if isinstance(refusal, str):
        yield _refusal(refusal, metadata.get("finish_reason"))
    if executed := fields.get("executed_tools"):
        # Imported here, because few answers have them.
        from langchain_sse_chat.answer.server_tools import (  # noqa: PLC0415
            server_tool_blocks,
        )

        yield from server_tool_blocks(executed)
    if isinstance(images := fields.get("images"), list):
        yield from map(image_to_block, images)
    if (audio := fields.get("audio")) and isinstance(audio, dict):
        yield audio_to_block(audio)
    if isinstance(parts := fields.get(PARTS_KEY), list):
        yield from map(part_to_block, parts)


def _refusal(words: str, reason: Any) -> Block:
    """Return LangChain's block for a refusal; its `category` is the finish reason."""
    block: Block = {"type": "refusal", "refusal": words}
    if is_refusal(reason) or is_filtered(reason):
        block["extras"] = {"category": reason}
    return block


def _absent(message: AIMessage, blocks: list[Block]) -> list[Block]:
    """Return the blocks that are not already in the message's content."""
    if isinstance(message.content, str):
        return blocks
    parts = [part for part in message.content if isinstance(part, dict)]
    kinds = [part.get("type") for part in parts]
    ids = [part.get("id") for part in parts if part.get("type") in _CALL_TYPES]
    return [
        block
        for block in blocks
        if (
            block["id"] not in ids
            if block["type"] in _CALL_TYPES
            else block["type"] not in kinds
        )
    ]


def _indexed(blocks: list[Block]) -> list[Block]:
    """Return the blocks with indices, by which later pieces are merged."""
    counts: dict[str, int] = {}
    for block in blocks:
        kind = block["type"]
        count = counts.get(kind, 0)
        counts[kind] = count + 1
        block.setdefault("index", f"lc_{_INDEX_NAMES.get(kind, kind)}_{count}")
    return blocks


register_translator(MODEL_PROVIDER, message_to_blocks, chunk_to_blocks)
