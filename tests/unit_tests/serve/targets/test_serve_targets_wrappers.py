from __future__ import annotations

from typing import Any

from langchain_core.runnables import ConfigurableField, RunnableLambda

from langchain_sse_chat.serve.targets.wrappers import changed, inner, leaves
from tests.unit_tests.serve.targets.models import SyncModel

MODEL = SyncModel()
OTHER = SyncModel(temperature=1)


def test_all_wrappers_are_looked_through() -> None:
    wrapped = MODEL.bind(a=1).with_retry().with_fallbacks([OTHER]).with_config(tags=[])
    assert inner(wrapped) is MODEL
    assert leaves(wrapped) == [MODEL, OTHER]


def test_a_model_that_is_chosen_by_configuration_is_looked_through() -> None:
    dynamic: Any = MODEL.configurable_alternatives(ConfigurableField("m"), o=OTHER)
    assert inner(dynamic) == MODEL
    assert leaves(dynamic) == [dynamic.default]


def test_what_is_no_wrapper_is_itself() -> None:
    function = RunnableLambda(str)
    assert inner(function) is function
    assert leaves(function) == [function]


def test_the_models_inside_are_changed_and_the_wrappers_stay() -> None:
    wrapped: Any = MODEL.bind(a=1).with_fallbacks([OTHER.bind(b=2)])
    new = changed(wrapped, lambda model: model.bind(c=3))
    assert [leaf.temperature for leaf in leaves(new)] == [None, 1]
    assert new.runnable.kwargs == {"a": 1}
    assert new.runnable.bound.kwargs == {"c": 3}
    assert new.fallbacks[0].bound.kwargs == {"c": 3}
    assert wrapped.runnable.bound is MODEL
