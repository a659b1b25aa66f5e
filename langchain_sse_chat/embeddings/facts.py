"""The facts about the embeddings of a provider, as data.

Each fact is from a page of the provider, or from a person who measured it. For all
other servers the limits are low, and a batch that is still too large is halved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from langchain_sse_chat.providers import Provider

EncodingFormat = Literal["float", "base64"]


@dataclass(frozen=True, slots=True)
class EmbeddingsFacts:
    """Limits and fields of a provider's requests for embeddings."""

    max_texts: int = 32
    """Most texts in a request."""

    max_tokens: int | None = None
    """Most tokens in a request, estimated; `None` for no limit that is known."""

    encoding_format: EncodingFormat | None = None
    """The form of vectors that is requested; `None` leaves it to the server. Base64 is
    a quarter of the bytes, but some servers reject the field, and others ignore it."""

    dimensions_field: str | None = "dimensions"
    """The name of the field for the width of vectors; `None` if there is no such
    field."""

    document_fields: Mapping[str, str] = field(default_factory=dict)
    """Fields of requests for documents."""

    query_fields: Mapping[str, str] = field(default_factory=dict)
    """Fields of requests for queries."""

    sources: tuple[str, ...] = ()
    """The pages with these facts."""


UNKNOWN = EmbeddingsFacts()
"""The facts about a server that is not in the table. 32 texts is the default limit of
Hugging Face's Text Embeddings Inference, the lowest default of the servers that people
run themselves."""

_OPENAI = EmbeddingsFacts(
    max_texts=2048,
    max_tokens=300_000,
    encoding_format="base64",
    sources=("https://developers.openai.com/api/reference/resources/embeddings",),
)

_AZURE = replace(
    _OPENAI,
    sources=(
        (
            "https://learn.microsoft.com/en-us/azure/foundry/reference/rest/"
            "embeddings-create-embedding"
        ),
    ),
)

FACTS: dict[str, EmbeddingsFacts] = {
    "openai": _OPENAI,
    "azure": _AZURE,
    # The dated versions of its API: not all of them have `encoding_format`.
    "azure-deployments": replace(_AZURE, encoding_format=None),
    "cohere": EmbeddingsFacts(
        dimensions_field=None,
        sources=("https://docs.cohere.com/docs/compatibility-api",),
    ),
    "dashscope": EmbeddingsFacts(
        max_texts=10,
        sources=(
            "https://help.aliyun.com/en/model-studio/text-embedding-synchronous-api",
        ),
    ),
    "gemini": EmbeddingsFacts(
        max_texts=100,
        sources=("https://github.com/geldata/gel/issues/9032",),
    ),
    "gigachat": EmbeddingsFacts(
        max_texts=90,
        max_tokens=300_000,
        dimensions_field=None,
        sources=(
            (
                "https://reference.langchain.com/v0.3/python/_modules/"
                "langchain_community/embeddings/gigachat.html"
            ),
        ),
    ),
    "mistral": EmbeddingsFacts(
        max_texts=256,
        max_tokens=16_000,
        dimensions_field="output_dimension",
        sources=(
            "https://docs.mistral.ai/api/endpoint/embeddings",
            # 256 texts, tried with the server.
            (
                "https://docs.rs/crate/rig-core/0.42.0/source/src/providers/mistral/"
                "embedding.rs"
            ),
            # The tokens.
            (
                "https://reference.langchain.com/v0.3/python/_modules/langchain_mistralai/"
                "embeddings.html"
            ),
        ),
    ),
    "nvidia": EmbeddingsFacts(
        document_fields={"input_type": "passage"},
        query_fields={"input_type": "query"},
        sources=(
            (
                "https://docs.nvidia.com/nim/nemo-retriever/text-embedding/2.2.0/"
                "reference.html"
            ),
        ),
    ),
    "yandex": EmbeddingsFacts(
        max_texts=1,
        encoding_format="float",
        sources=(
            "https://yandex.cloud/en/docs/ai-studio/concepts/openai-compatibility",
        ),
    ),
    "zhipu": EmbeddingsFacts(
        max_texts=64,
        sources=("https://docs.bigmodel.cn/api-reference/模型-api/文本嵌入",),
    ),
}
"""The facts by the name of the provider."""


def facts_at(provider: Provider, address: str) -> EmbeddingsFacts:
    """Return the facts about the embeddings of a provider at an address.

    Another host under a provider's name, such as a gateway or a test server, gets the
    lower of the two limits, and no `encoding_format`: it may run other software.

    Args:
        provider: The provider.
        address: The root of the API.
    """
    facts = FACTS.get(provider.name, UNKNOWN)
    if provider.is_home(address):
        return facts
    return replace(
        facts,
        max_texts=min(facts.max_texts, UNKNOWN.max_texts),
        encoding_format=None,
    )
