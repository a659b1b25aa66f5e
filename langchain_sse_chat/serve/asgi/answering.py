"""Answer one request: the encoder for its wire, a run, and its delivery."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from langchain_sse_chat.serve.asgi.access_log import Answered, log_answer, log_error
from langchain_sse_chat.serve.asgi.delivery import Delivery, Receive, Send
from langchain_sse_chat.serve.asgi.heads import REQUEST_ID, Headers, encoded
from langchain_sse_chat.serve.asgi.run import Run, RunLimits
from langchain_sse_chat.serve.encoder import (
    CompletionEncoder,
    Encoder,
    OpenAIEncoder,
    PlainEncoder,
    UIMessageEncoder,
)
from langchain_sse_chat.serve.request.chat_request import ChatRequest, ignored_header
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


class _NoRegistry:
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
    registry: Registry = field(default_factory=_NoRegistry)
    report: Callable[[Answered], None] = log_answer
    """Called with the outcome at the end."""

    async def __call__(self, receive: Receive, send: Send) -> None:
        """Give the answer."""
        encoder = self._encoder()
        answered = Answered(self.request_id, self.model)
        run = Run(
            self.target.astream(self.request),
            encoder,
            limits=self._limits(),
            request_id=self.request_id,
        )
        delivery = Delivery(
            run,
            answered,
            media_type=encoder.media_type,
            headers=self._headers(),
            stream_headers=encoded(encoder.headers),
            text_failures=self.wire == "ui",
        )
        run.start(on_slow_reader=delivery.cut)
        self.registry.add(run)
        try:
            await delivery.send(receive, send)
        finally:
            self.registry.remove(run)
            if encoder.finish is not None:
                answered.usage = encoder.finish.usage
            if run.error is not None:
                log_error(run.error, self.request_id)
            self.report(answered)

    def _encoder(self) -> Encoder:
        runs_tools = self.target.runs_tools
        if self.wire == "plain":
            return PlainEncoder(runs_tools=runs_tools)
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

    def _headers(self) -> Headers:
        ignored = ignored_header(self.ignored)
        own = {REQUEST_ID: self.request_id, "x-ignored-parameters": ignored}
        return [*encoded(own), *self.headers]
