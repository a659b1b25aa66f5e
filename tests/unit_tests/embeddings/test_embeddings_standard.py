"""LangChain's standard unit tests of embeddings."""

from __future__ import annotations

from typing import Any

from langchain_core.embeddings import Embeddings
from langchain_tests.unit_tests import EmbeddingsUnitTests

from langchain_sse_chat import CompatibleEmbeddings
from langchain_sse_chat.gigachat import GigaChatEmbeddings


class TestCompatibleEmbeddingsUnit(EmbeddingsUnitTests):
    """The suite."""

    @property
    def embeddings_class(self) -> type[Embeddings]:
        return CompatibleEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return {"model": "m", "provider": "aitunnel", "api_key": "test"}

    @property
    def init_from_env_params(
        self,
    ) -> tuple[dict[str, str], dict[str, Any], dict[str, Any]]:
        return (
            {
                "AITUNNEL_API_KEY": "env-key",
                "AITUNNEL_BASE_URL": "http://localhost:1234/v1",
            },
            {"model": "m", "provider": "aitunnel"},
            {"api_key": "env-key", "base_url": "http://localhost:1234/v1"},
        )


class TestGigaChatEmbeddingsUnit(EmbeddingsUnitTests):
    """The suite for GigaChat."""

    @property
    def embeddings_class(self) -> type[Embeddings]:
        return GigaChatEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return {"credentials": "test"}

    @property
    def init_from_env_params(
        self,
    ) -> tuple[dict[str, str], dict[str, Any], dict[str, Any]]:
        return (
            {"GIGACHAT_CREDENTIALS": "env-key", "GIGACHAT_MODEL": "GigaChat-2"},
            {},
            {"credentials": "env-key", "model": "Embeddings"},
        )
