"""Embeddings of GigaChat, with the names of `langchain_gigachat`."""

from __future__ import annotations

from typing import Annotated

from pydantic import AliasChoices, Field

from langchain_sse_chat.embeddings.model import CompatibleEmbeddings
from langchain_sse_chat.embeddings.settings import Kind
from langchain_sse_chat.gigachat.connection import GigaChatConnection
from langchain_sse_chat.settings.field_use import Use


class GigaChatEmbeddings(GigaChatConnection, CompatibleEmbeddings):
    """GigaChat's embeddings, with the setting names of `langchain_gigachat`.

    ```python
    from langchain_sse_chat.gigachat import GigaChatEmbeddings

    embeddings = GigaChatEmbeddings(
        credentials="…", ca_bundle_file="russian_trusted_root_ca.pem"
    )
    vector = embeddings.embed_query("Почему небо голубое?")
    ```

    Credentials and certificates are those of `GigaChat`, with the same environment
    variables; `GIGACHAT_MODEL` names a chat model and is not read. The other settings
    are those of `CompatibleEmbeddings`.
    """

    model: Annotated[str, Use.BODY] = Field(
        default="Embeddings", validation_alias=AliasChoices("model", "model_name")
    )
    """The model's name: `Embeddings`, `EmbeddingsGigaR`, …
    (https://developers.sber.ru/docs/ru/gigachat/models)."""

    prefix_query: Annotated[str, Use.MODEL] = (
        "Дано предложение, необходимо найти его парафраз \nпредложение: "  # noqa: RUF001
    )
    """The instruction before a query, for models that were trained with one."""

    use_prefix_query: Annotated[bool, Use.MODEL] = False
    """Whether `prefix_query` is put before a query. `query_prefix` does the same for
    any provider."""

    def _prefix(self, kind: Kind) -> str:
        if kind == "query" and self.use_prefix_query:
            return self.prefix_query
        return super()._prefix(kind)
