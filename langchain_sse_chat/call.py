"""One call of the model: what is sent, how often, and who reads the answer."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from langchain_sse_chat.access_token import AccessGrant, AuthorizedExchange
from langchain_sse_chat.convert.generated import GeneratedFiles
from langchain_sse_chat.convert.request import encode_body
from langchain_sse_chat.errors import (
    ConfigurationError,
    InvalidRequestError,
    SSEChatError,
)
from langchain_sse_chat.pipeline import AnswerPipeline, Assembler, PipelineOptions
from langchain_sse_chat.transport.hidden import without_frames
from langchain_sse_chat.transport.retry import RetryPolicy
from langchain_sse_chat.transport.spec import Exchange, RequestSpec, Timeouts

logger = logging.getLogger("langchain_sse_chat")

OutputT = TypeVar("OutputT")

_USAGE_REFUSED: set[str] = set()
"""URLs of servers that refused to be asked for usage in a stream, for this process."""


def refuses_usage(url: str) -> bool:
    """Whether the server at a URL has refused to be asked for usage in a stream."""
    return url in _USAGE_REFUSED


@dataclass(frozen=True, slots=True)
class CallPlan:
    """What one call of the model sends and how its answer is read."""

    url: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    timeouts: Timeouts
    streamed: bool
    may_drop_usage: bool
    """Whether the question for usage may be left out when the server refuses it."""
    options: PipelineOptions
    policy: RetryPolicy
    grant: AccessGrant | None = None
    """What an access token is got with, `None` when the headers hold all there is."""
    marks_generated_files: bool = False
    """Whether the text names files that the model made."""
    tls_hint: str = ""
    """A sentence for the error when the server's certificate is not accepted."""

    def __repr__(self) -> str:
        """Leave out headers and body, which hold the key and the user's messages."""
        return f"CallPlan(url={self.options.where!r}, streamed={self.streamed})"


class Call(Generic[OutputT]):
    """Runs the attempts of one call: an `Exchange` for the transport.

    A failed attempt is followed by another one only while nothing was given out.
    """

    def __init__(
        self, plan: CallPlan, make_assembler: Callable[[], Assembler[OutputT]]
    ) -> None:
        self._make_assembler = make_assembler
        self._plan = plan
        self._spec: RequestSpec | None = None
        self._pipeline = self._new_pipeline()
        self._attempts = 0

    def begin(self) -> tuple[RequestSpec, AnswerPipeline[OutputT]]:
        """Start the next attempt."""
        plan = self._plan
        if self._spec is None:
            self._spec = RequestSpec(
                url=plan.url,
                headers=plan.headers,
                body=self._encoded(),
                timeouts=plan.timeouts,
                streamed=plan.streamed,
                tls_hint=plan.tls_hint,
            )
        self._attempts += 1
        self._pipeline = self._new_pipeline()
        return self._spec, self._pipeline

    def _encoded(self) -> bytes:
        try:
            return encode_body(self._plan.body)
        except ConfigurationError as error:
            raise without_frames(error) from error.__cause__

    def _new_pipeline(self) -> AnswerPipeline[OutputT]:
        assembler = self._make_assembler()
        if self._plan.marks_generated_files:
            assembler = GeneratedFiles(assembler)
        return AnswerPipeline(assembler, self._plan.options)

    def finished(self) -> bool:
        """Whether that was the last attempt: it is when it succeeded."""
        return True

    def close(self) -> None:
        """Do nothing: a call holds nothing."""

    def failed(self, error: SSEChatError) -> float | None:
        """Return the seconds to wait before the next attempt, `None` for no other."""
        self._pipeline.explain(error)
        if self._pipeline.emitted:
            return None
        if self._plan.may_drop_usage and _is_about_usage(error):
            self._drop_usage()
            return 0.0
        delay = self._plan.policy.delay(self._attempts, error, random.random)
        if delay is not None:
            logger.info(
                "Attempt %d at %s failed with %s; the next one starts in %.1f s.",
                self._attempts,
                self._plan.options.where,
                type(error).__name__,
                delay,
            )
        return delay

    def _drop_usage(self) -> None:
        """Ask again without asking for usage; it does not count as an attempt."""
        _USAGE_REFUSED.add(self._plan.url)
        body = dict(self._plan.body)
        options = body.pop("stream_options", None)
        if isinstance(options, Mapping):
            kept = {k: v for k, v in options.items() if k != "include_usage"}
            body |= {"stream_options": kept} if kept else {}
        self._plan = replace(self._plan, body=body, may_drop_usage=False)
        self._spec = None
        self._attempts -= 1


def exchange_of(
    plan: CallPlan, make_assembler: Callable[[], Assembler[OutputT]]
) -> Exchange[OutputT]:
    """Return what the transport is to run for a call."""
    call = Call(plan, make_assembler)
    if plan.grant is None:
        return call
    return AuthorizedExchange(
        call,
        plan.grant,
        policy=plan.policy,
        timeouts=plan.timeouts,
        tls_hint=plan.tls_hint,
    )


def _is_about_usage(error: SSEChatError) -> bool:
    """Whether a server refuses `stream_options`, by its own words."""
    if not isinstance(error, InvalidRequestError):
        return False
    words = error.response.text
    return "stream_options" in words or "include_usage" in words
