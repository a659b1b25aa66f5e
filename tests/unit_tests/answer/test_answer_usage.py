from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.answer.usage import (
    message_usage,
    summed,
    usage_to_metadata,
)
from langchain_sse_chat.wire.deltas import AnswerMessage


def counted(given: int, made: int, total: int | None = None, **details: Any) -> Any:
    total = given + made if total is None else total
    counts = {"input_tokens": given, "output_tokens": made, "total_tokens": total}
    return counts | details


@pytest.mark.parametrize(
    ("usage", "metadata"),
    [
        pytest.param(
            {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
            counted(1, 2),
            id="OpenAI",
        ),
        pytest.param(
            {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 9},
            counted(1, 2, 9),
            id="another total",
        ),
        pytest.param(
            {"prompt_tokens": 1, "completion_tokens": 2}, counted(1, 2), id="no total"
        ),
        pytest.param(
            {"input_tokens": 1, "output_tokens": 2}, counted(1, 2), id="Anthropic"
        ),
        pytest.param(
            {"prompt_tokens": 1.0, "completion_tokens": 2.9}, counted(1, 2), id="floats"
        ),
        pytest.param(
            {"prompt_tokens": None, "completion_tokens": 2},
            counted(0, 2),
            id="null input",
        ),
        pytest.param(
            {"prompt_tokens": None, "input_tokens": 1},
            counted(1, 0),
            id="null and another spelling",
        ),
        pytest.param(
            {"prompt_tokens": 1, "completion_tokens": True}, counted(1, 0), id="boolean"
        ),
        pytest.param(
            {"prompt_tokens": "1", "completion_tokens": "2"},
            counted(1, 2),
            id="digits in strings",
        ),
        pytest.param(
            {"prompt_tokens": 1, "completion_tokens": "two"}, counted(1, 0), id="word"
        ),
        pytest.param(
            {"prompt_tokens": 1, "completion_tokens": "²"},
            counted(1, 0),
            id="superscript",
        ),
        pytest.param(
            {"prompt_tokens": 1, "completion_tokens": "9" * 5000},
            counted(1, 0),
            id="too many digits",
        ),
        pytest.param(
            {"prompt_tokens": 1, "completion_tokens": -1}, counted(1, 0), id="negative"
        ),
        pytest.param(
            {"prompt_tokens": 1, "completion_tokens": float("nan")},
            counted(1, 0),
            id="nan",
        ),
        pytest.param(
            {"prompt_tokens": 1, "completion_tokens": float("inf")},
            counted(1, 0),
            id="inf",
        ),
        pytest.param({"total_tokens": 5}, counted(0, 0, 5), id="total only"),
        pytest.param({"prompt_tokens": 0}, counted(0, 0), id="zero"),
    ],
)
def test_tokens_are_counted_in_each_spelling(
    usage: dict[str, Any], metadata: Any
) -> None:
    assert usage_to_metadata(usage) == metadata


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        {"prompt_tokens": None},
        {"prompt_tokens": -1},
        {"prompt_tokens": ""},
        {"cost": 1},
    ],
)
def test_usage_is_never_invented(usage: Any) -> None:
    assert usage_to_metadata(usage) is None


@pytest.mark.parametrize(
    ("usage", "details"),
    [
        pytest.param(
            {"prompt_tokens_details": {"cached_tokens": 4}},
            {"cache_read": 4},
            id="OpenAI",
        ),
        ({"input_tokens_details": {"cached_tokens": 4}}, {"cache_read": 4}),
        ({"prompt_tokens_details": {"cached_tokens": 0}}, {"cache_read": 0}),
        ({"prompt_tokens_details": {"cached_tokens": None}}, None),
        ({"prompt_tokens_details": None}, None),
        ({"prompt_tokens_details": [4]}, None),
        pytest.param({"prompt_cache_hit_tokens": 4}, {"cache_read": 4}, id="DeepSeek"),
        ({"precached_prompt_tokens": 4}, {"cache_read": 4}),
        ({"cached_tokens": 4}, {"cache_read": 4}),
        ({"cache_read_input_tokens": 4}, {"cache_read": 4}),
        ({"num_cached_tokens": 4}, {"cache_read": 4}),
        ({"prompt_token_details": {"cached_tokens": 4}}, {"cache_read": 4}),
        pytest.param(
            {"prompt_tokens_details": {"cache_read_tokens": 4}},
            {"cache_read": 4},
            id="cache_read_tokens",
        ),
        pytest.param(
            {"prompt_tokens_details": {"cached_tokens": "4"}},
            {"cache_read": 4},
            id="digits in a string",
        ),
        pytest.param(
            {"prompt_tokens_details": {"cache_creation_tokens": 4}},
            {"cache_creation": 4},
            id="cache_creation_tokens",
        ),
        pytest.param(
            {"prompt_tokens_details": {"cache_creation_input_tokens": 4}},
            {"cache_creation": 4},
            id="cache_creation_input_tokens",
        ),
        ({"prompt_tokens_details": {"image_tokens": 4}}, {"image": 4}),
        ({"prompt_tokens_details": {"video_tokens": 4.0}}, {"video": 4}),
        pytest.param(
            # DeepSeek counts misses too, which are the rest.
            {"prompt_cache_hit_tokens": 4, "prompt_cache_miss_tokens": 5},
            {"cache_read": 4},
            id="DeepSeek with misses",
        ),
        ({"prompt_audio_seconds": 4}, None),
        ({"num_sources_used": 4}, None),
        ({"citation_tokens": 4, "search_context_size": "low"}, None),
        ({"cache_creation_input_tokens": 4}, {"cache_creation": 4}),
        pytest.param(
            {"prompt_tokens_details": {"cache_write_tokens": 4}},
            {"cache_creation": 4},
            id="cache_write_tokens",
        ),
        ({"prompt_tokens_details": {"audio_tokens": 4}}, {"audio": 4}),
        pytest.param(
            {"prompt_tokens_details": {"cached_tokens": 4}, "cached_tokens": 5},
            {"cache_read": 4},
            id="two places",
        ),
    ],
)
def test_details_of_the_input_are_found_where_servers_put_them(
    usage: dict[str, Any], details: Any
) -> None:
    metadata = usage_to_metadata({"prompt_tokens": 9, **usage})

    assert metadata is not None
    assert metadata.get("input_token_details") == details
    assert "output_token_details" not in metadata


