"""LangChain's standard integration tests, against the embedded server."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.integration_tests import chat_models as suite

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.testing import Reply, ScriptedServer

_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)
_PDF = b"%PDF-1.1\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\n"
_WAV = b"RIFF$\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00@\x1f\x00\x00"


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture(autouse=True)
def _media_are_served_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the suite the pictures, sounds and documents that it would download."""

    def get(url: str, **_: Any) -> SimpleNamespace:
        media = {"png": _PNG, "pdf": _PDF, "wav": _WAV}
        return SimpleNamespace(content=media[url.rsplit(".", 1)[1]])

    monkeypatch.setattr(suite, "httpx", SimpleNamespace(get=get))
    monkeypatch.setenv("LANGCHAIN_TESTS_USER_AGENT", "nothing is downloaded")


class TestChatSSEIntegration(ChatModelIntegrationTests):
    """The suite, with every ability switched on."""

    @pytest.fixture(autouse=True)
    def _use_server(self, server: ScriptedServer) -> None:
        self.server = server

    @pytest.fixture
    def model(self, request: Any, server: ScriptedServer) -> BaseChatModel:
        extra = getattr(request, "param", None) or {}
        return self.chat_model_class(
            **{
                **self.standard_chat_model_params,
                **self.chat_model_params,
                "base_url": server.base_url,
                **extra,
            }
        )

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ChatSSE

    @property
    def chat_model_params(self) -> dict[str, Any]:
        # Tests that make a model of their own do so with these.
        return {
            "model": "echo",
            "api_key": "test",
            "base_url": self.server.base_url if hasattr(self, "server") else None,
        }

    @property
    def supports_json_mode(self) -> bool:
        return True

    @property
    def supports_image_inputs(self) -> bool:
        return True

    @property
    def supports_image_urls(self) -> bool:
        return True

    @property
    def supports_pdf_inputs(self) -> bool:
        return True

    @property
    def supports_audio_inputs(self) -> bool:
        return True

    @property
    def supports_image_tool_message(self) -> bool:
        return True

    @property
    def supports_pdf_tool_message(self) -> bool:
        return True

    @property
    def supports_anthropic_inputs(self) -> bool:
        return True

    @property
    def supported_usage_metadata_details(self) -> dict[Any, list[Any]]:
        kinds = [
            "audio_input",
            "audio_output",
            "reasoning_output",
            "cache_read_input",
            "cache_creation_input",
        ]
        return {"invoke": kinds, "stream": kinds}

    def _invoke_with(self, *, stream: bool, **details: dict[str, int]) -> AIMessage:
        usage = {"prompt_tokens": 9, "completion_tokens": 8, "total_tokens": 17}
        self.server.script(Reply.text("Hello there", usage={**usage, **details}))
        model = ChatSSE(model="echo", base_url=self.server.base_url, streaming=stream)
        return model.invoke([HumanMessage("Hello")])

    def invoke_with_audio_input(self, *, stream: bool = False) -> AIMessage:
        return self._invoke_with(
            stream=stream, prompt_tokens_details={"audio_tokens": 3}
        )

    def invoke_with_audio_output(self, *, stream: bool = False) -> AIMessage:
        return self._invoke_with(
            stream=stream, completion_tokens_details={"audio_tokens": 3}
        )

    def invoke_with_reasoning_output(self, *, stream: bool = False) -> AIMessage:
        return self._invoke_with(
            stream=stream, completion_tokens_details={"reasoning_tokens": 3}
        )

    def invoke_with_cache_read_input(self, *, stream: bool = False) -> AIMessage:
        return self._invoke_with(
            stream=stream, prompt_tokens_details={"cached_tokens": 3}
        )

    def invoke_with_cache_creation_input(self, *, stream: bool = False) -> AIMessage:
        return self._invoke_with(
            stream=stream, prompt_tokens_details={"cache_write_tokens": 3}
        )

    @property
    def supports_model_override(self) -> bool:
        return True

    @property
    def model_override_value(self) -> str:
        return "another-echo"
