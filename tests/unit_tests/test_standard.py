"""LangChain's standard unit tests."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_tests.unit_tests import ChatModelUnitTests

from langchain_sse_chat import ChatSSE

_PATH = ("langchain_sse_chat", "chat_models", "ChatSSE")


class TestChatSSEUnit(ChatModelUnitTests):
    """The suite, with every way to make a model that it knows."""

    @pytest.fixture(autouse=True)
    def _loadable(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let `load` find the class.

        langchain-core loads only classes of its own list, which a package cannot add
        to; users name the class in `allowed_objects` instead.
        """
        loader = sys.modules["langchain_core.load.load"]
        mapping: dict[Any, Any] = dict(vars(loader)["ALL_SERIALIZABLE_MAPPINGS"])
        monkeypatch.setitem(mapping, _PATH, _PATH)
        monkeypatch.setattr(loader, "ALL_SERIALIZABLE_MAPPINGS", mapping)
        monkeypatch.setattr(loader, "_default_class_paths_cache", {})

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ChatSSE

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"model": "gpt-4o", "provider": "aitunnel", "api_key": "test"}

    @property
    def init_from_env_params(
        self,
    ) -> tuple[dict[str, str], dict[str, Any], dict[str, Any]]:
        return (
            {
                "AITUNNEL_API_KEY": "env-key",
                "AITUNNEL_BASE_URL": "http://localhost:1234/v1",
            },
            {"model": "gpt-4o", "provider": "aitunnel"},
            {"api_key": "env-key", "base_url": "http://localhost:1234/v1"},
        )
