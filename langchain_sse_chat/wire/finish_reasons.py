"""Classify finish reasons.

Reasons for a complete answer and for a truncated but valid one are listed. Failures are
matched by word instead, because servers invent new names for them, and a missed failure
would pass as an answer. Any other reason is unknown: nothing is inferred from it, since
servers also invent names for good endings.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache

from langchain_sse_chat.lazy_pattern import lazy_pattern


class Ending(IntEnum):
    """Kinds of finish reasons; if an answer has several, the highest wins."""

    PLAIN = 1
    """The model finished, or reached a stop sequence."""
    CALLS = 2
    """The model calls tools."""
    UNKNOWN = 3
    """A reason that only this server uses."""
    CUT = 4
    """A limit or a filter truncated the answer; the text so far is valid."""
    FAILED = 5
    """The server or the model's output failed: there is no valid answer."""


_PREFIX = re.compile(r"^(?:finish_?reason|stop_?reason|reason)[_.]+")
"""Prefixes of enumerations: `FINISH_REASON_STOP`, `FinishReason.STOP`."""

_NOT_FINISHED = frozenset(
    {
        "null",  # DashScope's own API, gateways
        "none",
        "unspecified",  # Gemini
        "finish_reason_unspecified",
        "not_finished",  # watsonx
        "in_progress",
    }
)

_PLAIN = frozenset(
    {
        "stop",
        "eos",  # Together
        "eos_token",  # TGI, watsonx
        "stop_token",
        "end_of_text",
        "end_turn",  # Claude, through gateways
        "stop_sequence",
        "complete",  # Cohere
        "completed",  # Responses, through gateways
        "normal",  # Baidu
    }
)

_CALLS = frozenset({"tool_calls", "function_call", "tool_call", "tool_use"})

_LENGTH = frozenset(
    {
        "length",
        "max_tokens",
        "max_output_tokens",
        "max_new_tokens",
        "max_length",
        "max_output",  # MiniMax
        "token_limit",  # watsonx
        "model_length",  # Mistral
        "context_length_exceeded",
        "model_context_window_exceeded",  # Zhipu, Claude
        "error_limit",  # Cohere
    }
)
"""A limit on tokens."""

_REFUSED = frozenset(
    {
        # https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/post-chat
        "blacklist",
        # Claude through gateways:
        # https://docs.claude.com/en/api/handling-stop-reasons
        "refusal",
    }
)
"""The model refused: the text, if there is any, is the refusal."""

_FILTERED = frozenset(
    {
        # https://platform.openai.com/docs/api-reference/chat/object
        "content_filter",
        # https://docs.bigmodel.cn/api-reference, Hunyuan
        "sensitive",
        # https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails.html
        "guardrail_intervened",
        "content_filtered",  # Bedrock
        "error_toxic",  # Cohere
        # Gemini, and gateways to it
        # (https://ai.google.dev/api/generate-content#FinishReason)
        "safety",
        "recitation",
        "blocklist",
        "prohibited_content",
        "spii",
        "image_safety",
        "image_recitation",
        "image_prohibited_content",
        "model_armor",  # Vertex AI
    }
)
"""A filter stopped the answer, which may have begun."""

_CUT = frozenset(
    {
        "time_limit",
        "repetition",  # vLLM
        "repetition_truncation",  # MiMo
        "language",  # Gemini
    }
).union(_LENGTH, _REFUSED, _FILTERED)

_FAILURE = lazy_pattern(
    r"error|fail|abort|cancel|malformed|exception|time_?d?_?out"
    # DeepSeek: `insufficient_system_resource`.
    r"|insufficient|unavailable|overload|rate_limit|quota|deadline"
    # Gemini: `UNEXPECTED_TOOL_CALL`, `TOO_MANY_TOOL_CALLS`,
    # `MISSING_THOUGHT_SIGNATURE`.
    r"|unexpected|too_many|missing"
)
"""Words for a failure: `error` (OpenRouter, Mistral,
GigaChat), `abort` (vLLM, SGLang), `network_error` (Zhipu), `MALFORMED_FUNCTION_CALL`
(Gemini), `malformed_tool_use` (Bedrock), `USER_CANCEL` (Cohere), `timeout`."""


_NO_FAILURE = lazy_pattern(r"(?:no|non|without)_(?:error|fail)[a-z]*|failover")
"""Words that speak of a failure, and say that there is none."""


@lru_cache(maxsize=256)
def _words_of(reason: str) -> tuple[str, ...]:
    """Return the words of a finish reason as this module spells them.

    There is one, or several with a colon between: Gemini's compatible endpoint sends
    `content_filter: RECITATION`.
    """
    words = (
        _PREFIX.sub("", re.sub(r"[\s-]+", "_", part.strip().lower()))
        for part in reason.split(":")
    )
    return tuple(word for word in words if word and word not in _NOT_FINISHED)


@lru_cache(maxsize=256)
def ending(reason: str) -> Ending | None:
    """Return the kind of a finish reason, `None` if it means "not finished yet"."""
    return max(map(_ending_of, _words_of(reason)), default=None)


def _ending_of(word: str) -> Ending:
    for known, kind in (
        (_PLAIN, Ending.PLAIN),
        (_CALLS, Ending.CALLS),
        (_CUT, Ending.CUT),
    ):
        if word in known:
            return kind
    failed = _FAILURE.search(_NO_FAILURE.sub("", word))
    return Ending.FAILED if failed else Ending.UNKNOWN


def _has_one_of(reason: object, words: frozenset[str]) -> bool:
    return isinstance(reason, str) and not words.isdisjoint(_words_of(reason))


def rank(reason: str | None) -> int:
    """Return the rank of a finish reason: its `Ending`, 0 without a reason."""
    return (ending(reason) or 0) if reason else 0


def finish_reason_of(value: object) -> str | None:
    """Return the finish reason in a `finish_reason` field, `None` if there is none.

    SGLang and servers based on it send an object: `{"type": "length", "length": 16}`.
    """
    if isinstance(value, dict):
        value = value.get("type")
    if not isinstance(value, str):
        return None
    return value if ending(value) is not None else None


@lru_cache(maxsize=256)
def normalized(reason: str) -> str | None:
    """Return a finish reason in LangChain's words, `None` for an unknown one.

    langchain-core 1.8.4 names `stop`, `tool_call` and `refusal`
    (`langchain_core.language_models._finish_reason`); `length` and `content_filter`
    are the words of OpenAI and of OpenTelemetry, whose `tool_call` it is
    (https://opentelemetry.io/docs/specs/semconv/gen-ai/).
    """
    if is_refusal(reason):
        return "refusal"
    if is_filtered(reason):
        return "content_filter"
    if is_length(reason):
        return "length"
    return _NORMALIZED.get(rank(reason))


_NORMALIZED: dict[int, str] = {Ending.PLAIN: "stop", Ending.CALLS: "tool_call"}


def is_length(reason: object) -> bool:
    """Whether a finish reason says that a limit on tokens ended the answer."""
    return _has_one_of(reason, _LENGTH)


def is_refusal(reason: object) -> bool:
    """Whether a finish reason says that the model refused to answer."""
    return _has_one_of(reason, _REFUSED)


def is_filtered(reason: object) -> bool:
    """Whether a finish reason says that a filter stopped the answer."""
    return _has_one_of(reason, _FILTERED)
