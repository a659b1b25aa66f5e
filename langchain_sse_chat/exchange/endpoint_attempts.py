"""Run the attempts of a call at one endpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from langchain_sse_chat.answer.pipeline import (
    AnswerPipeline,
    PipelineOptions,
)
from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.errors import (
    ConfigurationError,
    InvalidRequestError,
    ModelClosedError,
    SSEChatError,
    StreamError,
)
from langchain_sse_chat.exchange.access_token import AccessGrant
from langchain_sse_chat.exchange.adjustments import (
    WITHOUT_REASONING,
    is_about_reasoning,
    is_known_to_refuse,
    may_stop_reasoning,
    needs_responses,
    record_quiet,
    refuses_tools,
    warn_once,
    was_stopped,
    without_reasoning,
)
from langchain_sse_chat.exchange.call_state import CallState
from langchain_sse_chat.exchange.failover import Failover
from langchain_sse_chat.exchange.retry import RetryPolicy
from langchain_sse_chat.exchange.wrapped import with_token_and_observers
from langchain_sse_chat.request.body import encode_body
from langchain_sse_chat.request.continuation import Continuation, continuation_of
from langchain_sse_chat.secrets.masking import without_frames
from langchain_sse_chat.transport.protocols import (
    Clients,
    Exchange,
    NextAttempt,
    RequestSpec,
    Timeouts,
)
from langchain_sse_chat.wire.deltas import AnswerMessage, Assembler

OutputT = TypeVar("OutputT")

OnDisconnect = Literal["raise", "resume"]

_USAGE_REFUSED: set[str] = set()
"""URLs of servers that rejected a request for usage in a stream, in this process."""


def refuses_usage(url: str) -> bool:
    """Whether the server at a URL has rejected a request for usage in a stream."""
    return url in _USAGE_REFUSED


@dataclass(frozen=True, slots=True)
class CallPlan:
    """The request of one call, and how to read the answer."""

    url: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    clients: Clients
    """The clients that send the requests."""
    timeouts: Timeouts
    streamed: bool
    may_drop_usage: bool
    """Whether to omit the request for usage if the server rejects it."""
    options: PipelineOptions
    policy: RetryPolicy
    dialect: Dialect
    """The server's dialect, such as the form of a request to continue an answer."""
    on_disconnect: OnDisconnect | None = None
    """How to react when an answer breaks. `None`, the default, is to raise
    unless a fallback can resume it."""
    grant: AccessGrant | None = None
    """The grant for an access token, `None` if the headers hold the key."""
    tls_hint: str = ""
    """Shown in the error when the server's certificate is not accepted."""
    record: Path | None = None
    """The folder for recordings, `None` to record nothing."""
    adjusted: Mapping[str, Any] = field(default_factory=dict)
    """Fields that were changed because the model refuses them, each with what is sent
    instead; `None` for nothing."""
    held: Mapping[str, Any] = field(default_factory=dict)
    """Those of them that the model refuses only while it reasons, with their values."""
    output_class: type | None = None
    """The pydantic class of the object that is requested, `None` for none."""

    def __repr__(self) -> str:
        """Leave out headers and body, which hold the key and the user's messages."""
        return f"CallPlan(url={self.options.url!r}, streamed={self.streamed})"

    @property
    def may_be_continued(self) -> bool:
        """Whether another request can resume an answer to this one.

        A server that enforces JSON starts each answer with a new object.
        """
        wanted = self.body.get("response_format")
        kind = wanted.get("type") if isinstance(wanted, Mapping) else None
        return kind in (None, "text")