@pytest.mark.parametrize(
    ("usage", "details"),
    [
        ({"completion_tokens_details": {"reasoning_tokens": 4}}, {"reasoning": 4}),
        ({"output_tokens_details": {"reasoning_tokens": 4}}, {"reasoning": 4}),
        ({"reasoning_tokens": 4}, {"reasoning": 4}),
        ({"thinking_tokens": 4}, {"reasoning": 4}),
        ({"completion_tokens_details": {"audio_tokens": 4}}, {"audio": 4}),
        ({"completion_tokens_details": {"image_tokens": 4}}, {"image": 4}),
        ({"completion_tokens_details": {"video_tokens": 4}}, {"video": 4}),
        (
            {
                "completion_tokens_details": {
                    "accepted_prediction_tokens": 4,
                    "rejected_prediction_tokens": 5,
                }
            },
            {"accepted_prediction": 4, "rejected_prediction": 5},
        ),
        pytest.param(
            {"completion_tokens_details": {"text_tokens": 4}}, None, id="text tokens"
        ),
        pytest.param({"completion_tokens_details": {}}, None, id="empty"),
    ],
)
def test_details_of_the_output_are_found_where_servers_put_them(
    usage: dict[str, Any], details: Any
) -> None:
    metadata = usage_to_metadata({"completion_tokens": 9, **usage})

    assert metadata is not None
    assert metadata.get("output_token_details") == details
    assert "input_token_details" not in metadata


def test_what_a_server_counts_apart_is_not_added() -> None:
    """The reasoning of xAI is in the total only."""
    usage = {
        "prompt_tokens": 12,
        "completion_tokens": 1,
        "total_tokens": 399,
        "completion_tokens_details": {"reasoning_tokens": 386},
    }

    assert usage_to_metadata(usage) == counted(
        12, 1, 399, output_token_details={"reasoning": 386}
    )


def test_usage_of_several_attempts_is_their_sum() -> None:
    message = AnswerMessage(
        earlier_usage=[{"input_tokens": 1, "output_tokens": 2}, {"prompt": 1}],
        usage={"prompt_tokens": 3, "prompt_tokens_details": {"cached_tokens": 1}},
    )
    assert message_usage(message) == {
        "input_tokens": 4,
        "output_tokens": 2,
        "total_tokens": 6,
        "input_token_details": {"cache_read": 1},
    }


def test_usage_is_not_invented_for_attempts_that_counted_nothing() -> None:
    assert message_usage(AnswerMessage(earlier_usage=[{}])) is None


def test_usage_as_sent_is_added_up_by_name() -> None:
    parts: list[dict[str, Any]] = [
        {"a": 1, "cost": 0.5, "details": {"x": 1, "y": 2}, "kind": "k", "paid": True},
        {"a": 2, "cost": 0.25, "details": {"x": 1}, "kind": "l", "paid": True, "b": 3},
        {"a": None, "details": None},
    ]
    assert summed(parts) == {
        "a": 3,
        "cost": 0.75,
        "details": {"x": 2, "y": 2},
        "kind": "l",
        "paid": True,
        "b": 3,
    }
    assert parts[0]["a"] == 1


@pytest.mark.parametrize("tier", ["flex", "priority"])
def test_tokens_of_a_priced_tier_are_counted_under_its_name(tier: str) -> None:
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 20,
        "prompt_tokens_details": {
            "cached_tokens": 60,
            "cache_write_tokens": 10,
            "audio_tokens": 1,
        },
        "completion_tokens_details": {"reasoning_tokens": 5},
    }
    message = AnswerMessage(usage=usage, metadata={"service_tier": tier})

    assert message_usage(message) == counted(
        100,
        20,
        input_token_details={
            "audio": 1,
            f"{tier}_cache_read": 60,
            f"{tier}_cache_creation": 10,
            tier: 30,
        },
        output_token_details={f"{tier}_reasoning": 5, tier: 15},
    )


def test_tokens_of_a_tier_are_never_fewer_than_none() -> None:
    # xAI counts reasoning apart from the output.
    usage = {
        "completion_tokens": 1,
        "completion_tokens_details": {"reasoning_tokens": 5},
    }
    message = AnswerMessage(usage=usage, metadata={"service_tier": "flex"})

    metadata = message_usage(message)

    assert metadata is not None
    assert metadata["output_token_details"] == {"flex_reasoning": 5, "flex": 0}


@pytest.mark.parametrize("tier", ["default", "standard", "auto", None, 1, ["flex"]])
def test_other_tiers_are_counted_as_without_one(tier: Any) -> None:
    usage = {"prompt_tokens": 2, "prompt_tokens_details": {"cached_tokens": 1}}
    message = AnswerMessage(usage=usage, metadata={"service_tier": tier})

    plain = counted(2, 0, input_token_details={"cache_read": 1})
    assert message_usage(message) == plain
