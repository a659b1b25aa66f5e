"""Answer requests for embeddings: each vector depends on its text alone.

It is not a model. Texts with the same words, or parts of words, have similar vectors,
so that a search finds the text that shares most with the question.
"""

from __future__ import annotations

import base64
import math
import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from langchain_sse_chat.testing.completions import split_tokens
from langchain_sse_chat.testing.replies import Reply
from langchain_sse_chat.testing.request import Request

_WIDTH = 256
_MOST_TEXTS = 2048
_LENGTH_OF_A_PART = 3


def answer(request: Request) -> Reply:
    """Return the embeddings of a request, or status 400 for an invalid one."""
    body = request.settings()
    problem = refusal(body)
    if problem is not None:
        return Reply.status(400, error=problem)
    texts = texts_of(body)
    vectors = [vector(text, body.get("dimensions") or _WIDTH) for text in texts]
    is_base64 = body.get("encoding_format") == "base64"
    data = [
        {
            "object": "embedding",
            "index": index,
            "embedding": _as_base64(numbers) if is_base64 else numbers,
        }
        for index, numbers in enumerate(vectors)
    ]
    count = sum(map(token_count, texts))
    usage = {"prompt_tokens": count, "total_tokens": count}
    return Reply.json(
        {"object": "list", "data": data, "model": body["model"], "usage": usage}
    )


def refusal(body: Mapping[str, Any]) -> str | None:
    """Return why a body is rejected, `None` if it is accepted."""
    if not body.get("model") or not isinstance(body["model"], str):
        return "'model' must be a string."
    texts = texts_of(body)
    if not texts or not all(isinstance(text, str) for text in texts):
        return "'input' must be a string or a list of strings."
    if not all(texts):
        return "'input' cannot be an empty string."
    if len(texts) > _MOST_TEXTS:
        return f"'input' is an array too long: maximum length {_MOST_TEXTS}."
    width = body.get("dimensions")
    if width is not None and (type(width) is not int or width < 1):
        return "'dimensions' must be an integer above zero."
    if body.get("encoding_format") not in {None, "float", "base64"}:
        return "'encoding_format' must be 'float' or 'base64'."
    return None


def texts_of(body: Mapping[str, Any]) -> list[Any]:
    """Return the items of `input`, empty if it is neither a string nor a list."""
    given = body.get("input")
    if isinstance(given, str):
        return [given]
    return given if isinstance(given, list) else []


def token_count(text: str) -> int:
    """Return the number of tokens of a text: its words."""
    return len(split_tokens(text))


def vector(text: str, width: int = _WIDTH) -> list[float]:
    """Return the vector of a text, with the length 1.

    Args:
        text: The text.
        width: Number of dimensions.
    """
    numbers = [0.0] * width
    for part in _parts(text):
        code = zlib.crc32(part.encode("utf-8", "backslashreplace"))
        numbers[code % width] += 1.0
    length = math.sqrt(sum(number * number for number in numbers))
    return [number / length for number in numbers]


def _parts(text: str) -> Sequence[str]:
    """Return the words of a text, and their parts of three letters."""
    words = [f" {word} " for word in text.lower().split()] or [text]
    parts = [
        word[start : start + _LENGTH_OF_A_PART]
        for word in words
        for start in range(len(word) - _LENGTH_OF_A_PART + 1)
    ]
    return words + parts


def _as_base64(numbers: Sequence[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()
