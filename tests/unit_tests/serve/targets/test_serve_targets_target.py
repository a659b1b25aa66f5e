from __future__ import annotations

from typing import Any

import pytest
from langchain_core.prompts import ChatPromptTemplate

from langchain_sse_chat.serve.failure.failure import RequestRefused
from langchain_sse_chat.serve.targets.served import Served
from langchain_sse_chat.serve.targets.target import Target
from tests.served_answers import request_of
from tests.unit_tests.serve.targets.models import SyncModel, ToolModel

PROMPT = ChatPromptTemplate.from_template("About {topic}")


def function(messages: Any, request: Any) -> str:
    return "a"


def test_a_target_has_a_name_and_stays_itself() -> None:
    target = Target.of(SyncModel(), "gpt")
    assert target.name == "gpt"
    assert Target.of(target) is target
    assert not target.runs_tools


def test_served_without_choices_is_the_thing_itself() -> None:
    assert Target.of(Served(SyncModel())).check(request_of(n=1)) == ()


def test_unknown_parameters_are_among_the_ignored() -> None:
    assert Target.of(function).check(request_of(ignored=("store",))) == ("store",)


@pytest.mark.parametrize("thing", [1, None, "m", str, {}, SyncModel])
def test_what_cannot_be_served_is_an_error_at_once(thing: Any) -> None:
    with pytest.raises(TypeError, match="cannot be served"):
        Target.of(thing)


def test_the_error_has_the_name_and_says_what_to_pass() -> None:
    advice = r"^mine: str cannot be served\. Pass a chat model, such as ChatSSE\(model="
    with pytest.raises(TypeError, match=advice):
        Target.of("gpt-4o", "mine")


@pytest.mark.parametrize(("name", "shown"), [("haiku", "haiku"), ("", "The runnable")])
def test_an_unclear_input_is_an_error_with_the_name(name: str, shown: str) -> None:
    chain = ChatPromptTemplate.from_template("{a} {b}") | SyncModel()
    with pytest.raises(ValueError, match=f"^{shown}: .*input="):
        Target.of(chain, name)


def fails(request: Any) -> Any:
    msg = "of the caller"
    raise LookupError(msg)


class PickyModel(ToolModel):
    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        fails(tools)


@pytest.mark.parametrize(
    ("served", "expected"),
    [
        pytest.param(Served(PROMPT, input=fails), LookupError, id="input"),
        pytest.param(Served(PROMPT, config=fails), LookupError, id="chain config"),
        pytest.param(Served(SyncModel(), config=fails), LookupError, id="model config"),
        pytest.param(PickyModel(), RequestRefused, id="tools"),
    ],
)
async def test_an_answer_that_cannot_begin_fails_as_it_is_read(
    served: Any, expected: type[Exception]
) -> None:
    request = request_of(tools=[{"type": "function", "function": {"name": "a"}}])
    items = Target.of(served).astream(request)
    with pytest.raises(expected):
        await anext(items)
    await items.aclose()
