"""The profile of a model has what is known, and is looked up when it is read."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest
from langchain_core.language_models.model_profile import ModelProfile

from langchain_sse_chat import ChatSSE, ConfigurationError, Dialect, prices
from langchain_sse_chat.providers import PROVIDERS
from langchain_sse_chat.settings.model_profile import LazyProfile, model_profile

GPT_4O = {
    "tool_choice": True,
    "structured_output": True,
    "name": "gpt 4o",
    "max_input_tokens": 128_000,
}


def profile(provider: str = "openai", model: str = "gpt-4o") -> LazyProfile:
    dialect = PROVIDERS[provider].dialect_for(model)
    return cast("LazyProfile", model_profile(dialect, provider, model))


def looked_up(found: LazyProfile) -> bool:
    return found._model is None


@pytest.mark.parametrize(
    ("provider", "known"),
    [
        ("openrouter", {"tool_choice": True, "image_tool_message": True}),
        ("cerebras", {"structured_output": True}),
        ("deepseek", {"structured_output": False}),
        ("zai", {"structured_output": False, "tool_choice": False}),
        ("mistral", {"tool_choice": True, "structured_output": True}),
        ("custom", {"tool_choice": True}),
    ],
)
def test_a_profile_has_the_facts_of_the_dialect(
    provider: str, known: Mapping[str, bool]
) -> None:
    found = dict(profile(provider, "unknown"))

    assert known.items() <= found.items()
    assert found.keys() <= {
        "tool_choice",
        "structured_output",
        "image_tool_message",
        "reasoning_effort_levels",
    }


@pytest.mark.parametrize(
    ("model", "enforces"),
    [
        ("gpt-3.5-turbo", False),
        ("gpt-4", False),
        ("gpt-4-turbo-2024-04-09", False),
        ("gpt-4o", True),
        ("gpt-4.1", True),
        ("gpt-5", True),
    ],
)
def test_openais_older_models_enforce_no_schemas(model: str, enforces: object) -> None:
    assert profile("openai", model)["structured_output"] is enforces


def test_a_server_that_may_enforce_schemas_is_not_said_to() -> None:
    assert "structured_output" not in model_profile(Dialect(), "own", "m")
    strict = Dialect(strict_by_default=True)
    assert model_profile(strict, "own", "m")["structured_output"] is True
    some = Dialect(strict_by_default=True, schemas_by_model=True)
    assert "structured_output" not in model_profile(some, "own", "m")


@pytest.mark.parametrize("provider", ["openrouter", "venice", "deepinfra"])
def test_a_server_whose_models_differ_gets_strict_and_promises_nothing(
    provider: str,
) -> None:
    assert PROVIDERS[provider].dialect.strict_by_default
    assert "structured_output" not in profile(provider, "unknown")


@pytest.mark.skipif(
    "reasoning_effort_levels" not in ModelProfile.__annotations__,
    reason="a key of later versions of langchain-core",
)
def test_a_profile_has_the_efforts_in_order() -> None:
    dialect = Dialect(reasoning_efforts=frozenset({"high", "ultra", "none", "low"}))
    levels = model_profile(dialect, "own", "m").get("reasoning_effort_levels")
    assert levels == ["none", "low", "high", "ultra"]


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(lambda p: p.get("max_input_tokens") == 128_000, id="get"),
        pytest.param(lambda p: p["max_input_tokens"] == 128_000, id="item"),
        pytest.param(lambda p: "max_input_tokens" in p, id="in"),
        pytest.param(lambda p: len(p) == len(GPT_4O), id="len"),
        pytest.param(lambda p: list(p) == list(GPT_4O), id="iter"),
        pytest.param(lambda p: dict(p) == GPT_4O, id="dict"),
        pytest.param(lambda p: {**p} == GPT_4O, id="unpacked"),
        pytest.param(lambda p: p | {} == GPT_4O, id="or"),
        pytest.param(lambda p: {} | p == GPT_4O, id="or, right"),
        pytest.param(lambda p: p == GPT_4O, id="equal"),
        pytest.param(lambda p: not p != GPT_4O, id="not unequal"),  # noqa: SIM202
        pytest.param(lambda p: GPT_4O == p, id="equal, right"),  # noqa: SIM300
        pytest.param(lambda p: p == profile(model="gpt-4o-2024-08-06"), id="profiles"),
        pytest.param(lambda p: repr(p) == repr(GPT_4O), id="repr"),
        pytest.param(lambda p: json.loads(json.dumps(p)) == GPT_4O, id="json"),
        pytest.param(lambda p: p.copy() == GPT_4O, id="copy"),
    ],
)
def test_reading_a_profile_looks_the_model_up(
    read: Callable[[LazyProfile], bool],
) -> None:
    found = profile()
    assert not looked_up(found)
    assert read(found)
    assert looked_up(found)


@pytest.mark.parametrize(
    "clone",
    [copy.copy, copy.deepcopy, pickle.dumps],
    ids=["copy", "deepcopy", "pickle"],
)
def test_copying_a_profile_looks_nothing_up(clone: Callable[[Any], Any]) -> None:
    found = profile()
    copied = clone(found)
    copied = pickle.loads(copied) if isinstance(copied, bytes) else copied  # noqa: S301
    assert found
    assert copied == found
    assert not looked_up(found)
    assert not looked_up(copied)
    assert dict(copied) == GPT_4O
    assert clone(copied)


def test_a_profile_that_was_read_is_copied_as_it_is() -> None:
    found = profile()
    found["max_input_tokens"] = 1

    assert type(copy.deepcopy(found)) is dict
    assert copy.deepcopy(found) == found == {**GPT_4O, "max_input_tokens": 1}
    assert found != profile()


def test_a_model_shows_the_profile_of_its_name() -> None:
    chat = ChatSSE(model="gpt-4o", provider="openai", api_key="k")

    assert "profile" not in chat.model_fields_set
    assert chat.profile == GPT_4O
    other = chat.model_copy(update={"model": "gpt-4.1"}).profile
    assert (other or {}).get("max_input_tokens", 0) > 900_000
    assert chat == ChatSSE(model="gpt-4o", provider="openai", api_key="k")


def test_the_profile_of_the_user_wins_and_stays() -> None:
    given: Any = {"max_input_tokens": 7}
    chat = ChatSSE(model="gpt-4o", provider="openai", api_key="k", profile=given)

    assert chat.profile == given
    assert chat.model_copy(update={"model": "gpt-4.1"}).profile == given
    chat.profile = {"max_input_tokens": 8}
    assert chat.profile == {"max_input_tokens": 8}
    chat.profile = None
    assert chat.profile == GPT_4O


@pytest.mark.parametrize("given", [{}, {"profile": None}], ids=["none", "None"])
def test_another_model_has_another_profile(given: dict[str, Any]) -> None:
    chat = ChatSSE(model="gpt-4o", provider="openai", api_key="k", **given)
    chat.profile = None
    other = chat.model_copy(update={"model": "unknown"})
    chat.model = "unknown"

    assert chat.profile == other.profile == profile(model="unknown")
    assert "max_input_tokens" not in (chat.profile or {})


def test_a_subclass_may_have_profiles_of_its_own() -> None:
    class Own(ChatSSE):
        def _resolve_model_profile(self) -> Any:
            return {"max_input_tokens": 9}

    chat = Own(model="m", base_url="http://test/v1")
    assert chat.profile == {"max_input_tokens": 9}


def test_costs_are_computed_only_with_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert ChatSSE(model="m", base_url="http://t/v1", compute_cost=True).compute_cost
    monkeypatch.setattr(prices, "_library", lambda: None)
    with pytest.raises(ConfigurationError, match=r"\[prices\]"):
        ChatSSE(model="m", base_url="http://test/v1", compute_cost=True)
