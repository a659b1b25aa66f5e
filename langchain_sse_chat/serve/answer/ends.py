"""Convert what a message says of its end to OpenAI's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_core.messages.ai import UsageMetadata

from langchain_sse_chat.errors import StreamError, StreamTruncatedError
from langchain_sse_chat.message_keys import (
    MODEL_PROVIDER,
    REASONING,
    REASONING_KEY,
    TOOL_CALL_EXTRAS,
)
from langchain_sse_chat.serve.answer.parts import Finish
from langchain_sse_chat.wire.finish_reasons import (
    Ending,
    ending,
    is_filtered,
    is_length,
    is_refusal,
)
from langchain_sse_chat.wire.stream_errors import error_in

_REASON_KEYS = (
    "finish_reason",
    "stop_reason",  # Anthropic
    "stopReason",  # Bedrock
    "finishReason",
    "done_reason",  # Ollama
)
"""Fields of `response_metadata` with the finish reason."""

_OWN_METADATA = frozenset(
    {
        "finish_reason",
        "model",
        "model_name",
        "model_provider",
        "native_finish_reason",
        "normalized_finish_reason",
        "finish_reason_inferred",
        "logprobs",
        "token_usage",
        "token_usage_parts",
        "usage",
        "other_choices",
        "refusal",
        "output_version",
        # The relay has its own of these.
        "id",
        "object",
        "created",
        "choices",
        "request_id",
        "headers",
        # Of the calls that the relay has made.
        "attempts",
        "resumed",
        "resumed_at",
        "cost",
        "cost_currency",
        "cost_source",
    }
)
"""Fields of our messages' metadata that are not sent as they are."""

_OWN_FIELDS = frozenset(
    {REASONING, REASONING_KEY, TOOL_CALL_EXTRAS, "refusal", "parsed", "tool_calls"}
)
"""Fields of `additional_kwargs` that are not sent as they are."""

_SHARED_METADATA = frozenset(
    {"system_fingerprint", "service_tier", "citations", "search_results"}
)
"""Fields of OpenAI-compatible answers that models of other packages keep."""

_SHARED_FIELDS = frozenset({"annotations", "audio", "images", "reasoning_details"})


def finish_of(
    metadata: Mapping[str, Any], kwargs: Mapping[str, Any], *, has_calls: bool
) -> Finish:
    """Return the end of an answer.

    Args:
        metadata: The `response_metadata` of its last message.
        kwargs: The `additional_kwargs` of that message.
        has_calls: Whether there are tool calls for the client.

    Raises:
        StreamTruncatedError: The model gives finish reasons, but there is none.
        StreamError: The reason means that the model failed.
    """
    ours = metadata.get("model_provider") == MODEL_PROVIDER
    raw = _raw_reason(metadata, _REASON_KEYS[:1] if ours else _REASON_KEYS)
    if raw is None and metadata.get("model_provider"):
        msg = (
            "The model's answer ended without a finish reason, so it may be truncated."
        )
        raise StreamTruncatedError(msg)
    reason = _openai_reason(raw, has_calls=has_calls)
    native = metadata.get("native_finish_reason") or (raw if raw != reason else None)
    others = metadata.get("other_choices")
    name = metadata.get("model_name")
    return Finish(
        reason=reason,
        native_reason=native if isinstance(native, str) else None,
        logprobs=metadata.get("logprobs"),
        fields=_picked(kwargs, _OWN_FIELDS, _SHARED_FIELDS, ours=ours),
        metadata=_without_errors(
            _picked(metadata, _OWN_METADATA, _SHARED_METADATA, ours=ours)
        ),
        other_choices=others if isinstance(others, list) else [],
        model=name if isinstance(name, str) and name else None,
    )


def _picked(
    fields: Mapping[str, Any],
    own: frozenset[str],
    shared: frozenset[str],
    *,
    ours: bool,
) -> dict[str, Any]:
    """Return the fields that a server sent: those of other packages are few."""
    return {
        name: value
        for name, value in fields.items()
        if value is not None and (name not in own if ours else name in shared)
    }


def _without_errors(fields: dict[str, Any]) -> dict[str, Any]:
    """Return fields without those that report an error where they are next to choices.

    A server may have sent them between chunks, as a notice, and the answer continued.
    """

    def is_error(some: Mapping[str, Any]) -> bool:
        return error_in({"choices": [{}], **some}, "message") is not None

    if not is_error(fields):
        return fields
    kept = {key: value for key, value in fields.items() if not is_error({key: value})}
    return {} if is_error(kept) else kept


def _raw_reason(metadata: Mapping[str, Any], keys: tuple[str, ...]) -> str | None:
    for key in keys:
        reason = metadata.get(key)
        if isinstance(reason, str) and reason:
            return reason
    # OpenAI's Responses API, as `ChatOpenAI` gives it.
    details = metadata.get("incomplete_details")
    if isinstance(details, Mapping) and isinstance(details.get("reason"), str):
        return str(details["reason"])
    status = metadata.get("status")
    return status if isinstance(status, str) else None


def _openai_reason(raw: str | None, *, has_calls: bool) -> str:
    kind = ending(raw) if raw is not None else Ending.PLAIN
    if raw is None or kind in (None, Ending.PLAIN, Ending.CALLS):
        return "tool_calls" if has_calls else "stop"
    if kind == Ending.FAILED:
        msg = f"The model's answer ended with the finish reason {raw!r}, a failure."
        raise StreamError(msg, code=raw)
    if is_filtered(raw) or is_refusal(raw):
        return "content_filter"
    return "length" if is_length(raw) or kind == Ending.CUT else raw


def openai_usage(
    usage: UsageMetadata | None, sent: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """Return token counts in OpenAI's form.

    Args:
        usage: LangChain's counts of the whole answer.
        sent: The server's own object, if the answer has one; it may have more fields.
    """
    if usage is None:
        return dict(sent) if sent else None
    if sent and all(type(sent.get(name)) is int for name in _COUNTS):
        return dict(sent)
    counts: dict[str, Any] = {
        "prompt_tokens": usage["input_tokens"],
        "completion_tokens": usage["output_tokens"],
        "total_tokens": usage["total_tokens"],
    }
    details_in: Mapping[str, Any] = usage.get("input_token_details") or {}
    details_out: Mapping[str, Any] = usage.get("output_token_details") or {}
    for name, details, spellings in (
        ("prompt_tokens_details", details_in, _INPUT_DETAILS),
        ("completion_tokens_details", details_out, _OUTPUT_DETAILS),
    ):
        found = {
            spellings.get(key, key): count
            for key, count in details.items()
            if type(count) is int
        }
        if found:
            counts[name] = found
    return {**(sent or {}), **counts}


_COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")
_INPUT_DETAILS = {"cache_read": "cached_tokens", "audio": "audio_tokens"}
_OUTPUT_DETAILS = {"reasoning": "reasoning_tokens", "audio": "audio_tokens"}
"""OpenAI's names of LangChain's details."""
