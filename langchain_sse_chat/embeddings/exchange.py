"""Run the attempts of one request for embeddings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_sse_chat.embeddings.answer import EmbeddingsAnswer
from langchain_sse_chat.embeddings.receiver import EmbeddingsReceiver
from langchain_sse_chat.errors import ConfigurationError, SSEChatError
from langchain_sse_chat.exchange.access_token import AccessGrant
from langchain_sse_chat.exchange.retry import RetryPolicy
from langchain_sse_chat.exchange.wrapped import with_token_and_observers
from langchain_sse_chat.request.body import encode_body
from langchain_sse_chat.secrets import Secrets
from langchain_sse_chat.secrets.masking import without_frames
from langchain_sse_chat.transport.protocols import (
    Clients,
    Exchange,
    NextAttempt,
    RequestSpec,
    Timeouts,
)
from langchain_sse_chat.transport.url import safe_url


@dataclass(frozen=True, slots=True)
class EmbeddingsPlan:
    """The way of the requests of a call, and the fields of their bodies."""

    url: str
    headers: Mapping[str, str]
    fields: Mapping[str, Any]
    """The fields of a body, without `input`."""
    extra_body: Mapping[str, Any]
    """Fields that replace those of the body last."""
    clients: Clients
    timeouts: Timeouts
    policy: RetryPolicy
    grant: AccessGrant | None = None
    tls_hint: str = ""
    record: Path | None = None
    key_hint: str = ""

    def __repr__(self) -> str:
        """Leave out headers and fields, which may hold secrets."""
        return f"EmbeddingsPlan(url={safe_url(self.url)!r})"

    def body(self, texts: list[str]) -> dict[str, Any]:
        """Return the body of the request for some texts."""
        return {**self.fields, "input": texts, **self.extra_body}


class BatchAttempts:
    """Sends the texts of a batch until they have an answer: an `Exchange`."""

    def __init__(self, plan: EmbeddingsPlan, texts: list[str]) -> None:
        self._plan = plan
        self._body = plan.body(texts)
        self._count = len(texts)
        self._attempts = 0
        self._secrets = Secrets()
        self._secrets.learn(plan.url, plan.headers, self._body)

    def begin(self) -> tuple[RequestSpec, EmbeddingsReceiver]:
        """Start the next attempt.

        Raises:
            ConfigurationError: A field of the body is not JSON.
        """
        plan = self._plan
        self._attempts += 1
        spec = RequestSpec(
            url=plan.url,
            headers=plan.headers,
            body=self._encoded(),
            clients=plan.clients,
            timeouts=plan.timeouts,
            streamed=False,
            tls_hint=plan.tls_hint,
        )
        return spec, EmbeddingsReceiver(self._count, safe_url(plan.url), plan.key_hint)

    def _encoded(self) -> bytes:
        # The body is not in a variable, which a traceback would show.
        try:
            return encode_body(self._body)
        except ConfigurationError as error:
            raise without_frames(error) from error.__cause__

    def finished(self) -> bool:
        """Return True: an attempt that succeeds is the last one."""
        return True

    def failed(self, error: SSEChatError) -> NextAttempt | None:
        """Return when the next attempt begins, `None` without one."""
        self._secrets.redact_error(error)
        url = safe_url(self._plan.url)
        return self._plan.policy.next_attempt(self._attempts, error, url)

    def close(self) -> None:
        """Do nothing: there is nothing to release."""


def batch_exchange(
    plan: EmbeddingsPlan, texts: list[str]
) -> Exchange[EmbeddingsAnswer]:
    """Return the exchange for a batch, for the transport to run.

    Args:
        plan: The plan of the call.
        texts: The texts of the batch, with their prefix.
    """
    attempts = BatchAttempts(plan, texts)
    return with_token_and_observers(attempts, plan, plan.fields.get("model"))
