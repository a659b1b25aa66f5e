"""Recognize the errors of servers about a batch that is too large."""

from __future__ import annotations

import http
import re

from langchain_sse_chat.errors import (
    AuthenticationError,
    ContextLengthError,
    NotFoundError,
    PermissionDeniedError,
    SSEChatError,
    StatusError,
    StreamError,
)

_UNRELATED = (AuthenticationError, PermissionDeniedError, NotFoundError)

_TOO_LARGE = re.compile(
    # OpenAI: "array too long. Expected an array with maximum length 2048", and
    # "max 300000 tokens per request".
    r"(?:array|list) (?:is )?too (?:long|large|big)|max_tokens_per_request"
    r"|max(?:imum)?(?: of)? \d+ tokens per request"
    # Mistral: "Too many inputs in request", "Too many tokens in batch".
    r"|too many (?:input|text|item|sentence|document|string|tokens)"
    # DashScope: "batch size is invalid, it should not be larger than 10", and Text
    # Embeddings Inference: "batch size 64 > maximum allowed batch size 32".
    r"|batch[ _]?size"
    # Gemini: "at most 100 requests can be in one batch".
    r"|at most \d+ \w+ (?:can|may) be in (?:one|a) batch"
    r"|batch (?:is )?too (?:large|big)"
    # Zhipu, Cohere: "input array must not exceed 64", "at most 96 texts".
    r"|(?:at most|no more than|max(?:imum)?(?: of)?|up to|exceeds?(?: the limit of)?)"
    r" \d+ (?:input|text|item|sentence|document|string|element)"
    r"|(?:inputs?|texts|array|list)\b.{0,60}(?:exceed|at most|no more than)"
    # GitHub, OpenAI with status 429: a request above the limit of a minute.
    r"|request too large|too large to process"
    r"|数组.{0,12}(?:超|最大)|批.{0,12}(?:超|最大)",
    re.IGNORECASE | re.DOTALL,
)

_READ = 2000
"""Characters of a message that are read."""


def is_too_large(error: SSEChatError) -> bool:
    """Whether a server rejected a request because it holds too much.

    It may be the number of texts, the tokens of all of them or of one, or the bytes of
    the request: smaller batches help against all but a single text that is too long.

    Args:
        error: The error of the request, after its retries.
    """
    if isinstance(error, ContextLengthError):
        return True
    if isinstance(error, _UNRELATED):
        return False
    if not isinstance(error, StatusError | StreamError):
        return False
    if isinstance(error, StatusError):
        if error.status_code == http.HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return True
        if error.status_code < http.HTTPStatus.BAD_REQUEST:
            return False
    said = f"{error.code} {error}"
    return bool(_TOO_LARGE.search(said[:_READ]))
