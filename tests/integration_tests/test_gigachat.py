"""LangChain's standard integration tests for `GigaChat`, against a strict stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage
from langchain_tests.integration_tests import ChatModelIntegrationTests

from langchain_sse_chat.gigachat import GigaChat
from langchain_sse_chat.testing import Reply, ScriptedGigaChat


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedGigaChat]:
    with ScriptedGigaChat() as server:
        yield server


class TestGigaChatIntegration(ChatModelIntegrationTests):
    """The suite, with every ability that GigaChat's wire has."""

    @pytest.fixture(autouse=True)
    def _use_server(
        self, server: ScriptedGigaChat, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.server = server
        # Tests that make a model of their own do so without a fixture's help.
        for name, value in server.settings.items():
            monkeypatch.setenv(f"GIGACHAT_{name.upper()}", value)

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return GigaChat

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"model": "GigaChat-2"}

    @property
    def has_tool_choice(self) -> bool:
        return False

    @property
    def supports_json_mode(self) -> bool:
        return True

    @property
    def supported_usage_metadata_details(self) -> dict[Any, list[Any]]:
        return {"invoke": ["cache_read_input"], "stream": ["cache_read_input"]}

    def invoke_with_cache_read_input(self, *, stream: bool = False) -> AIMessage:
        usage = {
            "prompt_tokens": 9,
            "completion_tokens": 8,
            "total_tokens": 17,
            "precached_prompt_tokens": 3,
        }
        self.server.script(Reply.text("Hello there", usage=usage))
        return GigaChat(streaming=stream).invoke([HumanMessage("Hello")])

    @property
    def supports_model_override(self) -> bool:
        return True

    @property
    def model_override_value(self) -> str:
        return "GigaChat-2-Max"
