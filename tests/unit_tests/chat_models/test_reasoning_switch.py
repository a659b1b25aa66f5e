"""Reasoning switched on and off, and facts of models, from the model to the bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from langchain_core.messages import HumanMessage, SystemMessage
from pydantic import BaseModel

from langchain_sse_chat import ChatSSE, ConfigurationError
from tests.unit_tests.chat_models.scripted import (
    Scripted,
    completion,
    streamed,
    text_stream,
)

MakeChat = Callable[..., ChatSSE]
PLAIN = {"model", "messages", "stream"}
TAGGED = "<think>A day, then.</think>\n\n"


class Answer(BaseModel):
    """An answer."""

    days: int


def answer(text: str = "Hi") -> httpx.Response:
    return httpx.Response(200, json=completion({"content": text}))


def said(server: Scripted) -> dict[str, Any]:
    return {k: v for k, v in server.body.items() if k not in PLAIN}


BOTH = {"enable_thinking": True, "thinking": True}


def named(*cases: tuple[Any, ...]) -> list[Any]:
    """Return rows that are named after provider, model and kind of their value."""
    kinds = {True: "on", False: "off"}
    return [
        pytest.param(
            *case,
            id="-".join(
                [
                    *case[:2],
                    kinds[case[2]]
                    if isinstance(case[2], bool)
                    else "_".join(case[2])
                    if isinstance(case[2], dict)
                    else case[2],
                ]
            ),
        )
        for case in cases
    ]


@pytest.mark.parametrize(
    ("provider", "model", "wanted", "sent"),
    named(
        ("openai", "gpt-5.1", False, {"reasoning_effort": "none"}),
        ("openai", "gpt-5", True, {"reasoning_effort": "medium"}),
        ("openai", "gpt-6-astra", "max", {"reasoning_effort": "max"}),
        ("openai", "gpt-6-luna", False, {"reasoning_effort": "none"}),
        ("azure", "o3", "high", {"reasoning_effort": "high"}),
        ("mistral", "mistral-small-latest", True, {"reasoning_effort": "high"}),
        ("groq", "qwen/qwen3-32b", True, {"reasoning_effort": "default"}),
        ("groq", "qwen/qwen3.8-27b", "high", {"reasoning_effort": "high"}),
        ("groq", "qwen/qwen3.8-27b", False, {"reasoning_effort": "none"}),
        ("groq", "openai/gpt-oss-20b", "low", {"reasoning_effort": "low"}),
        ("openrouter", "m", True, {"reasoning": {"enabled": True}}),
        ("openrouter", "m", {"max_tokens": 9}, {"reasoning": {"max_tokens": 9}}),
        (
            "openrouter",
            "m",
            {"effort": "high", "exclude": True},
            {"reasoning": {"effort": "high", "exclude": True}},
        ),
        ("together", "m", False, {"reasoning": {"enabled": False}}),
        ("deepseek", "m", False, {"thinking": {"type": "disabled"}}),
        (
            "deepseek",
            "m",
            "max",
            {"thinking": {"type": "enabled"}, "reasoning_effort": "max"},
        ),
        ("zai", "glm-4.6", True, {"thinking": {"type": "enabled"}}),
        (
            "zhipu",
            "glm-5.2",
            "max",
            {"thinking": {"type": "enabled"}, "reasoning_effort": "max"},
        ),
        ("moonshot", "kimi-k2.6", False, {"thinking": {"type": "disabled"}}),
        ("moonshot", "kimi-k3", "low", {"reasoning_effort": "low"}),
        ("minimax", "MiniMax-M3", True, {"thinking": {"type": "adaptive"}}),
        (
            "dashscope",
            "qwen-plus",
            {"max_tokens": 9},
            {"enable_thinking": True, "thinking_budget": 9},
        ),
        (
            "dashscope",
            "deepseek-v4-pro",
            "max",
            {"enable_thinking": True, "reasoning_effort": "max"},
        ),
        ("vllm", "m", True, {"chat_template_kwargs": BOTH}),
        (
            "vllm",
            "m",
            {"max_tokens": 9},
            {"chat_template_kwargs": BOTH, "thinking_token_budget": 9},
        ),
        ("sglang", "m", True, {"chat_template_kwargs": BOTH}),
        ("llamacpp", "m", True, {"chat_template_kwargs": BOTH}),
        ("ollama", "m", False, {"reasoning_effort": "none"}),
        ("vercel", "m", "high", {"reasoning": {"effort": "high"}}),
        ("deepinfra", "m", "high", {"reasoning_effort": "high"}),
        ("venice", "m", False, {"reasoning": {"enabled": False}}),
        ("siliconflow", "m", False, {"enable_thinking": False}),
        ("novita", "zai-org/glm-4.5", True, {"enable_thinking": True}),
        ("cohere", "m", True, {"reasoning_effort": "high"}),
        ("xiaomi", "m", False, {"thinking": {"type": "disabled"}}),
        ("wandb", "m", True, {"chat_template_kwargs": BOTH}),
        ("baseten", "m", True, {"chat_template_args": {"enable_thinking": True}}),
        ("baseten", "openai/gpt-oss-120b", "low", {"reasoning_effort": "low"}),
        ("snowflake", "claude-4", {"max_tokens": 9}, {"reasoning": {"max_tokens": 9}}),
        (
            "databricks",
            "databricks-claude-4",
            {"max_tokens": 9},
            {"thinking": {"type": "enabled", "budget_tokens": 9}},
        ),
        (
            "anthropic",
            "claude-4",
            {"max_tokens": 9},
            {"thinking": {"type": "enabled", "budget_tokens": 9}},
        ),
        (
            "fireworks",
            "m",
            {"max_tokens": 2000},
            {"thinking": {"type": "enabled", "budget_tokens": 2000}},
        ),
        (
            "gemini",
            "m",
            {"max_tokens": 9},
            {"extra_body": {"google": {"thinking_config": {"thinking_budget": 9}}}},
        ),
    ),
)
@pytest.mark.parametrize("place", ["field", "keyword"])
def test_each_provider_gets_its_own_form(
    make_chat: MakeChat,
    server: Scripted,
    *,
    provider: str,
    model: str,
    wanted: Any,
    sent: dict[str, Any],
    place: str,
) -> None:
    given = {"reasoning": wanted}
    field, keyword = (given, {}) if place == "field" else ({}, given)
    fields = {"model": model, "provider": provider, **field}

    make_chat(answer(), **fields).invoke("Hello", **keyword)

    assert said(server) == sent


@pytest.mark.parametrize(
    ("provider", "model", "wanted"),
    named(
        ("perplexity", "sonar-reasoning-pro", False),
        ("openai", "o3", False),
        ("openai", "gpt-6-astra", False),
        ("moonshot", "kimi-k3", False),
        ("moonshot", "kimi-k2.6", "high"),
        ("mistral", "mistral-small-latest", "low"),
        ("anthropic", "claude-4", "high"),
        ("anthropic", "claude-opus-4-7", {"max_tokens": 2000}),
        ("anthropic", "claude-sonnet-5", {"max_tokens": 2000}),
        ("groq", "qwen/qwen3-32b", "high"),
        ("groq", "openai/gpt-oss-20b", False),
        ("zai", "glm-4.6", "high"),
        ("baseten", "m", False),
        ("friendli", "m", "high"),
        ("minimax", "MiniMax-M3", {"max_tokens": 9}),
        ("openai", "gpt-5", {"effort": "low", "summary": "auto"}),
    ),
)
def test_a_form_that_a_provider_lacks_is_an_error_before_anything_is_sent(
    make_chat: MakeChat, server: Scripted, provider: str, model: str, wanted: Any
) -> None:
    chat = make_chat(answer(), provider=provider, model=model, reasoning=wanted)

    with pytest.raises(ConfigurationError, match="`reasoning"):
        chat.invoke("Hello")

    assert not server.requests


def test_a_call_replaces_what_the_model_says_of_reasoning(
    make_chat: MakeChat, server: Scripted
) -> None:
    by_effort = make_chat(answer(), reasoning_effort="high")
    by_effort.invoke("Hello", reasoning=False)
    assert said(server) == {"reasoning_effort": "none"}

    switched = make_chat(answer(), reasoning=False)
    switched.invoke("Hello", reasoning_effort="low")
    assert said(server) == {"reasoning_effort": "low"}

    switched.invoke("Hello", reasoning_effort=None)
    assert said(server) == {"reasoning_effort": "none"}


def test_the_two_fields_of_a_model_may_not_differ(make_chat: MakeChat) -> None:
    chat = make_chat(answer(), reasoning=False, reasoning_effort="low")

    with pytest.raises(ConfigurationError, match="differ"):
        chat.invoke("Hello")


def test_the_extra_body_replaces_the_switch_and_keeps_its_template(
    make_chat: MakeChat, server: Scripted
) -> None:
    own = {"chat_template_kwargs": {"style": "x"}, "reasoning_effort": "low"}

    make_chat(answer(), provider="vllm", reasoning=True, extra_body=own).invoke("Hello")

    assert said(server) == {
        "chat_template_kwargs": {**BOTH, "style": "x"},
        "reasoning_effort": "low",
    }


def test_a_value_of_another_type_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match="`reasoning` must be a bool"):
        ChatSSE(model="m", api_key="k", reasoning=["high"])


def test_a_model_of_a_call_has_its_own_facts(
    make_chat: MakeChat, server: Scripted
) -> None:
    chat = make_chat(answer(), provider="openai", model="gpt-4o", temperature=0.2)
    asked = [SystemMessage("Be brief."), HumanMessage("Hello")]

    for model in ("o1", "gpt-4o", "o1"):
        chat.invoke(asked, model=model)

    roles = [body["messages"][0]["role"] for body in server.bodies]
    assert roles == ["developer", "system", "developer"]
    assert ["temperature" in body for body in server.bodies] == [False, True, False]


def test_a_changed_model_has_its_own_facts(
    make_chat: MakeChat, server: Scripted
) -> None:
    chat = make_chat(answer(), provider="openai", model="gpt-4o", temperature=0.2)

    chat.model_copy(update={"model": "o1"}).invoke("Hello")
    chat.invoke("Hello")

    assert ["temperature" in body for body in server.bodies] == [False, True]


def test_a_stop_that_the_model_refuses_is_found_here(
    make_chat: MakeChat, server: Scripted
) -> None:
    chat = make_chat(answer("one END two"), provider="openai", model="o3")

    assert chat.invoke("Hello", stop=["END"]).text == "one "
    assert "stop" not in server.body


@pytest.mark.parametrize(
    ("more", "is_accepted"),
    [
        pytest.param({}, False, id="by default"),
        pytest.param({"reasoning": False}, True, id="off"),
        pytest.param({"extra_body": {"thinking": {"type": "disabled"}}}, True, id="x"),
    ],
)
def test_kimi_can_be_told_to_call_a_tool_while_it_does_not_reason(
    make_chat: MakeChat, server: Scripted, more: dict[str, Any], is_accepted: bool
) -> None:
    def add(a: int) -> int:
        """Add."""
        return a

    chat = make_chat(answer(), provider="moonshot", model="kimi-k2.6", **more)
    bound = chat.bind_tools([add], tool_choice="any")

    if is_accepted:
        bound.invoke("Hello")
        assert server.body["tool_choice"] == "required"
    else:
        with pytest.raises(ConfigurationError, match="'auto', 'none'"):
            bound.invoke("Hello")


TAG_WAYS = pytest.mark.parametrize("size", [None, 1, 5])


@TAG_WAYS
@pytest.mark.parametrize(
    ("provider", "model"),
    [("minimax", "MiniMax-M3"), ("perplexity", "sonar-reasoning-pro")],
)
async def test_the_tags_of_a_provider_are_known(
    make_chat: MakeChat, provider: str, model: str, size: int | None
) -> None:
    body = text_stream(*TAGGED, "One.")
    chat = make_chat(
        streamed(body, size), streamed(body, size), provider=provider, model=model
    )

    chunks = [list(chat.stream("Hello")), [c async for c in chat.astream("Hello")]]

    for first, *others in chunks:
        message = sum(others, first)
        assert message.text == "One."
        assert message.additional_kwargs["reasoning_content"] == "A day, then."


@pytest.mark.parametrize("place", ["field", "keyword"])
def test_the_tags_of_a_provider_can_be_switched_off(
    make_chat: MakeChat, place: str
) -> None:
    off: dict[str, Any] = {"reasoning_tags": False}
    field, keyword = (off, {}) if place == "field" else ({}, off)
    chat = make_chat(answer(f"{TAGGED}One."), provider="minimax", **field)

    assert chat.invoke("Hello", **keyword).text == f"{TAGGED}One."


def test_the_tags_of_the_model_replace_those_of_the_provider(
    make_chat: MakeChat,
) -> None:
    chat = make_chat(
        answer("<a>Why.</a>One."), provider="minimax", reasoning_tags=("<a>", "</a>")
    )

    assert chat.invoke("Hello").text == "One."


def test_tagged_reasoning_is_sent_back_between_its_tags(
    make_chat: MakeChat, server: Scripted
) -> None:
    chat = make_chat(answer("<think>Why.</think>\n\nOne."), provider="minimax")
    history = [HumanMessage("Hello"), chat.invoke("Hello"), HumanMessage("And?")]

    chat.invoke(history)

    content = server.body["messages"][1]["content"]
    assert "".join(content.split()) == "<think>Why.</think>One."


def test_models_without_tags_keep_their_text(make_chat: MakeChat) -> None:
    chat = make_chat(answer(f"{TAGGED}One."), provider="perplexity", model="sonar")

    assert chat.invoke("Hello").text == f"{TAGGED}One."


async def test_structured_output_works_beside_tagged_reasoning(
    make_chat: MakeChat,
) -> None:
    chat = make_chat(
        answer(TAGGED + '{"days": 1}'),
        answer(TAGGED + '{"days": 1}'),
        provider="perplexity",
        model="sonar-reasoning-pro",
    ).with_structured_output(Answer)

    assert chat.invoke("Hello") == Answer(days=1)
    assert await chat.ainvoke("Hello") == Answer(days=1)
