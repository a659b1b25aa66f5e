from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.probe.advice import Advice
from langchain_sse_chat.probe.program import program_of

URL = "http://llm.example:8000/v1"
FACTS = {
    "json_schema": "none",
    "tool_choices": frozenset({"auto", "none"}),
}
SETTINGS = {"reasoning_tags": ("<think>", "</think>"), "stream_usage": False}


def made(advice: Advice, key: str | None = None, url: str = URL) -> ChatSSE:
    """Run the program; return its model."""
    text = program_of(advice, base_url=url, model='m"x', key_variable=key)
    names: dict[str, Any] = {}
    exec(compile(text, "program", "exec"), names)  # noqa: S102  what is tested here
    chat = names["chat"]
    assert isinstance(chat, ChatSSE)
    assert chat.model == 'm"x'
    assert chat.base_url == url
    return chat


@pytest.mark.parametrize("provider", [None, "vllm", "deepseek"])
@pytest.mark.parametrize("facts", [{}, FACTS], ids=["no facts", "facts"])
@pytest.mark.parametrize("settings", [{}, SETTINGS], ids=["no settings", "settings"])
@pytest.mark.parametrize("key", [None, "PROBED_KEY"])
def test_the_program_makes_a_model_with_all_of_the_advice(
    monkeypatch: pytest.MonkeyPatch,
    provider: str | None,
    facts: dict[str, Any],
    settings: dict[str, Any],
    key: str | None,
) -> None:
    monkeypatch.setenv("PROBED_KEY", "sk-probed-123456")
    advice = Advice(provider, "", facts, settings)
    chat = made(advice, key)
    assert chat._provider.name == (provider or chat._provider.name)
    assert {name: getattr(chat._dialect, name) for name in facts} == facts
    assert {name: getattr(chat, name) for name in settings} == settings
    assert bool(chat.api_key) is (key is not None)


def test_the_other_facts_of_a_row_are_kept() -> None:
    chat = made(Advice("deepseek", "", {"stop": "client"}))
    assert chat._dialect.reasoning_keys == ("reasoning_content",)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://LLM.example/v1", "llm-example"),
        ("http://[::1]:80/v1", "1"),
        ("http+unix://%2Frun%2Fllama.sock/v1", "localhost"),
    ],
)
def test_a_server_is_named_after_its_host(url: str, name: str) -> None:
    text = program_of(Advice(dialect=FACTS), base_url=url, model="m", key_variable=None)
    assert f"name={name!r}" in text
