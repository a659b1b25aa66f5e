"""Content blocks of our messages, for LangChain's `content_blocks`.

LangChain's own guess loses reasoning beside text and shows a tool call that has just
begun as a finished one. Explicit `lc_…` indices keep every block its own through any
merge: in `output_version="v1"` and in protocol events alike.
"""

from __future__ import annotations

from typing import Any, cast

from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages import content as types
from langchain_core.messages.block_translators import register_translator

MODEL_PROVIDER = "sse-chat"
"""`response_metadata["model_provider"]` of our messages and `ls_provider` of our runs.

A name of our own, whichever the server: LangChain finds the reader of content blocks
by it, and those of other packages drop fields that we keep.
"""

_REASONING_INDEX = "lc_rs_0"
_TEXT_INDEX = "lc_txt_0"


def message_to_blocks(message: AIMessage) -> list[types.ContentBlock]:
    """Return the content blocks of a whole message."""
    blocks = _reasoning_and_content(message)
    blocks += [{"type": "tool_call", **_without_type(c)} for c in message.tool_calls]
    blocks += [
        {"type": "invalid_tool_call", **_without_type(c)}
        for c in message.invalid_tool_calls
    ]
    return cast("list[types.ContentBlock]", blocks)


def chunk_to_blocks(message: AIMessageChunk) -> list[types.ContentBlock]:
    """Return the content blocks of a chunk, or of several merged.

    Calls are `tool_call_chunk`s until the last chunk is merged in.
    """
    if message.chunk_position == "last":
        return message_to_blocks(message)
    blocks = _reasoning_and_content(message, indexed=True)
    for chunk in message.tool_call_chunks:
        block: dict[str, Any] = {
            "type": "tool_call_chunk",
            "id": chunk["id"],
            "name": chunk["name"],
            "args": chunk["args"],
        }
        if chunk["index"] is not None:
            block["index"] = f"lc_tc_{chunk['index']}"
        blocks.append(block)
    return cast("list[types.ContentBlock]", blocks)


def _reasoning_and_content(
    message: AIMessage, *, indexed: bool = False
) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    reasoning_index = _REASONING_INDEX if indexed else None
    text_index = _TEXT_INDEX if indexed else None
    reasoning = message.additional_kwargs.get("reasoning_content")
    if isinstance(reasoning, str) and reasoning:
        blocks.append(_block("reasoning", "reasoning", reasoning, reasoning_index))
    content = message.content
    for part in [content] if isinstance(content, str) else content:
        if isinstance(part, dict):
            blocks.append(part)
        elif part:
            blocks.append(_block("text", "text", part, text_index))
    return blocks


def _block(kind: str, field: str, text: str, index: str | None) -> dict[str, Any]:
    block = {"type": kind, field: text}
    if index is not None:
        block["index"] = index
    return block


def _without_type(call: Any) -> dict[str, Any]:
    return {k: v for k, v in call.items() if k != "type"}


register_translator(MODEL_PROVIDER, message_to_blocks, chunk_to_blocks)