class EndpointAttempts(Generic[OutputT]):
    """Runs the attempts of a call at one endpoint: an `Exchange` for the transport.

    A failed attempt is retried before the first output, and after it only if the
    answer can be resumed.
    """

    def __init__(self, plan: CallPlan, state: CallState[OutputT]) -> None:
        self._plan = plan
        self._state = state
        self._continuation: Continuation | None = None
        self._may_prefill = True
        self._refused_tools: InvalidRequestError | None = None
        self._attempts = 0
        self._pipeline: AnswerPipeline[OutputT]

    def begin(self) -> tuple[RequestSpec, AnswerPipeline[OutputT]]:
        """Start the next attempt."""
        plan = self._plan
        if self._state.has_output:
            self._continuation = self._next_continuation()
        self._attempts += 1
        self._state.attempts += 1
        self._pipeline = self._new_pipeline()
        spec = RequestSpec(
            url=plan.url,
            headers=plan.headers,
            body=self._encoded(),
            clients=plan.clients,
            timeouts=plan.timeouts,
            streamed=plan.streamed,
            tls_hint=plan.tls_hint,
        )
        return spec, self._pipeline

    def _next_continuation(self) -> Continuation | None:
        """Return the request for the rest of the answer, `None` for the entire answer.

        After reasoning alone, the entire answer is requested again, and the repetition
        of the reasoning is removed.
        """
        plan, state = self._plan, self._state
        rest = None
        if state.text:
            rest = continuation_of(
                plan.body, state.text, plan.dialect, may_prefill=self._may_prefill
            )
        state.resume(rest.least_overlap if rest else None)
        return rest

    def _encoded(self) -> bytes:
        # The body is not in a variable, which a traceback would show.
        try:
            return encode_body((self._continuation or self._plan).body)
        except ConfigurationError as error:
            raise without_frames(error) from error.__cause__

    def _new_pipeline(self) -> AnswerPipeline[OutputT]:
        state = self._state
        metadata = state.attempt_metadata
        if self._plan.adjusted:
            metadata = {**metadata, "adjusted": dict(self._plan.adjusted)}
        return AnswerPipeline(
            state.assembler(),
            self._options(),
            attempt_metadata=metadata,
            will_resume=partial(_will_resume, self._plan, state, self._attempts),
        )

    def _options(self) -> PipelineOptions:
        options = self._plan.options
        begins_as_reasoning = options.reasoning_tags and not options.reasoning_tags[0]
        if begins_as_reasoning and self._is_prefilled():
            # A continuation starts as text, so no opening reasoning tag is expected.
            return options._replace(reasoning_tags=None)
        return options

    def _resumes_here(self) -> bool:
        return _may_resume_here(self._plan, self._attempts)

    def finished(self) -> bool:
        """Return True: an attempt that succeeds is the last one."""
        return True

    def close(self) -> None:
        """Do nothing: there is nothing to release."""

    def failed(self, error: SSEChatError) -> NextAttempt | None:
        """Return when the next attempt at this endpoint begins, `None` without one.

        Raises:
            SSEChatError: The error that broke the answer, if a later one rejected its
                continuation; or the model calls tools only in another API.
        """
        pipeline, state, plan = self._pipeline, self._state, self._plan
        pipeline.attach_partial(error)
        if not pipeline.has_output and self._can_ask_otherwise(error):
            # Not counted as an attempt, because the server did not try.
            self._attempts -= 1
            state.attempts -= 1
            return NextAttempt(0.0)
        state.record_failure(error, pipeline.snapshot(), has_output=pipeline.has_output)
        url = plan.options.url
        if not state.has_output:
            return plan.policy.next_attempt(self._attempts, error, url)
        next_attempt = None
        if state.can_resume() and self._resumes_here():
            next_attempt = plan.policy.next_attempt(
                self._attempts, error, url, resumes=True
            )
        broken_by = state.broken_by or error
        if isinstance(error, ModelClosedError):
            return None
        if next_attempt is None and broken_by is not error and not error.is_retryable:
            # Raise the error that broke the stream, not the one that rejected the rest.
            broken_by.partial = error.partial
            raise broken_by from error
        return next_attempt

    def _can_ask_otherwise(self, error: SSEChatError) -> bool:
        """Whether the server rejected the form of the request, and another is left.

        Raises:
            InvalidRequestError: The model calls tools only in another API.
        """
        if self._plan.may_drop_usage and _is_about_usage(error):
            self._drop_usage()
            return True
        if isinstance(error, InvalidRequestError) and self._can_stop_reasoning(error):
            return True
        refused = isinstance(error, (InvalidRequestError, StreamError))
        if refused and not error.is_retryable and self._is_prefilled():
            self._may_prefill = False
            return True
        return False

    def _can_stop_reasoning(self, error: InvalidRequestError) -> bool:
        """Whether the request can be sent again with tools and without reasoning."""
        plan, model = self._plan, self._plan.body.get("model")
        if was_stopped(plan.adjusted) and is_about_reasoning(error):
            # If an earlier call learned it, the refusal of the tools is not known here.
            record_quiet(plan.url, model, accepted=False)
            raise needs_responses(self._refused_tools or error) from error
        if not (refuses_tools(error) and may_stop_reasoning(plan.body)):
            return False
        if is_known_to_refuse(plan.url, model):
            raise needs_responses(error) from None
        self._refused_tools = error
        record_quiet(plan.url, model, accepted=True)
        body, adjusted = without_reasoning(plan.body, plan.adjusted, plan.held)
        self._plan = replace(plan, body=body, adjusted=adjusted)
        warn_once(plan.options.url, model, WITHOUT_REASONING)
        return True

    def _is_prefilled(self) -> bool:
        return self._continuation is not None and self._continuation.is_prefilled

    def _drop_usage(self) -> None:
        """Omit the request for usage."""
        _USAGE_REFUSED.add(self._plan.url)
        body = dict(self._plan.body)
        options = body.pop("stream_options", None)
        if isinstance(options, Mapping):
            kept = {k: v for k, v in options.items() if k != "include_usage"}
            body |= {"stream_options": kept} if kept else {}
        self._plan = replace(self._plan, body=body, may_drop_usage=False)


