"""The end of an answer in OpenAI's words."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages.ai import UsageMetadata

from langchain_sse_chat import StreamError, StreamTruncatedError
from langchain_sse_chat.message_keys import MODEL_PROVIDER
from langchain_sse_chat.serve.answer.ends import finish_of, openai_usage


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ({}, "stop"),
        ({"finish_reason": "stop"}, "stop"),
        ({"finish_reason": "STOP"}, "stop"),
        ({"stop_reason": "end_turn"}, "stop"),
        ({"stop_reason": "max_tokens"}, "length"),
        ({"stopReason": "guardrail_intervened"}, "content_filter"),
        ({"done_reason": "length"}, "length"),
        ({"finish_reason": "blacklist"}, "content_filter"),
        ({"finish_reason": "repetition"}, "length"),
        ({"finish_reason": "interrupted"}, "interrupted"),
        ({"finish_reason": "null"}, "stop"),
        ({"status": "completed"}, "stop"),
        (
            {
                "status": "incomplete",
                "incomplete_details": {"reason": "max_output_tokens"},
            },
            "length",
        ),
        ({"incomplete_details": {"reason": None}, "status": "completed"}, "stop"),
    ],
    ids=str,
)
def test_the_finish_reasons_of_providers(metadata: dict[str, Any], reason: str) -> None:
    assert finish_of(metadata, {}, has_calls=False).reason == reason


@pytest.mark.parametrize("reason", ["stop", "tool_use", "tool_calls"])
def test_calls_for_the_client_make_the_reason(reason: str) -> None:
    metadata = {"finish_reason": reason}

    assert finish_of(metadata, {}, has_calls=True).reason == "tool_calls"
    assert finish_of(metadata, {}, has_calls=False).reason == "stop"


@pytest.mark.parametrize(
    ("metadata", "native"),
    [
        ({"finish_reason": "stop"}, None),
        ({"stop_reason": "end_turn"}, "end_turn"),
        ({"finish_reason": "stop", "native_finish_reason": "eos"}, "eos"),
        ({"finish_reason": "stop", "native_finish_reason": 1}, None),
    ],
    ids=str,
)
def test_the_model_s_own_word_is_kept(
    metadata: dict[str, Any], native: str | None
) -> None:
    assert finish_of(metadata, {}, has_calls=False).native_reason == native


@pytest.mark.parametrize("reason", ["error", "MALFORMED_FUNCTION_CALL"])
def test_a_reason_that_means_failure_is_an_error(reason: str) -> None:
    with pytest.raises(StreamError, match=reason) as raised:
        finish_of({"finish_reason": reason}, {}, has_calls=False)

    assert raised.value.code == reason


@pytest.mark.parametrize("provider", [MODEL_PROVIDER, "openai"])
def test_a_model_that_gave_no_reason_was_cut(provider: str) -> None:
    """`ChatOpenAI` takes a stream that breaks off for a complete one."""
    with pytest.raises(StreamTruncatedError, match="without a finish reason"):
        finish_of({"model_provider": provider}, {}, has_calls=False)


def test_ours_keep_all_that_a_server_sent_and_others_what_is_shared() -> None:
    metadata = {
        "finish_reason": "stop",
        "citations": ["u"],
        "provider": "P",
        "request_id": "r",
        "model_name": "m-1",
        "service_tier": None,
    }
    kwargs = {"annotations": [1], "mine": 2, "reasoning_content": "Hm"}

    ours = finish_of(
        {**metadata, "model_provider": MODEL_PROVIDER}, kwargs, has_calls=False
    )
    other = finish_of(metadata, kwargs, has_calls=False)

    assert ours.metadata == {"citations": ["u"], "provider": "P"}
    assert ours.fields == {"annotations": [1], "mine": 2}
    assert other.metadata == {"citations": ["u"]}
    assert other.fields == {"annotations": [1]}
    assert ours.model == other.model == "m-1"


def test_other_choices_are_kept() -> None:
    choices = [{"message": {"content": "B"}}]

    assert finish_of({"other_choices": choices}, {}, has_calls=False).other_choices == (
        choices
    )
    assert finish_of({"other_choices": 1}, {}, has_calls=False).other_choices == []


USAGE = UsageMetadata(
    input_tokens=5,
    output_tokens=7,
    total_tokens=12,
    input_token_details={"cache_read": 3, "audio": 1},
    output_token_details={"reasoning": 2},
)


@pytest.mark.parametrize(
    ("usage", "sent", "openai"),
    [
        (None, None, None),
        (None, {"a": 1}, {"a": 1}),
        (
            USAGE,
            None,
            {
                "prompt_tokens": 5,
                "completion_tokens": 7,
                "total_tokens": 12,
                "prompt_tokens_details": {"cached_tokens": 3, "audio_tokens": 1},
                "completion_tokens_details": {"reasoning_tokens": 2},
            },
        ),
        (
            UsageMetadata(input_tokens=1, output_tokens=2, total_tokens=3),
            {"input_tokens": 1, "cost": 1.5},
            {
                "input_tokens": 1,
                "cost": 1.5,
                "prompt_tokens": 1,
                "completion_tokens": 2,
                "total_tokens": 3,
            },
        ),
    ],
    ids=["none", "of the server alone", "with details", "in other words"],
)
def test_usage_in_openai_s_form(usage: Any, sent: Any, openai: Any) -> None:
    assert openai_usage(usage, sent) == openai


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"success": False, "provider": "P"}, {"provider": "P"}),
        ({"base_resp": {"status_code": 5}, "error_type": "x"}, {}),
        ({"code": 7, "message": "boom", "provider": "P"}, {}),
        ({"code": 0, "provider": "P"}, {"code": 0, "provider": "P"}),
    ],
    ids=["a notice", "two notices", "an error together", "a code of success"],
)
def test_a_notice_of_a_failure_does_not_fail_the_answer_behind_a_relay(
    sent: dict[str, Any], kept: dict[str, Any]
) -> None:
    metadata = {"finish_reason": "stop", "model_provider": MODEL_PROVIDER, **sent}

    assert finish_of(metadata, {}, has_calls=False).metadata == kept
