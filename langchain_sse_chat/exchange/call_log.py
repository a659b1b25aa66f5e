"""Log a call at level DEBUG: three records for each attempt, none for each token."""

from __future__ import annotations

import itertools
import logging

from langchain_sse_chat.secrets import Secrets
from langchain_sse_chat.transport.observer import Ending
from langchain_sse_chat.transport.protocols import RequestSpec, ResponseHead
from langchain_sse_chat.transport.url import safe_url
from langchain_sse_chat.wire.server_errors import request_id

logger = logging.getLogger("langchain_sse_chat")

_LONGEST_HEADER = 200

_calls = itertools.count(1)


class CallLog:
    """An observer that logs the start, the response and the end of each attempt.

    The log contains no text of the user or the model, and no secrets.
    """

    def __init__(self, model: object) -> None:
        self._call = next(_calls)
        self._attempt = 0
        self._model = model
        self._secrets = Secrets()

    def on_request(self, spec: RequestSpec) -> None:
        """Log the URL and the kind of the request."""
        self._attempt += 1
        self._secrets.learn(spec.url, spec.headers, spec.body)
        wanted = f"{'' if spec.streamed else 'not '}streamed"
        if self._model is not None:
            wanted = f"model {self._model}, {wanted}"
        logger.debug(
            "Call %d, attempt %d: %s %s, %s.",
            self._call,
            self._attempt,
            spec.method,
            self._secrets.redact(safe_url(spec.url)),
            "an access token"
            if spec.answer_is_secret
            else self._secrets.redact(wanted),
        )

    def on_response(self, head: ResponseHead, at: float) -> None:
        """Log the status, the content type and the request ID."""
        logger.debug(
            "Call %d, attempt %d: status %d after %.3f s, content type %s, "
            "request id %s.",
            self._call,
            self._attempt,
            head.status_code,
            at,
            self._shown(head.headers.get("content-type")),
            self._shown(request_id(head.headers)),
        )

    def on_bytes(self, data: bytes, at: float) -> None:
        """Do nothing: the content of an answer is not logged."""

    def on_end(self, ending: Ending) -> None:
        """Log the result and the times."""
        error = ending.error
        first = ending.first_output
        logger.debug(
            "Call %d, attempt %d: %s after %.3f s, %d events, first token %s%s.",
            self._call,
            self._attempt,
            ending.how if error is None else f"{type(error).__name__} ({ending.how})",
            ending.at,
            ending.progress,
            "never" if first is None else f"after {first:.3f} s",
            "" if ending.pause is None else f", next attempt in {ending.pause:.1f} s",
        )

    def _shown(self, header: str | None) -> str | None:
        return (
            None if header is None else self._secrets.redact(header)[:_LONGEST_HEADER]
        )