def _may_resume_here(plan: CallPlan, attempts: int) -> bool:
    """Whether a broken answer is resumed at this endpoint."""
    wanted = plan.on_disconnect == "resume" and plan.may_be_continued
    return wanted and attempts <= plan.policy.max_retries


def _will_resume(
    plan: CallPlan,
    state: CallState[OutputT],
    attempts: int,
    has_output: bool,  # noqa: FBT001  # the pipeline passes it
    message: AnswerMessage | None,
) -> bool:
    """Whether a truncated answer will be resumed.

    A function and not a method, to avoid a reference cycle of pipeline and call.
    """
    if not (has_output or state.has_output) or not state.can_resume(message):
        return False
    return state.has_fallback or _may_resume_here(plan, attempts)


def build_exchange(
    plan: CallPlan,
    assembler: Assembler[OutputT],
    fallbacks: Sequence[Callable[[], CallPlan]] = (),
) -> Exchange[OutputT]:
    """Return the exchange of a call, for the transport to run.

    Args:
        plan: The plan at the first endpoint.
        assembler: Creates the outputs.
        fallbacks: Create the plans at other endpoints, tried in order after a failure.
    """
    joins = plan.on_disconnect == "resume" or bool(
        fallbacks and plan.on_disconnect is None
    )
    state = CallState(assembler, may_resume=joins and plan.streamed)
    first = _wrap(plan, state)
    if not fallbacks:
        return first

    def make_exchange(make_plan: Callable[[], CallPlan]) -> Exchange[OutputT] | None:
        other = make_plan()
        if state.has_output and not other.may_be_continued:
            return None
        said = other.on_disconnect or plan.on_disconnect
        return _wrap(replace(other, on_disconnect=said), state)

    others = [partial(make_exchange, make_plan) for make_plan in fallbacks]
    return Failover(first, others, state)


def _wrap(plan: CallPlan, state: CallState[OutputT]) -> Exchange[OutputT]:
    """Return the exchange with one endpoint."""
    return with_token_and_observers(
        EndpointAttempts(plan, state), plan, plan.body.get("model")
    )


def _is_about_usage(error: SSEChatError) -> bool:
    """Whether the server's message rejects `stream_options`."""
    if not isinstance(error, InvalidRequestError):
        return False
    words = error.response.text
    return "stream_options" in words or "include_usage" in words
