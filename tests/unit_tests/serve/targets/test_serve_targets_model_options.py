from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.serve.failure.failure import RequestRefused
from langchain_sse_chat.serve.targets.model_options import ModelOptions
from tests.served_answers import request_of
from tests.unit_tests.serve.targets.models import (
    ChoosyModel,
    SyncModel,
    ToolModel,
    WireModel,
)

SCHEMA = {"type": "object", "properties": {}}
TOOL = {"type": "function", "function": {"name": "f", "parameters": SCHEMA}}
NAMED = {"type": "function", "function": {"name": "f"}}
FORMAT = {"type": "json_object"}


def call(model: BaseChatModel, **fields: Any) -> dict[str, Any]:
    return ModelOptions(model).call(request_of(**fields))[1]


def test_a_model_of_this_package_takes_all(make_chat: Callable[..., ChatSSE]) -> None:
    options = {"temperature": 0.5, "max_tokens": 5, "stop": ["a"], "seed": 1}
    demands: dict[str, Any] = {"n": 2, "logprobs": True, "response_format": FORMAT}
    request = request_of(options=options, top_logprobs=3, **demands)
    chat = ModelOptions(make_chat())

    assert chat.ignored(request) == set()
    assert chat.call(request)[1] == {**options, **demands, "top_logprobs": 3}


def test_metadata_of_the_client_have_no_effect(
    make_chat: Callable[..., ChatSSE],
) -> None:
    chat = ModelOptions(make_chat())
    assert chat.ignored(request_of(metadata={"a": "b"})) == {"metadata"}


@pytest.mark.parametrize("choice", ["auto", "none", "required", NAMED])
def test_a_model_of_this_package_gets_tools_as_they_are(
    make_chat: Callable[..., ChatSSE], choice: Any
) -> None:
    keywords = call(
        make_chat(), tools=[TOOL], tool_choice=choice, parallel_tool_calls=False
    )
    assert keywords == {
        "tools": [TOOL],
        "tool_choice": choice,
        "parallel_tool_calls": False,
    }


def test_the_model_is_called_itself_not_a_binding(
    make_chat: Callable[..., ChatSSE],
) -> None:
    chat = make_chat()
    assert ModelOptions(chat).call(request_of(tools=[TOOL]))[0] is chat


def test_a_model_of_another_package_is_copied_with_the_values_that_it_has() -> None:
    model = SyncModel(temperature=1)
    options = {"temperature": 0.5, "max_tokens": 5, "stop": ["a"], "seed": 1}
    request = request_of(options=options)
    copy, keywords = ModelOptions(model).call(request)

    assert ModelOptions(model).ignored(request) == {"seed"}
    assert (copy.temperature, copy.max_output_tokens) == (0.5, 5)
    assert keywords == {"stop": ["a"]}
    assert model.temperature == 1
    assert ModelOptions(model).call(request_of())[0] is model


def test_a_format_is_a_value_of_the_model_if_it_has_one() -> None:
    request = request_of(response_format=FORMAT)
    model = ModelOptions(ToolModel())
    assert model.ignored(request) == set()
    assert model.call(request)[0].response_format == FORMAT


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (SyncModel(), {"tools": [TOOL]}),
        (SyncModel(), {"response_format": FORMAT}),
        (SyncModel(), {"n": 2}),
        (WireModel(), {"n": 2}),
        (SyncModel(), {"logprobs": True}),
        (SyncModel(), {"modalities": ["audio"]}),
        (ChoosyModel(), {"tools": [TOOL], "tool_choice": "required"}),
    ],
    ids=[
        "tools",
        "response format",
        "several answers",
        "several answers of an OpenAI model",
        "log probabilities",
        "audio",
        "tool choice",
    ],
)
def test_what_cannot_be_done_is_refused(
    model: BaseChatModel, fields: dict[str, Any]
) -> None:
    with pytest.raises(RequestRefused) as caught:
        ModelOptions(model).ignored(request_of(**fields))
    assert caught.value.failure.status == 400
    assert caught.value.failure.param == list(fields)[-1]
    assert f"`{list(fields)[-1]}`" in caught.value.failure.message


@pytest.mark.parametrize(
    ("choice", "told"),
    [("auto", "auto"), ("required", "any"), (NAMED, "f"), (None, None)],
)
def test_another_model_gets_a_choice_in_the_words_of_langchain(
    choice: Any, told: str | None
) -> None:
    request = request_of(tools=[TOOL], tool_choice=choice, parallel_tool_calls=True)
    model = ModelOptions(ToolModel())
    assert model.ignored(request) == {"parallel_tool_calls"}
    assert model.call(request)[1] == {"tools": 1, "tool_choice": told}


def test_another_model_that_must_not_call_tools_gets_none() -> None:
    request = request_of(tools=[TOOL], tool_choice="none", options={"stop": ["a"]})
    assert ModelOptions(ToolModel()).call(request)[1] == {"stop": ["a"]}


def test_a_binding_with_a_configuration_is_called_as_it_is() -> None:
    request = request_of(tools=[TOOL], tool_choice="auto", parallel_tool_calls=False)
    model = ModelOptions(ChoosyModel())
    assert model.ignored(request) == set()
    bound, keywords = model.call(request)
    assert bound.kwargs == {"parallel": False}
    assert keywords == {}


def test_a_model_of_openai_takes_the_words_of_the_wire() -> None:
    request = request_of(
        options={"max_tokens": 5, "seed": 1},
        tools=[TOOL],
        tool_choice="required",
        response_format=FORMAT,
    )
    model = ModelOptions(WireModel())
    assert model.ignored(request) == set()
    assert model.call(request)[1] == {
        "max_tokens": 5,
        "seed": 1,
        "response_format": FORMAT,
        "tools": 1,
        "tool_choice": "required",
    }


def test_tools_that_a_model_rejects_are_refused_without_its_words() -> None:
    with pytest.raises(RequestRefused) as caught:
        call(ToolModel(), tools=[{"type": ""}])
    assert caught.value.failure.param == "tools"
    assert "secret" not in caught.value.failure.message
