"""Define the request for the embeddings of a batch, and its exchange."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from langchain_sse_chat.embeddings.answer import EmbeddingsAnswer
from langchain_sse_chat.embeddings.response import reading_of
from langchain_sse_chat.exchange.plain_request import (
    PlainPlan,
    PlainRequest,
    plain_exchange,
)
from langchain_sse_chat.transport.protocols import Exchange


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class EmbeddingsPlan(PlainPlan):
    """The way of the requests of a call, and the fields of their bodies."""

    fields: Mapping[str, Any]
    """The fields of a body, without `input`."""
    extra_body: Mapping[str, Any]
    """Fields that replace those of the body last."""


def batch_request(
    plan: EmbeddingsPlan, texts: list[str]
) -> PlainRequest[EmbeddingsAnswer]:
    """Return the request for the texts of a batch."""
    return PlainRequest(
        reading_of(len(texts)),
        method="POST",
        body={**plan.fields, "input": texts, **plan.extra_body},
    )


def batch_exchange(
    plan: EmbeddingsPlan, texts: list[str]
) -> Exchange[EmbeddingsAnswer]:
    """Return the exchange for a batch, for the transport to run.

    Args:
        plan: The plan of the call.
        texts: The texts of the batch, with their prefix.
    """
    return plain_exchange(plan, batch_request(plan, texts), plan.fields.get("model"))
