"""Tool calls that must not be run, in a merged stream of chunks.

Should happen: a tool call whose arguments were truncated is an invalid tool call.

Happens instead: LangChain completes the arguments whenever it merges chunks
(`langchain_core.utils.json.parse_partial_json`), after the last chunk too. A truncated
call becomes another, valid call: `{"path": "/data/old` deletes `/data/old`.

A bracket that closes nothing is what `parse_partial_json` gives up at, and a strict
parser refuses it too. The arguments of a broken call end with such a bracket, the mark,
which is removed again wherever a merged message leaves the process.

Upstream: https://github.com/langchain-ai/langchain/issues/39275 (closed).

Verified: 2026-11-28, langchain-core 1.6.0 and 1.8.3.

Without this file: an agent that streams runs calls that the model has never made.
"""

from __future__ import annotations

from typing import Any

from langchain_core.messages import AIMessage, BaseMessage

from langchain_sse_chat.message_keys import MODEL_PROVIDER

NOT_AN_OBJECT = "The arguments are not a complete JSON object."
"""The error of an invalid tool call."""

_MARK_LENGTHS = (5, 2, 1)
"""The lengths that a mark can have, the longest first."""


def breaking_mark(arguments: str) -> str:
    """Return the shortest mark that keeps arguments from being read as an object.

    A string that is still open is closed first. The number of brackets distinguishes
    that quote from one that the server has sent.
    """
    closers: list[str] = []
    in_string = escaped = False
    for char in arguments:
        if in_string:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == '"':
                in_string = False
        elif char == '"':
            in_string = True
        elif char in "{[":
            closers.append("}" if char == "{" else "]")
        elif char in "}]" and closers and closers[-1] == char:
            closers.pop()
    bracket = "]" if closers and closers[-1] == "}" else "}"
    if in_string:
        return '""' + 3 * bracket if escaped else '"' + bracket
    return 2 * bracket if arguments.endswith('"') else bracket


def without_mark(arguments: str) -> str:
    """Return the arguments of a broken call without their breaking mark.

    Neither complete nor truncated JSON ends with what would be its mark.
    """
    for length in _MARK_LENGTHS:
        sent, mark = arguments[:-length], arguments[-length:]
        if breaking_mark(sent) == mark:
            return sent
    return arguments


def sent_invalid_calls(message: AIMessage) -> list[Any]:
    """Return the invalid calls of a message with their arguments as they were sent.

    Args:
        message: A message of any model. Only merged messages of this package have
            marked calls; LangChain gives those no `error`.
    """
    ours = message.response_metadata.get("model_provider") == MODEL_PROVIDER
    return [
        {**call, "args": without_mark(call["args"] or ""), "error": NOT_AN_OBJECT}
        if ours and call.get("args") and not call.get("error")
        else call
        for call in message.invalid_tool_calls
    ]


def unmark(message: BaseMessage) -> None:
    """Remove the marks from the invalid calls of a merged message."""
    if not isinstance(message, AIMessage) or not message.invalid_tool_calls:
        return
    message.invalid_tool_calls = sent_invalid_calls(message)
    if isinstance(message.content, str):
        return
    calls = {call["id"]: call for call in message.invalid_tool_calls}
    message.content = [
        {"type": "invalid_tool_call", **calls[block.get("id")]}
        if isinstance(block, dict)
        and block.get("type") == "tool_call_chunk"
        and block.get("id") in calls
        else block
        for block in message.content
    ]
