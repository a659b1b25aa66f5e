"""Make the plan of a call for embeddings from the settings of a model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from langchain_sse_chat.embeddings.batches import checked_texts
from langchain_sse_chat.embeddings.exchange import EmbeddingsPlan
from langchain_sse_chat.embeddings.facts import EmbeddingsFacts
from langchain_sse_chat.embeddings.job import EmbeddingsJob
from langchain_sse_chat.embeddings.response import PATH
from langchain_sse_chat.embeddings.settings import EmbeddingsSettings, Kind
from langchain_sse_chat.providers import Provider
from langchain_sse_chat.settings.body_names import check_body_name
from langchain_sse_chat.settings.route import find_route
from langchain_sse_chat.transport.protocols import Clients, Timeouts


def plan_embeddings(
    settings: EmbeddingsSettings,
    kind: Kind,
    *,
    provider: Provider,
    facts: EmbeddingsFacts,
    clients: Clients,
    key: str | None,
) -> EmbeddingsPlan:
    """Return the plan of a call.

    Args:
        settings: The model.
        kind: Whether the texts are documents or a query.
        provider: The model's provider.
        facts: What it accepts.
        clients: What sends the requests.
        key: The API key, `None` for none.

    Raises:
        ConfigurationError: A setting cannot be sent.
    """
    fields = _fields(settings, kind, facts)
    route = find_route(
        settings,
        provider,
        PATH,
        key=key,
        model=str(fields["model"]),
        used=vars(settings),
        streamed=False,
    )
    return EmbeddingsPlan(
        url=route.url,
        headers=route.headers,
        fields=fields,
        extra_body=settings.extra_body or {},
        clients=clients,
        timeouts=Timeouts().overridden_by(settings.timeout),
        policy=route.policy,
        grant=route.grant,
        tls_hint=provider.tls_hint,
        record=route.record,
        key_hint=route.key_hint,
    )


def _fields(
    settings: EmbeddingsSettings, kind: Kind, facts: EmbeddingsFacts
) -> dict[str, Any]:
    """Return the fields of a body, without the texts."""
    fields: dict[str, Any] = {"model": settings.model}
    encoding = settings.encoding_format or facts.encoding_format
    if encoding is not None:
        fields["encoding_format"] = encoding
    if settings.dimensions is not None:
        fields[str(facts.dimensions_field)] = settings.dimensions
    of_kind: Mapping[str, Any] | None
    if kind == "query":
        of_kind, known = settings.query_fields, facts.query_fields
    else:
        of_kind, known = settings.document_fields, facts.document_fields
    fields |= known if of_kind is None else of_kind
    for name, value in settings.model_kwargs.items():
        check_body_name(type(settings), name, value)
        fields[name] = value
    return fields


def begin_job(
    settings: EmbeddingsSettings,
    texts: Iterable[object],
    *,
    prefix: str,
    facts: EmbeddingsFacts,
    is_query: bool = False,
) -> EmbeddingsJob:
    """Return the job of a call.

    Args:
        settings: The model.
        texts: The texts.
        prefix: The text to put before each of them.
        facts: The limits of the provider, where the model has none.
        is_query: Whether the texts are the one of `embed_query`.

    Raises:
        ConfigurationError: The texts are not a list of texts, or one is empty.
    """
    checked = checked_texts(texts, is_query=is_query)
    return EmbeddingsJob(
        [prefix + text for text in checked] if prefix else checked,
        max_texts=settings.max_texts or facts.max_texts,
        max_tokens=settings.max_tokens_per_request or facts.max_tokens,
        dimensions=settings.dimensions,
    )
