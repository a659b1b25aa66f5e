"""Read a kept answer to one client, from the place that it has reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from langchain_sse_chat.serve.asgi.access_log import Answered
from langchain_sse_chat.serve.asgi.answering import NoRegistry, Registry
from langchain_sse_chat.serve.asgi.delivery import Delivery, Receive, Send
from langchain_sse_chat.serve.asgi.heads import Headers, encoded
from langchain_sse_chat.serve.ending import COMPLETE
from langchain_sse_chat.serve.kept.answer import Readable
from langchain_sse_chat.serve.kept.replay import ReplayEncoder
from langchain_sse_chat.serve.run import Run, RunLimits


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading of an answer, done when it is called, as an ASGI application is."""

    answer: Readable
    after: int
    """The number of the last event that the client has."""
    request_id: str
    limits: RunLimits
    headers: Headers
    registry: Registry = field(default_factory=NoRegistry)
    report: Callable[[Answered], None] | None = None
    """Called with the outcome of the reading at its end."""

    async def __call__(self, receive: Receive, send: Send) -> None:
        """Send the events, until there are no more or the client leaves."""
        answer = self.answer
        encoder = ReplayEncoder(answer.id, self.after, answer.wire)
        run = Run(
            answer.follow(self.after),
            encoder,
            limits=self.limits,
            # If this process shuts down, the client reads on at another one.
            breaks_off=answer.is_shared,
        )
        answered = Answered(self.request_id, "-")
        delivery = Delivery(
            run,
            answered,
            media_type=encoder.media_type,
            headers=self.headers,
            stream_headers=encoded(encoder.headers),
            text_failures=answer.wire == "ui",
        )
        run.start(on_slow_reader=delivery.cut)
        self.registry.add(run)
        try:
            await delivery.send(receive, send)
        finally:
            self.registry.remove(run)
            if answered.ending == COMPLETE:
                answered.ending = answer.ending
            if self.report is not None:
                self.report(answered)
