"""Reasoning on, off, by effort and by tokens, in the form of each server."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat import ConfigurationError, Dialect
from langchain_sse_chat.request.reasoning_switch import (
    merged_objects,
    reasons,
    with_reasoning,
)

EFFORT = Dialect()
EFFORTS = Dialect(reasoning_efforts=frozenset({"none", "high"}), default_effort="high")
ALWAYS = Dialect(reasoning_efforts=frozenset({"low"}), default_effort="low")
OBJECT = Dialect(
    reasoning_effort="reasoning",
    reasoning_switch="reasoning",
    reasoning_budget="reasoning",
)
ENABLED = Dialect(reasoning_switch="reasoning")
THINKING = Dialect(reasoning_switch="thinking")
ADAPTIVE = Dialect(reasoning_switch="adaptive_thinking", reasoning_efforts=frozenset())
QWEN = Dialect(
    reasoning_switch="enable_thinking",
    reasoning_budget="thinking_budget",
    reasoning_efforts=frozenset(),
)
TEMPLATE = Dialect(
    reasoning_switch="chat_template_kwargs", reasoning_budget="thinking_token_budget"
)
ARGUMENTS = Dialect(
    reasoning_switch="chat_template_args", reasoning_efforts=frozenset()
)
FIREWORKS = Dialect(reasoning_budget="thinking")
GEMINI = Dialect(reasoning_budget="thinking_config")
KIMI_K3 = Dialect(
    reasoning_switch="none",
    reasons_by_default=True,
    reasoning_efforts=frozenset({"low", "max"}),
)
NOTHING = Dialect(reasoning_switch="none", reasoning_efforts=frozenset())

ON = {"enable_thinking": True, "thinking": True}
OFF = {"enable_thinking": False, "thinking": False}
BUDGET = {"max_tokens": 9}


@pytest.mark.parametrize(
    ("dialect", "wanted", "sent"),
    [
        pytest.param(EFFORT, True, {"reasoning_effort": "medium"}, id="effort on"),
        pytest.param(EFFORT, False, {"reasoning_effort": "none"}, id="effort off"),
        pytest.param(EFFORT, "none", {"reasoning_effort": "none"}, id="effort none"),
        pytest.param(EFFORT, "high", {"reasoning_effort": "high"}, id="effort high"),
        pytest.param(
            EFFORT, {"effort": "low"}, {"reasoning_effort": "low"}, id="effort object"
        ),
        pytest.param(EFFORT, {}, {}, id="an empty object"),
        pytest.param(EFFORT, {"effort": None}, {}, id="an effort of None"),
        pytest.param(
            EFFORT,
            {"enabled": True, "effort": "low"},
            {"reasoning_effort": "low"},
            id="enabled and effort",
        ),
        pytest.param(
            EFFORT, {"enabled": False}, {"reasoning_effort": "none"}, id="not enabled"
        ),
        pytest.param(EFFORTS, True, {"reasoning_effort": "high"}, id="own effort on"),
        pytest.param(EFFORTS, False, {"reasoning_effort": "none"}, id="known off"),
        pytest.param(ALWAYS, True, {"reasoning_effort": "low"}, id="always on"),
        pytest.param(OBJECT, True, {"reasoning": {"enabled": True}}, id="object on"),
        pytest.param(OBJECT, False, {"reasoning": {"enabled": False}}, id="object off"),
        pytest.param(OBJECT, "low", {"reasoning": {"effort": "low"}}, id="object low"),
        pytest.param(OBJECT, BUDGET, {"reasoning": BUDGET}, id="object budget"),
        pytest.param(
            OBJECT,
            {"effort": "high", "exclude": True},
            {"reasoning": {"effort": "high", "exclude": True}},
            id="object as it is",
        ),
        pytest.param(OBJECT, {}, {}, id="an empty object of an object"),
        pytest.param(ENABLED, False, {"reasoning": {"enabled": False}}, id="enabled"),
        pytest.param(
            ENABLED, "low", {"reasoning_effort": "low"}, id="effort beside enabled"
        ),
        pytest.param(
            THINKING, True, {"thinking": {"type": "enabled"}}, id="thinking on"
        ),
        pytest.param(
            THINKING, False, {"thinking": {"type": "disabled"}}, id="thinking off"
        ),
        pytest.param(
            THINKING,
            "max",
            {"thinking": {"type": "enabled"}, "reasoning_effort": "max"},
            id="thinking max",
        ),
        pytest.param(
            ADAPTIVE, True, {"thinking": {"type": "adaptive"}}, id="adaptive on"
        ),
        pytest.param(
            ADAPTIVE, False, {"thinking": {"type": "disabled"}}, id="adaptive off"
        ),
        pytest.param(QWEN, True, {"enable_thinking": True}, id="qwen on"),
        pytest.param(QWEN, False, {"enable_thinking": False}, id="qwen off"),
        pytest.param(
            QWEN,
            BUDGET,
            {"enable_thinking": True, "thinking_budget": 9},
            id="qwen budget",
        ),
        pytest.param(TEMPLATE, True, {"chat_template_kwargs": ON}, id="template on"),
        pytest.param(TEMPLATE, False, {"chat_template_kwargs": OFF}, id="template off"),
        pytest.param(
            TEMPLATE,
            "low",
            {"chat_template_kwargs": ON, "reasoning_effort": "low"},
            id="template low",
        ),
        pytest.param(
            TEMPLATE,
            BUDGET,
            {"chat_template_kwargs": ON, "thinking_token_budget": 9},
            id="template budget",
        ),
        pytest.param(
            ARGUMENTS,
            True,
            {"chat_template_args": {"enable_thinking": True}},
            id="arguments on",
        ),
        pytest.param(
            FIREWORKS,
            BUDGET,
            {"thinking": {"type": "enabled", "budget_tokens": 9}},
            id="thinking budget",
        ),
        pytest.param(
            GEMINI,
            BUDGET,
            {"extra_body": {"google": {"thinking_config": {"thinking_budget": 9}}}},
            id="google",
        ),
        pytest.param(KIMI_K3, True, {}, id="no switch on"),
        pytest.param(KIMI_K3, "max", {"reasoning_effort": "max"}, id="no switch max"),
    ],
)
def test_reasoning_is_sent_in_the_servers_form(
    dialect: Dialect, wanted: Any, sent: dict[str, Any]
) -> None:
    assert with_reasoning({"n": 1, "reasoning": wanted}, dialect) == {"n": 1, **sent}


@pytest.mark.parametrize(
    ("dialect", "wanted", "words"),
    [
        pytest.param(
            EFFORTS, "low", "The forms are True, False, 'high'.", id="effort unknown"
        ),
        pytest.param(EFFORT, BUDGET, "an effort such as 'high'", id="no budget"),
        pytest.param(ALWAYS, False, "The forms are True, 'low'.", id="no off"),
        pytest.param(QWEN, "high", "{'max_tokens': …}", id="no efforts"),
        pytest.param(ARGUMENTS, False, "The forms are True.", id="off undocumented"),
        pytest.param(KIMI_K3, False, "True, 'low', 'max'", id="never off"),
        pytest.param(NOTHING, True, "no form for that. To send", id="no form at all"),
        pytest.param(EFFORT, 5, "not 5", id="number"),
        pytest.param(EFFORT, "", "not ''", id="empty text"),
        pytest.param(
            EFFORT, {"effort": "low", "summary": "auto"}, "Responses API", id="summary"
        ),
        pytest.param(EFFORT, {"exclude": True}, "other servers", id="exclude"),
        pytest.param(
            EFFORT, {"effort": "low", "max_tokens": 9}, "two things", id="two things"
        ),
        pytest.param(
            EFFORT, {"enabled": False, "effort": "low"}, "two things", id="off and low"
        ),
    ],
)
def test_reasoning_without_a_form_is_an_error_with_the_forms_that_there_are(
    dialect: Dialect, wanted: Any, words: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        with_reasoning({"reasoning": wanted}, dialect)

    assert words in str(caught.value)
    assert "reasoning" in str(caught.value)


@pytest.mark.parametrize(
    ("dialect", "wanted", "effort", "sent"),
    [
        pytest.param(EFFORT, True, "low", {"reasoning_effort": "low"}, id="on, low"),
        pytest.param(EFFORT, "low", "low", {"reasoning_effort": "low"}, id="both low"),
        pytest.param(EFFORT, {}, "low", {"reasoning_effort": "low"}, id="nothing"),
        pytest.param(
            THINKING, False, "none", {"thinking": {"type": "disabled"}}, id="both off"
        ),
        pytest.param(
            OBJECT,
            {"exclude": True},
            "low",
            {"reasoning": {"effort": "low", "exclude": True}},
            id="object beside effort",
        ),
        pytest.param(
            OBJECT,
            {"enabled": True},
            "low",
            {"reasoning": {"effort": "low", "enabled": True}},
            id="object that is on",
        ),
        pytest.param(QWEN, None, "high", {"reasoning_effort": "high"}, id="unchecked"),
    ],
)
def test_the_effort_beside_reasoning_may_say_the_same(
    dialect: Dialect, wanted: Any, effort: str, sent: dict[str, Any]
) -> None:
    fields = {"reasoning": wanted, "reasoning_effort": effort}

    assert with_reasoning(fields, dialect) == sent


@pytest.mark.parametrize(
    ("dialect", "wanted"),
    [
        pytest.param(EFFORT, False, id="off"),
        pytest.param(EFFORT, "high", id="another effort"),
        pytest.param(TEMPLATE, BUDGET, id="budget"),
        pytest.param(OBJECT, {"effort": "high"}, id="object with another effort"),
        pytest.param(OBJECT, {"enabled": False}, id="object that is off"),
    ],
)
def test_the_effort_beside_reasoning_may_not_say_another_thing(
    dialect: Dialect, wanted: Any
) -> None:
    with pytest.raises(ConfigurationError, match="differ"):
        with_reasoning({"reasoning": wanted, "reasoning_effort": "low"}, dialect)


@pytest.mark.parametrize(
    ("dialect", "effort", "sent"),
    [
        pytest.param(EFFORT, "low", {"reasoning_effort": "low"}, id="low"),
        pytest.param(EFFORT, "none", {"reasoning_effort": "none"}, id="none"),
        pytest.param(EFFORTS, "low", {"reasoning_effort": "low"}, id="not checked"),
        pytest.param(
            OBJECT, "low", {"reasoning": {"effort": "low"}}, id="low in an object"
        ),
        pytest.param(
            OBJECT, "none", {"reasoning": {"enabled": False}}, id="none in an object"
        ),
        pytest.param(
            THINKING, "low", {"reasoning_effort": "low"}, id="low, off by thinking"
        ),
        pytest.param(
            THINKING,
            "none",
            {"thinking": {"type": "disabled"}},
            id="none, off by thinking",
        ),
        pytest.param(
            QWEN, "none", {"enable_thinking": False}, id="none, off by enable_thinking"
        ),
        pytest.param(THINKING, None, {}, id="not set, off by thinking"),
        pytest.param(OBJECT, None, {}, id="not set, object"),
        pytest.param(KIMI_K3, "none", {"reasoning_effort": "none"}, id="no switch"),
    ],
)
def test_the_effort_alone_is_sent_where_the_server_looks_for_it(
    dialect: Dialect, effort: str | None, sent: dict[str, Any]
) -> None:
    assert with_reasoning({"reasoning_effort": effort}, dialect) == sent


@pytest.mark.parametrize(
    ("dialect", "own"),
    [
        pytest.param(THINKING, {"thinking": {"type": "disabled"}}, id="object"),
        pytest.param(QWEN, {"enable_thinking": False}, id="value"),
    ],
)
def test_the_servers_own_field_replaces_the_switch(
    dialect: Dialect, own: dict[str, Any]
) -> None:
    assert with_reasoning({"reasoning": True, **own}, dialect) == own


def test_variables_of_a_template_are_added_to_the_switch() -> None:
    own = {"chat_template_kwargs": {"language": "de", "thinking": None}}

    sent = with_reasoning({"reasoning": False, **own}, TEMPLATE)
    both = merged_objects(sent, {"chat_template_kwargs": {"style": "x"}, "n": 1})

    kwargs = {"enable_thinking": False, "thinking": None, "language": "de"}
    assert sent == {"chat_template_kwargs": kwargs}
    assert both == {"chat_template_kwargs": {**kwargs, "style": "x"}, "n": 1}


@pytest.mark.parametrize(
    ("fields", "on"),
    [
        pytest.param({}, None, id="nothing"),
        pytest.param({"reasoning": {}}, None, id="an empty object"),
        pytest.param({"chat_template_kwargs": {"style": "x"}}, None, id="variables"),
        pytest.param({"reasoning": True}, True, id="on"),
        pytest.param({"reasoning": False}, False, id="off"),
        pytest.param({"reasoning": "none"}, False, id="none"),
        pytest.param({"reasoning_effort": "none"}, False, id="effort none"),
        pytest.param({"reasoning_effort": "low"}, True, id="effort low"),
        pytest.param({"enable_thinking": False}, False, id="enable_thinking"),
        pytest.param({"reasoning": {"max_tokens": 9}}, True, id="budget"),
        pytest.param({"reasoning": {"enabled": False}}, False, id="enabled"),
        pytest.param({"reasoning": {"effort": "none"}}, False, id="effort"),
        pytest.param({"thinking": {"type": "disabled"}}, False, id="thinking"),
        pytest.param({"thinking": {"type": "adaptive"}}, True, id="adaptive"),
        pytest.param(
            {"chat_template_kwargs": {"enable_thinking": False}}, False, id="template"
        ),
    ],
)
@pytest.mark.parametrize("by_default", [True, False])
def test_the_first_fields_that_speak_of_reasoning_decide(
    fields: dict[str, Any], on: bool | None, by_default: bool
) -> None:
    expected = by_default if on is None else on
    later = {"reasoning": not expected}

    assert reasons((None, fields), by_default=by_default) is expected
    assert on is None or reasons((fields, later), by_default=by_default) is expected
