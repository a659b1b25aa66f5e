"""Answer one request: the encoder for its wire, a run, and its delivery."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from langchain_sse_chat.serve.asgi.access_log import Answered, log_answer, log_error
from langchain_sse_chat.serve.asgi.delivery import Delivery, Receive, Send
from langchain_sse_chat.serve.asgi.heads import REQUEST_ID, Headers, encoded
from langchain_sse_chat.serve.encoder import (
    CompletionEncoder,
    Encoder,
    OpenAIEncoder,
    PlainEncoder,
    UIMessageEncoder,
)
from langchain_sse_chat.serve.request.chat_request import ChatRequest, ignored_header
from langchain_sse_chat.serve.run import Run, RunLimits
from langchain_sse_chat.serve.targets.target import Target
from langchain_sse_chat.wire.custom_calls import CUSTOM

WireName = Literal["openai", "plain", "ui"]


class Registry(Protocol):
    """A collection of the runs that are open."""

    def add(self, run: Run) -> None:
        """Take a run that begins."""
        ...

    def remove(self, run: Run) -> None:
        """Drop a run that has ended."""
        ...


class NoRegistry:
    """Takes runs without counting them."""

    def add(self, run: Run) -> None:
        """Do nothing."""

    def remove(self, run: Run) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class Answering:
    """An answer that is given when it is called, as an ASGI application is."""

    target: Target
    request: ChatRequest
    """A request that the target has accepted."""
    wire: WireName
    model: str
    """The name of the model for the client."""
    request_id: str
    limits: RunLimits
    message_id: str | None = None
    """The ID of the message (`ui` only), `None` to let the client choose it."""
    ignored: tuple[str, ...] = ()
    """The names of the request's parameters that have no effect."""
    headers: Headers = field(default_factory=list)
    """More headers of the response."""
    registry: Registry = field(default_factory=NoRegistry)
    report: Callable[[Answered], None] = log_answer
    """Called with the outcome at the end."""

    async def __call__(self, receive: Receive, send: Send) -> None:
        """Give the answer."""
        encoder, run = self.new_run()
        answered = Answered(self.request_id, self.model)
        delivery = Delivery(
            run,
            answered,
            media_type=encoder.media_type,
            headers=self.own_headers,
            stream_headers=encoded(encoder.headers),
            text_failures=self.wire == "ui",
        )
        run.start(on_slow_reader=delivery.cut)
        self.registry.add(run)
        try:
            await delivery.send(receive, send)
        finally:
            self.end(encoder, run, answered)

    def new_run(self, *, limits: RunLimits | None = None) -> tuple[Encoder, Run]:
        """Return the encoder and the run of the answer.

        Args:
            limits: Other times and sizes of the run, for an answer that is kept, whose
                events have IDs of their own.
        """
        encoder = self._encoder(is_kept=limits is not None)
        run = Run(
            self.target.astream(self.request),
            encoder,
            limits=limits or self._limits(),
            request_id=self.request_id,
        )
        return encoder, run

    def end(self, encoder: Encoder, run: Run, answered: Answered) -> None:
        """Report the outcome of a run that has ended."""
        self.registry.remove(run)
        if encoder.finish is not None:
            answered.usage = encoder.finish.usage
        if run.error is not None:
            log_error(run.error, self.request_id)
        self.report(answered)

    @property
    def own_headers(self) -> Headers:
        """The headers of the response, without those of the wire."""
        ignored = ignored_header(self.ignored)
        own = {REQUEST_ID: self.request_id, "x-ignored-parameters": ignored}
        return [*encoded(own), *self.headers]

    def _encoder(self, *, is_kept: bool) -> Encoder:
        runs_tools = self.target.runs_tools
        if self.wire == "plain":
            answer_id = "" if is_kept else None
            return PlainEncoder(answer_id=answer_id, runs_tools=runs_tools)
        if self.wire == "ui":
            return UIMessageEncoder(
                message_id=self.message_id, model=self.model, runs_tools=runs_tools
            )
        custom = [
            tool[CUSTOM]["name"]
            for tool in self.request.tools or []
            if tool["type"] == CUSTOM
        ]
        if not self.request.stream:
            return CompletionEncoder(
                self.model, runs_tools=runs_tools, custom_tools=custom
            )
        return OpenAIEncoder(
            self.model,
            include_usage=self.request.include_usage,
            runs_tools=runs_tools,
            custom_tools=custom,
        )

    def _limits(self) -> RunLimits:
        if self.request.stream:
            return self.limits
        # Its status is known at the end, and nothing can be sent before a status.
        return replace(self.limits, commit_after=None, keep_alive=None)
