"""The fields that a model refuses are left out, and named."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat import Dialect
from langchain_sse_chat.request.model_limits import within_limits

REFUSED = frozenset({"temperature", "logprobs"})
ALWAYS = Dialect(dropped_fields=REFUSED)
OFTEN = Dialect(while_reasoning=(("dropped_fields", REFUSED),), reasons_by_default=True)
SELDOM = Dialect(while_reasoning=(("dropped_fields", REFUSED),))
FIELDS = {"model": "m", "temperature": 0.2, "top_p": None}


@pytest.mark.parametrize(
    ("dialect", "more", "extra", "is_dropped"),
    [
        pytest.param(ALWAYS, {"reasoning": False}, (), True, id="always"),
        pytest.param(OFTEN, {}, (None, None), True, id="by default"),
        pytest.param(OFTEN, {"reasoning": False}, (), False, id="off"),
        pytest.param(OFTEN, {}, ({"reasoning_effort": "none"},), False, id="extra"),
        pytest.param(SELDOM, {}, (), False, id="off by default"),
        pytest.param(SELDOM, {"reasoning_effort": "low"}, (), True, id="on"),
    ],
)
def test_a_field_is_dropped_where_the_model_refuses_it(
    dialect: Dialect, more: dict[str, Any], extra: Any, is_dropped: bool
) -> None:
    left, _, dropped = within_limits({**FIELDS, **more}, extra, dialect)

    assert ("temperature" not in left) is is_dropped
    assert dropped == ({"temperature": None} if is_dropped else {})


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"temperature": 1}, id="the only temperature"),
        pytest.param(
            {"temperature": 1.0, "logprobs": False}, id="no log probabilities"
        ),
        pytest.param({"temperature": None}, id="none"),
        pytest.param({}, id="nothing"),
    ],
)
def test_a_value_that_means_nothing_is_not_named(fields: dict[str, Any]) -> None:
    left, dialect, dropped = within_limits({**fields, "n": 1}, (), ALWAYS)

    assert (left, dialect, dropped) == ({"n": 1}, ALWAYS, {})


def test_other_facts_can_differ_while_a_model_reasons() -> None:
    quiet = frozenset({"auto"})
    dialect = Dialect(while_reasoning=(("tool_choices", quiet),))

    _, on, _ = within_limits({"reasoning": True}, (), dialect)
    _, off, _ = within_limits({}, (), dialect)

    assert on.tool_choices == quiet
    assert off is dialect
