"""Check a request for a target that takes messages alone."""

from __future__ import annotations

from collections.abc import Collection

from langchain_sse_chat.serve.failure.failure import refused
from langchain_sse_chat.serve.request.chat_request import ChatRequest


def check_demands(request: ChatRequest, kind: str, accepts: Collection[str]) -> None:
    """Refuse what must not be ignored, such as tools and formats.

    Args:
        request: The request.
        kind: What the target is, for the sentence of the refusal.
        accepts: The parameters that the target takes.

    Raises:
        RequestRefused: The request has one that the target does not take.
    """
    for param in request.demands:
        if param not in accepts:
            msg = f"This model is a {kind}, which does not support `{param}`."
            raise refused(msg, param, "unsupported_parameter")


def ignored_options(request: ChatRequest, accepts: Collection[str]) -> tuple[str, ...]:
    """Return the parameters of models that the request has and the target ignores."""
    names = set(request.options) | ({"metadata"} if request.metadata else set())
    return as_sent(names - set(accepts), request)


def as_sent(names: Collection[str], request: ChatRequest) -> tuple[str, ...]:
    """Return names of parameters as the client wrote them, in order."""
    limit = "max_tokens" if "max_tokens" in request.fields else "max_completion_tokens"
    return tuple(sorted(limit if name == "max_tokens" else name for name in names))
