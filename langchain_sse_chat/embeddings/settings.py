"""Define the fields of `CompatibleEmbeddings`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, Literal

from langchain_core.embeddings import Embeddings
from langchain_core.messages.ai import UsageMetadata
from pydantic import AliasChoices, Field, PrivateAttr

from langchain_sse_chat.embeddings.facts import EmbeddingsFacts, facts_at
from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.settings.connection import Connection
from langchain_sse_chat.settings.field_types import AS_IT_IS
from langchain_sse_chat.settings.field_use import Use
from langchain_sse_chat.settings.peer_names.peer_name import refused, table
from langchain_sse_chat.settings.peer_names.table import CONNECTION_NAMES

Kind = Literal["document", "query"]
"""The kind of the texts of a call."""

OnUsage = Annotated[Callable[[UsageMetadata], object] | None, AS_IT_IS]
"""A function that gets the usage of a call."""

_OF_TOKENS = (
    "Texts are sent and never tokens, because each model has its own tokens. Leave it "
    "out, and divide long texts with a text splitter."
)

_NAMES = CONNECTION_NAMES | table(
    refused("allowed_special", _OF_TOKENS),
    refused("check_embedding_ctx_length", _OF_TOKENS),
    refused(
        "deployment",
        "Leave it out, or pass a deployment of Azure as `azure_deployment`.",
    ),
    refused("disallowed_special", _OF_TOKENS),
    refused("embedding_ctx_length", _OF_TOKENS),
    refused("tiktoken_enabled", _OF_TOKENS),
    refused("tiktoken_model_name", _OF_TOKENS),
    refused("retry_max_seconds", "Leave it out; `max_retry_after` limits the wait."),
    refused("retry_min_seconds", "Leave it out; the first wait is below a second."),
    refused("show_progress_bar", "Leave it out; `on_usage` is called after each call."),
    refused("skip_empty", "Leave it out, and remove empty texts before the call."),
)
"""Arguments of `OpenAIEmbeddings` and others."""


class EmbeddingsSettings(Connection, Embeddings):
    """The connection, the form of requests, and their limits."""

    dimensions: Annotated[int | None, Use.BODY] = Field(default=None, ge=1)
    """The width of the vectors, for models that can shorten them. Only sent if set, and
    compared with the vectors that come. Default: the model's."""

    encoding_format: Annotated[Literal["float", "base64"] | None, Use.BODY] = None
    """The form in which vectors are requested; either form is understood. Default:
    base64 from OpenAI and Azure, and nothing is requested from other servers."""

    max_texts: Annotated[int | None, Use.MODEL] = Field(
        default=None, ge=1, validation_alias=AliasChoices("max_texts", "chunk_size")
    )
    """Most texts in a request. A request that the server still rejects as too large is
    divided. Default: the provider's limit, 32 for a server that is not known."""

    max_tokens_per_request: Annotated[int | None, Use.MODEL] = Field(default=None, ge=1)
    """Most tokens in a request, estimated as a third of the bytes. Default: the
    provider's limit."""

    max_concurrency: Annotated[int, Use.MODEL] = Field(default=4, ge=1)
    """Most requests of one async call at a time. Sync calls send one after the
    other."""

    document_prefix: Annotated[str, Use.MODEL] = ""
    """A text before each document, such as `passage: ` for models of the E5 family."""

    query_prefix: Annotated[str, Use.MODEL] = ""
    """A text before each query, such as `query: `."""

    document_fields: Annotated[Mapping[str, Any] | None, Use.MODEL] = None
    """Keys of the request's body for documents, such as `{"input_type": "passage"}`.
    Default: those that the provider needs."""

    query_fields: Annotated[Mapping[str, Any] | None, Use.MODEL] = None
    """Keys of the request's body for queries. Default: those that the provider
    needs."""

    on_usage: Annotated[OnUsage, Use.MODEL] = Field(
        default=None, repr=False, exclude=True
    )
    """A function that is called after each call with its usage, a `UsageMetadata`, also
    if the call failed after some of its requests. Not called if the server does not
    send usage."""

    _facts: EmbeddingsFacts = PrivateAttr()
    _last_usage: UsageMetadata | None = PrivateAttr(default=None)

    _MADE: ClassVar[tuple[str, ...]] = (*Connection._MADE, "_facts")  # noqa: SLF001  # ours
    _PEER_NAMES = _NAMES

    def _prefix(self, kind: Kind) -> str:
        """Return the text before each text of a call."""
        return self.query_prefix if kind == "query" else self.document_prefix

    def _derive(self) -> None:
        super()._derive()
        self._facts = facts_at(self._provider, self._address)
        if self.dimensions is not None and self._facts.dimensions_field is None:
            msg = (
                f"{self._provider.name} does not let you choose the number of "
                "dimensions. Remove `dimensions`."
            )
            raise ConfigurationError(msg)
