"""LangChain's standard unit tests for `GigaChat`."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_tests.unit_tests import ChatModelUnitTests

from langchain_sse_chat.gigachat import GigaChat

_PATH = ("langchain_sse_chat", "gigachat", "chat_models", "GigaChat")


class TestGigaChatUnit(ChatModelUnitTests):
    """The suite, with every way to make a model that it knows."""

    @pytest.fixture(autouse=True)
    def _loadable(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let `load` find the class, which is not in langchain-core's own list."""
        loader = sys.modules["langchain_core.load.load"]
        mapping: dict[Any, Any] = dict(vars(loader)["ALL_SERIALIZABLE_MAPPINGS"])
        monkeypatch.setitem(mapping, _PATH, _PATH)
        monkeypatch.setattr(loader, "ALL_SERIALIZABLE_MAPPINGS", mapping)
        monkeypatch.setattr(loader, "_default_class_paths_cache", {})

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return GigaChat

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"model": "GigaChat-2", "credentials": "a2V5"}

    @property
    def init_from_env_params(
        self,
    ) -> tuple[dict[str, str], dict[str, Any], dict[str, Any]]:
        return (
            {
                "GIGACHAT_CREDENTIALS": "env-key",
                "GIGACHAT_SCOPE": "GIGACHAT_API_CORP",
                "GIGACHAT_ACCESS_TOKEN": "env-token",
            },
            {},
            {
                "credentials": "env-key",
                "scope": "GIGACHAT_API_CORP",
                "access_token": "env-token",
            },
        )
