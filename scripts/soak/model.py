"""The model behind the faults: it answers, and continues unfinished answers."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from langchain_sse_chat.testing import Reply, Request
from scripts.soak.texts import (
    answer_to,
    pieces_in_utf16,
    repeated,
    rest_of,
    tokens_of,
)

REPEATS = "repeats"
"""The name of a model that repeats the whole text that it should continue."""
REFUSES = "refuses"
"""The name of a model that has to be asked to continue."""


def reasoning_to(question: str) -> str:
    """Return the reasoning before an answer; empty for some questions."""
    source = random.Random(f"reasoning to {question}")  # noqa: S311  no secret
    return answer_to(f"{question}, in thought") if source.random() < 1 / 3 else ""


def reply(request: Request) -> Reply:
    """Return the answer to a conversation, or status 400 to one that is not right.

    The first message is the question. When the last one is the assistant's, the answer
    continues exactly where that one ends; when it is the user's after the assistant's,
    it continues too, and may repeat the last characters first. The model thinks the
    same each time.
    """
    body = request.json()
    messages = body["messages"]
    if body["model"] == REFUSES and messages[-1]["role"] == "assistant":
        return Reply.status(400, error="the last message must be the user's")
    try:
        said = _said(messages, repeats=body["model"] == REPEATS)
    except ValueError as error:
        return Reply.status(400, error=f"soak: {error}")
    return Reply.sse(list(_events(said, body)), merge=True)


def _said(messages: Sequence[Mapping[str, Any]], *, repeats: bool) -> str:
    """Return the next answer of the model.

    Raises:
        ValueError: What was begun is not the beginning of the answer, or the
            conversation is unknown to the model.
    """
    question = messages[0]["content"]
    answer = answer_to(question)
    roles = [message["role"] for message in messages]
    if roles == ["user"]:
        return answer
    if roles == ["user", "assistant"]:
        rest = rest_of(answer, messages[1]["content"])
        return answer if repeats else rest
    if roles == ["user", "assistant", "user"]:
        begun = messages[1]["content"]
        rest = rest_of(answer, begun)
        return repeated(begun, rest, question) + rest
    msg = f"a conversation of {roles}"
    raise ValueError(msg)


def _events(said: str, body: Mapping[str, Any]) -> Iterator[bytes]:
    question = body["messages"][0]["content"]
    key = f"{question} {len(said)}"
    source = random.Random(f"events of {key}")  # noqa: S311  no secret
    head = {"id": "soak", "object": "chat.completion.chunk", "model": body["model"]}
    # Characters as they are, so that a cut can go through one; or escaped, so that a
    # delta can hold half of one.
    escaped = source.choice((True, False))
    thoughts, tokens = tokens_of(reasoning_to(question), key), tokens_of(said, key)
    if escaped:
        tokens = pieces_in_utf16(tokens, key)
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"reasoning_content": thought} for thought in thoughts]
    deltas += [{"content": token} for token in tokens]
    choices: list[dict[str, Any]] = [
        {"index": 0, "delta": delta, "finish_reason": None} for delta in deltas
    ]
    choices.append({"index": 0, "delta": {}, "finish_reason": "stop"})
    for choice in choices:
        yield _event({**head, "choices": [choice]}, escaped=escaped)
    if body.get("stream_options"):
        usage = {"prompt_tokens": 1, "completion_tokens": len(tokens)}
        yield _event({**head, "choices": [], "usage": usage}, escaped=escaped)
    yield b"data: [DONE]\n\n"


def _event(chunk: Mapping[str, Any], *, escaped: bool) -> bytes:
    text = json.dumps(chunk, ensure_ascii=escaped, separators=(",", ":"))
    return f"data: {text}\n\n".encode()
