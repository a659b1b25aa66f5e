"""The cost of an answer, as servers send it or computed from prices."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.answer.cost import Cost, Pricing, add_cost, told_cost
from langchain_sse_chat.providers import PROVIDERS
from langchain_sse_chat.wire.deltas import AnswerMessage

COUNTS = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
COMPUTES = Pricing("", "openai")


def metadata_of(
    usage: dict[str, Any] | None,
    fields: dict[str, Any] | None = None,
    pricing: Pricing = COMPUTES,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    message = AnswerMessage(usage=usage, metadata=fields or {})
    add_cost(message, pricing, headers)
    return message.metadata


@pytest.mark.parametrize(
    ("usage", "fields", "amount", "currency"),
    [
        pytest.param({"cost": 0.0012}, {}, 0.0012, "", id="of an unknown server"),
        pytest.param({"cost": "0.0012"}, {}, 0.0012, "", id="as text"),
        pytest.param({"cost": 0}, {}, 0.0, "", id="free"),
        pytest.param({"cost_rub": 0.5, "cost": 0.006}, {}, 0.5, "RUB", id="rubles"),
        pytest.param(
            {"cost_in_usd_ticks": 37_756_000}, {}, 0.0037756, "USD", id="ticks"
        ),
        pytest.param({"estimated_cost": 1e-05}, {}, 1e-05, "", id="estimated"),
        pytest.param(
            {"cost": {"input_tokens_cost": 0.1, "total_cost": 0.3}},
            {},
            0.3,
            "",
            id="an object with a total",
        ),
        pytest.param(
            {"cost": {"total_cost": 3, "currency": "EUR"}},
            {},
            3.0,
            "EUR",
            id="an object with its currency",
        ),
        pytest.param(
            {}, {"cost": {"diem": 0, "usd": 0.0001}}, 0.0001, "USD", id="Venice"
        ),
        pytest.param({}, {"cost": 0.2}, 0.2, "", id="next to the choices"),
    ],
)
def test_a_server_tells_the_cost(
    usage: dict[str, Any], fields: dict[str, Any], amount: float, currency: str
) -> None:
    found = told_cost(usage, fields, "")

    assert found is not None
    assert found.amount == pytest.approx(amount)
    assert (found.currency, found.source) == (currency, "server")


@pytest.mark.parametrize(
    "cost",
    [None, True, -1, "a lot", "nan", "inf", [1], {}, {"total_cost": -1}, "1e999"],
    ids=str,
)
def test_anything_else_is_not_a_cost(cost: object) -> None:
    assert told_cost({"cost": cost}, {}, "USD") is None


def test_ticks_of_zero_are_not_a_cost() -> None:
    """Another cloud that serves xAI's models sends 0 for each answer."""
    assert told_cost({"cost_in_usd_ticks": 0}, {}, "") is None


@pytest.mark.parametrize(
    ("provider", "usage"),
    [
        ("perplexity", {"cost": {"total_cost": 0.5}}),
        ("deepinfra", {"estimated_cost": 0.5}),
        ("openrouter", {"cost": 0.5}),
    ],
)
def test_dollars_are_a_fact_about_a_provider(
    provider: str, usage: dict[str, Any]
) -> None:
    found = told_cost(usage, {}, PROVIDERS[provider].currency)

    assert found == Cost(0.5, "USD", "server")


def test_a_cost_has_the_currency_of_the_provider() -> None:
    assert metadata_of({"cost": 0.5}, pricing=Pricing("USD")) == {
        "cost": 0.5,
        "cost_currency": "USD",
        "cost_source": "server",
    }


def test_the_header_counts_for_whole_answers_alone() -> None:
    header = {"x-litellm-response-cost": "0.0025"}

    assert metadata_of(COUNTS, headers=header) == {
        "cost": 0.0025,
        "cost_currency": "USD",
        "cost_source": "server",
    }
    assert metadata_of(COUNTS, headers={}) == metadata_of(COUNTS) == {}


def test_a_cost_is_computed_if_the_server_tells_none() -> None:
    assert metadata_of(COUNTS, {"model": "gpt-4o"}) == {
        "model": "gpt-4o",
        "cost": pytest.approx(0.0035),
        "cost_currency": "USD",
        "cost_source": "computed",
    }
    flex = metadata_of(COUNTS, {"model": "o3", "service_tier": "flex"})
    assert flex["cost"] == pytest.approx(0.0014)


@pytest.mark.parametrize(
    ("usage", "fields", "pricing"),
    [
        pytest.param(None, {"model": "gpt-4o"}, COMPUTES, id="no usage"),
        pytest.param(
            {"prompt_tokens": -1, "completion_tokens": 100},
            {"model": "gpt-4o"},
            COMPUTES,
            id="unknown input",
        ),
        pytest.param(
            {"prompt_tokens": 1000, "completion_tokens": None},
            {"model": "gpt-4o"},
            COMPUTES,
            id="unknown output",
        ),
        pytest.param(COUNTS, {}, COMPUTES, id="no model"),
        pytest.param(COUNTS, {"model": "mine"}, COMPUTES, id="unknown model"),
        pytest.param(COUNTS, {"model": "gpt-4o"}, Pricing("USD"), id="not asked for"),
        pytest.param(
            {"cost": 1, **COUNTS},
            {"model": "gpt-4o", "resumed": 1},
            COMPUTES,
            id="resumed",
        ),
    ],
)
def test_otherwise_there_is_no_cost(
    usage: dict[str, Any] | None, fields: dict[str, Any], pricing: Pricing
) -> None:
    assert metadata_of(usage, dict(fields), pricing) == fields


def test_a_resumed_answer_does_not_show_the_cost_of_its_last_part() -> None:
    assert metadata_of({}, {"cost": 0.2, "resumed": 1}) == {"resumed": 1}


def test_an_own_field_of_the_server_is_kept_under_another_name() -> None:
    venice = {"diem": 0, "usd": 0.0001}

    assert metadata_of({}, {"cost": venice}) == {
        "cost": 0.0001,
        "cost_currency": "USD",
        "cost_source": "server",
        "native_cost": venice,
    }
    assert metadata_of({}, {"cost": "a lot"}) == {"native_cost": "a lot"}
