"""Decide about requests that are changed because the server or the model refuses them.

OpenAI's newest models refuse tools in chat completions while they reason. Where the
user did not ask for reasoning, such a request is sent again without it
(https://developers.openai.com/api/docs/guides/deployment-checklist).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

from langchain_sse_chat.errors import InvalidRequestError
from langchain_sse_chat.lazy_pattern import lazy_pattern

logger = logging.getLogger("langchain_sse_chat")

_REFUSES_TOOLS = lazy_pattern(
    r"tools with reasoning_effort are not supported", re.IGNORECASE
)

_SAYS = ("reasoning", "reasoning_effort", "thinking", "enable_thinking")
"""Fields of a body that say whether the model reasons."""

WITHOUT_REASONING = {"reasoning_effort": "none"}
"""The field for a call of tools without reasoning."""

QUIET_TOOLS: dict[tuple[str, Any], bool] = {}
"""Models, by URL and name, that refused tools while they reason, in this process; and
whether they accept them without reasoning."""

_WARNED: set[tuple[str, Any, tuple[str, ...]]] = set()


def calls_tools_quietly(url: str, body: Mapping[str, Any]) -> bool:
    """Whether a request has tools that its model accepts only without reasoning.

    Args:
        url: The URL.
        body: The body of the request.
    """
    known = QUIET_TOOLS.get((url, body.get("model")))
    return known is True and may_stop_reasoning(body)


def may_stop_reasoning(body: Mapping[str, Any]) -> bool:
    """Whether a request has tools and says nothing about reasoning."""
    return bool(body.get("tools")) and not any(name in body for name in _SAYS)


def was_stopped(adjusted: Mapping[str, Any]) -> bool:
    """Whether reasoning was switched off for a request with tools.

    Args:
        adjusted: The fields that were changed, each with what is sent instead.
    """
    return adjusted.items() >= WITHOUT_REASONING.items()


def without_reasoning(
    body: Mapping[str, Any], adjusted: Mapping[str, Any], held: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a body with reasoning switched off, and the fields that are changed.

    Args:
        body: The body.
        adjusted: The fields that were changed, each with what is sent instead.
        held: Fields that were left out because the model refuses them while it reasons.
            They are sent now.
    """
    others = {name: value for name, value in adjusted.items() if name not in held}
    return {**held, **body, **WITHOUT_REASONING}, {**others, **WITHOUT_REASONING}


def refuses_tools(error: InvalidRequestError) -> bool:
    """Whether the server refused the tools because the model reasons."""
    return bool(_REFUSES_TOOLS.search(error.response.text))


def is_about_reasoning(error: InvalidRequestError) -> bool:
    """Whether the server refused a value of `reasoning_effort`."""
    return "reasoning_effort" in error.response.text


def record_quiet(url: str, model: Any, *, accepted: bool) -> None:
    """Record that a model refuses tools while it reasons.

    Args:
        url: The URL.
        model: The model's name.
        accepted: Whether it accepts them without reasoning.
    """
    QUIET_TOOLS[url, model] = accepted


def is_known_to_refuse(url: str, model: Any) -> bool:
    """Whether a model refuses tools, with and without reasoning."""
    return QUIET_TOOLS.get((url, model)) is False


def needs_responses(error: InvalidRequestError) -> InvalidRequestError:
    """Return the error for a model that calls tools in the Responses API only."""
    msg = (
        f"{error} The model does not support a `reasoning_effort` of 'none' either: it "
        "calls tools only in the Responses API. Pass another model."
    )
    return InvalidRequestError(
        msg,
        response=error.response,
        request_id=error.request_id,
        code=error.code,
        is_retryable=False,
    )


def warn_once(url: str, model: Any, adjusted: Mapping[str, Any]) -> None:
    """Log that fields were changed, once for a model and its fields.

    Args:
        url: The URL without query, for the log.
        model: The model's name.
        adjusted: The fields, each with what was sent instead; `None` for nothing.
    """
    key = url, model, tuple(adjusted)
    if key in _WARNED:
        return
    _WARNED.add(key)
    words = [
        f"{name} was left out" if value is None else f"{name} was set to {value!r}"
        for name, value in adjusted.items()
    ]
    logger.warning(
        "%s: %s, because the model %s refuses the request otherwise. Pass it in "
        "`extra_body` to send it all the same.",
        url,
        ", ".join(words),
        model,
    )
