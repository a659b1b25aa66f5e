"""Models are looked up under the names of the table."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from genai_prices.data_snapshot import get_snapshot

from langchain_sse_chat import ConfigurationError, prices
from langchain_sse_chat.prices import (
    ModelInfo,
    computed_cost,
    model_info,
    require_prices,
)
from langchain_sse_chat.providers import PROVIDERS


@pytest.fixture
def without_the_extra(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    prices._library.cache_clear()
    monkeypatch.setitem(sys.modules, "genai_prices", None)
    yield
    prices._library.cache_clear()


def usage(total: int = 1100, **details: Any) -> dict[str, Any]:
    counts = {"input_tokens": 1000, "output_tokens": 100, "total_tokens": total}
    return {**counts, **details}


@pytest.mark.parametrize(
    ("provider", "model", "least"),
    [
        ("openai", "gpt-4o", 100_000),
        ("azure", "gpt-4o", 100_000),
        ("azure-deployments", "gpt-4o", 100_000),
        ("azure-entra", "gpt-4o", 100_000),
        ("azure-entra-deployments", "gpt-4o", 100_000),
        ("gemini", "models/gemini-2.5-flash", 900_000),
        ("xai", "grok-4", 200_000),
    ],
)
def test_a_model_is_found_under_the_name_of_its_provider(
    provider: str, model: str, least: int
) -> None:
    info = model_info(provider, model)

    assert info is not None
    assert info.name
    assert (info.context_window or 0) > least


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("custom", "gpt-4o"),
        ("aitunnel", "gpt-4o"),
        ("vllm", "gpt-4o"),
        ("litellm", "openai/gpt-4o"),
        # The library would find these by a part of the name.
        ("my-openai", "gpt-4o"),
        ("openai", "my-own-model"),
    ],
)
def test_the_models_of_gateways_and_own_servers_are_not_those_of_their_makers(
    provider: str, model: str
) -> None:
    assert model_info(provider, model) is None
    assert computed_cost(provider, model, usage()) is None


def test_the_names_of_providers_are_names_of_the_library() -> None:
    known = {row.id for row in get_snapshot().providers}
    renamed = prices._NAMES
    assert known >= set(renamed.values())
    assert not known & renamed.keys()
    assert {"openai", "groq", "mistral", "deepseek", "zai"} <= known & PROVIDERS.keys()


@pytest.mark.parametrize(
    ("counts", "tier", "cost"),
    [
        pytest.param(usage(), None, 0.0035, id="plain"),
        pytest.param(
            usage(input_token_details={"cache_read": 400}), None, 0.003, id="cached"
        ),
        pytest.param(usage(), "priority", 0.00595, id="tier"),
        pytest.param(usage(), "of-tomorrow", 0.0035, id="unknown tier"),
        pytest.param(
            usage(1300, output_token_details={"reasoning": 200}),
            None,
            0.0055,
            id="reasoning in the total alone",
        ),
        pytest.param(usage(1200), None, None, id="a total of something else"),
        pytest.param(
            usage(input_token_details={"cache_read": 2000}),
            None,
            None,
            id="more from the cache than sent",
        ),
        pytest.param(
            {"input_tokens": 10**400, "output_tokens": 0, "total_tokens": 10**400},
            None,
            None,
            id="more than any number",
        ),
    ],
)
def test_the_cost_is_computed_from_the_counts(
    counts: dict[str, Any], tier: str | None, cost: float | None
) -> None:
    found = computed_cost("openai", "gpt-4o-2024-08-06", counts, tier)

    assert found == (None if cost is None else pytest.approx(cost))


def test_without_the_extra_nothing_is_known(without_the_extra: None) -> None:
    assert model_info("openai", "gpt-4o") is None
    assert computed_cost("openai", "gpt-4o", usage()) is None
    with pytest.raises(ConfigurationError, match=r"langchain-sse-chat\[prices\]"):
        require_prices()


def test_with_the_extra_prices_are_loaded() -> None:
    require_prices()

    assert model_info("openai", "gpt-4o") == ModelInfo("gpt 4o", 128_000)


def test_prices_are_loaded_only_where_there_are_some() -> None:
    program = (
        "import sys\n"
        "from langchain_sse_chat import ChatSSE\n"
        "from langchain_sse_chat.testing import ScriptedServer\n"
        "with ScriptedServer() as server:\n"
        "    own = ChatSSE(model='gpt-4o', base_url=server.base_url)\n"
        "    own.invoke('Hello')\n"
        "    chat = ChatSSE(model='gpt-4o', provider='openai', api_key='k',\n"
        "        base_url=server.base_url, compute_cost=False)\n"
        "    chat.model_copy(deep=True).invoke('Hello')\n"
        "    priced = ChatSSE(model='gpt-4o', provider='openai', api_key='k')\n"
        "    repr(priced), priced.to_json()\n"
        "print('genai_prices' in sys.modules)\n"
    )
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "False"
