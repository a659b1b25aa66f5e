"""The models of a server, in the spellings of servers' own documentation."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from typing import Any

import pytest

from langchain_sse_chat.catalog.server_model import ServerModel, read_models

CREATED = datetime(2024, 5, 10, 18, 26, 40, tzinfo=UTC)
SECONDS = 1715365600


def listed(*entries: Any) -> dict[str, Any]:
    return {"object": "list", "data": list(entries)}


def only(body: Any, currency: str = "") -> ServerModel:
    models = read_models(body, currency)
    assert models is not None
    [found] = models
    return found


OPENAI = {"id": "gpt-4o", "object": "model", "created": SECONDS, "owned_by": "system"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            listed(OPENAI),
            ServerModel("gpt-4o", owner="system", created=CREATED),
            id="OpenAI",
        ),
        pytest.param(
            listed(
                {
                    "id": "google/gemini-2.5-pro",
                    "created": SECONDS,
                    "context_length": 1_048_576,
                    "pricing": {"prompt": "0.00000125", "completion": "0.00001"},
                    "top_provider": {"max_completion_tokens": 65_536},
                }
            ),
            ServerModel(
                "google/gemini-2.5-pro",
                created=CREATED,
                context_length=1_048_576,
                max_output_tokens=65_536,
                input_price=1.25,
                output_price=10.0,
            ),
            id="OpenRouter",
        ),
        pytest.param(
            [
                {
                    "id": "Austism/chronos-hermes-13b",
                    "created": SECONDS,
                    "organization": "Austism",
                    "context_length": 2048,
                    "pricing": {"hourly": 0, "input": 0.3, "output": 0.3, "base": 0},
                }
            ],
            ServerModel(
                "Austism/chronos-hermes-13b",
                owner="Austism",
                created=CREATED,
                context_length=2048,
                input_price=0.3,
                output_price=0.3,
            ),
            id="Together",
        ),
        pytest.param(
            listed(
                {
                    "id": "openai/gpt-4o-mini",
                    "owned_by": "openai",
                    "context_window": 128_000,
                    "max_tokens": 16_384,
                    "pricing": {"input": "0.00000015", "output": "0.0000006"},
                }
            ),
            ServerModel(
                "openai/gpt-4o-mini",
                owner="openai",
                context_length=128_000,
                max_output_tokens=16_384,
                input_price=0.15,
                output_price=0.6,
            ),
            id="Vercel",
        ),
        pytest.param(
            listed(
                {
                    "id": "deepseek-r1",
                    "created": SECONDS,
                    "top_provider": {
                        "context_length": 64_000,
                        "max_completion_tokens": {},
                        "pricing": {
                            "currency": "RUB",
                            "prompt_per_million": "15.50",
                            "completion_per_million": "62.00",
                        },
                    },
                }
            ),
            ServerModel(
                "deepseek-r1",
                created=CREATED,
                context_length=64_000,
                input_price=15.5,
                output_price=62.0,
                currency="RUB",
            ),
            id="Polza",
        ),
        pytest.param(
            [
                {
                    "id": "openai/gpt-4.1",
                    "publisher": "OpenAI",
                    "limits": {
                        "max_input_tokens": 1_048_576,
                        "max_output_tokens": 32_768,
                    },
                }
            ],
            ServerModel(
                "openai/gpt-4.1",
                owner="OpenAI",
                context_length=1_048_576,
                max_output_tokens=32_768,
            ),
            id="GitHub Models",
        ),
        pytest.param(
            listed(
                {
                    "id": "zai-org-glm-5-1",
                    "owned_by": "venice.ai",
                    "model_spec": {
                        "availableContextTokens": 131_072,
                        "maxCompletionTokens": 65_536,
                    },
                }
            ),
            ServerModel(
                "zai-org-glm-5-1",
                owner="venice.ai",
                context_length=131_072,
                max_output_tokens=65_536,
            ),
            id="Venice",
        ),
        pytest.param(
            listed({"id": "models/gemini-2.5-flash", "owned_by": "google"}),
            ServerModel("gemini-2.5-flash", owner="google"),
            id="Gemini",
        ),
        pytest.param(
            listed({"id": "m", "owned_by": "vllm", "max_model_len": 32_768}),
            ServerModel("m", owner="vllm", context_length=32_768),
            id="vLLM",
        ),
        pytest.param(
            listed({"id": "m", "owned_by": "Groq", "context_window": 131_072}),
            ServerModel("m", owner="Groq", context_length=131_072),
            id="Groq",
        ),
        pytest.param(
            listed({"id": "m", "max_context_length": 32_768}),
            ServerModel("m", context_length=32_768),
            id="Mistral",
        ),
        pytest.param(
            {
                "models": [{"name": "m"}],
                **listed({"id": "m", "meta": {"n_ctx_train": 9}}),
            },
            ServerModel("m", context_length=9),
            id="llama.cpp",
        ),
        pytest.param(
            {"models": [{"name": "command-r", "context_length": 128_000}]},
            ServerModel("command-r", context_length=128_000),
            id="Cohere",
        ),
    ],
)
def test_a_model_is_read_in_the_spelling_of_the_server(
    body: Any, expected: ServerModel
) -> None:
    found = only(body)

    assert found == expected
    entries = body if isinstance(body, list) else body.get("data") or body["models"]
    assert found.raw is entries[0]


def test_prices_have_the_currency_of_the_provider() -> None:
    entry = {"id": "m", "pricing": {"prompt": "0.000001"}}
    found = only(listed(entry), "USD")

    assert (found.input_price, found.output_price) == (1.0, None)
    assert found.currency == "USD"
    assert only(listed({"id": "m"}), "USD").currency is None


@pytest.mark.parametrize(
    "fields",
    [
        {"pricing": {"prompt": "-1", "completion": "-1"}},
        {"pricing": {"prompt": "free", "completion": None}},
        {"pricing": {"prompt": True}},
        {"pricing": "free"},
        {"context_length": 0},
        {"context_length": "long"},
        {"context_length": 0.5},
        {"context_length": 1e300},
        {"pricing": {"prompt": 1e305}},
        {"created": "yesterday"},
        {"created": "2024-05-10T18:26:40"},
        {"created": 10**30},
        {"created": 0},
        {"owned_by": ""},
        {"owned_by": None, "meta": None},
    ],
    ids=str,
)
def test_what_is_not_usable_is_not_known(fields: dict[str, Any]) -> None:
    assert only(listed({"id": "m", **fields})) == ServerModel("m")


def test_a_time_may_be_text() -> None:
    entry = {"id": "m", "created_at": "2024-05-10T20:26:40+02:00"}
    assert only(listed(entry)).created == CREATED


def test_each_name_is_listed_once_in_the_order_of_the_server() -> None:
    entries: list[Any] = [{"id": "b"}, {"id": "a"}, {"id": "b"}, "c", {}, {"id": 1}]
    models = read_models(listed(*entries))
    assert [m.id for m in models or ()] == ["b", "a"]


def test_a_server_may_have_no_models() -> None:
    assert read_models(listed()) == read_models([]) == []


@pytest.mark.parametrize(
    "body", [None, "models", {}, {"data": "none"}, ["a"], listed(1)], ids=str
)
def test_anything_else_is_not_a_list_of_models(body: Any) -> None:
    assert read_models(body) is None


def test_a_model_shows_neither_its_raw_form_nor_compares_it() -> None:
    found = only(listed(OPENAI))

    assert "object" not in repr(found)
    assert found == ServerModel("gpt-4o", owner="system", created=CREATED)
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301
