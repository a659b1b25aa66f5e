"""Convert bytes to LangChain objects: decoder, reader and assembler in one object."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from langchain_core.messages import AIMessage

from langchain_sse_chat.answer.cost import Pricing, add_cost
from langchain_sse_chat.answer.results import wire_message_to_ai_message
from langchain_sse_chat.answer.whole_body import MAX_BODY_SIZE, WholeBody
from langchain_sse_chat.errors import (
    SSEChatError,
    StreamTruncatedError,
)
from langchain_sse_chat.gigachat.older_names import x_headers
from langchain_sse_chat.secrets import Secrets
from langchain_sse_chat.sse import ServerSentEvent
from langchain_sse_chat.sse.bare import BARE, BareTextDecoder
from langchain_sse_chat.tool_names import OwnNames, with_own_names
from langchain_sse_chat.transport.clock import wall_clock
from langchain_sse_chat.transport.protocols import ResponseHead
from langchain_sse_chat.wire import server_errors
from langchain_sse_chat.wire.deltas import AnswerMessage, Assembler
from langchain_sse_chat.wire.memory_budget import LARGE, MemoryBudget
from langchain_sse_chat.wire.reader import ChunkReader
from langchain_sse_chat.wire.stream_errors import bare_error
from langchain_sse_chat.wire.tags import ReasoningTags

logger = logging.getLogger("langchain_sse_chat")

OutputT = TypeVar("OutputT")

OnTruncation = Literal["raise", "warn", "accept"]


def _never(_gave: bool, _message: AnswerMessage | None) -> bool:  # noqa: FBT001
    return False


_NO_SECRETS = Secrets()


class PipelineOptions(NamedTuple):
    """Options for reading an answer."""

    url: str
    """The URL without query, for error messages."""
    on_truncation: OnTruncation = "raise"
    """How to handle a stream that ends before its answer is complete."""
    include_response_headers: bool = False
    """Whether all headers go into `response_metadata["headers"]`."""
    reasoning_tags: ReasoningTags | None = None
    """The tags around reasoning in the content, if any."""
    stop: tuple[str, ...] = ()
    """Texts that end the answer, if the server does not stop at them itself."""
    marks_generated_files: bool = False
    """Whether tags in the text name the files that the server generated."""
    tool_names: Mapping[str, str] = {}
    """The tools' own names by the names that were sent, where these differ."""
    key_hint: str = ""
    """Advice in the error when a request without a key is rejected."""
    secrets: Secrets = _NO_SECRETS
    """Secrets to remove from errors, in case the server sends them back."""
    pricing: Pricing = Pricing()
    """Known facts about the server's costs."""


class AnswerPipeline(Generic[OutputT]):
    """Reads one answer: a `Receiver` for the transport.

    The first bytes decide what an answer is: an event stream, one JSON object (a
    complete answer or an error), or something else, which is an error.

    Args:
        assembler: Converts the parts of the answer to outputs.
        options: Options for reading the answer.
        attempt_metadata: Metadata of the call, added to that of the message.
        will_resume: Whether a truncated answer will be resumed, so that it must not
            be accepted as it is. Gets whether there has been output, and the
            message so far.
    """

    def __init__(
        self,
        assembler: Assembler[OutputT],
        options: PipelineOptions,
        *,
        attempt_metadata: Mapping[str, Any] | None = None,
        will_resume: Callable[[bool, AnswerMessage | None], bool] = _never,
    ) -> None:
        self.has_output = False
        """Whether there has been output, so that no attempt may repeat it."""
        self._attempt_metadata = attempt_metadata or {}
        self._will_resume = will_resume
        self._assembler = (
            OwnNames(assembler, options.tool_names) if options.tool_names else assembler
        )
        self._options = options
        self._reader = ChunkReader(
            options.url, reasoning_tags=options.reasoning_tags, stop=options.stop
        )
        self._budget = MemoryBudget(options.url)
        self._decoder = BareTextDecoder(MAX_BODY_SIZE, options.url)
        self._head: ResponseHead | None = None
        self._body: WholeBody | None = WholeBody(options.url)
        """The reader of the body, until the body is known to be an event stream."""
        self._idle = 0
        """Bytes of consecutive reads that ended no event."""
        self._failure: SSEChatError | None = None

    @property
    def wants_more(self) -> bool:
        """Whether more bytes are needed: neither `[DONE]` nor an error was read."""
        return not self._reader.saw_done and self._failure is None

    @property
    def is_complete(self) -> bool:
        """Whether the answer is complete: `[DONE]` or a finish reason was read."""
        return self._reader.is_complete

    @property
    def progress(self) -> int:
        """The number of events so far with content of the answer."""
        return self._reader.progress

    def open(self, head: ResponseHead) -> None:
        """Record the head of a successful response."""
        self._head = head
        if self._body is not None:
            self._body.open(head)

    def feed(self, data: bytes) -> list[OutputT]:
        """Read the next bytes; return the outputs that they complete.

        Raises:
            StreamError: The server reported an error in the answer.
            ProtocolError: The bytes violate the protocol.
        """
        if self._body is None:
            return self._read(data)
        start = self._body.feed(data)
        if start is None:
            return []
        self._body = None
        return self._read(start)

    def _read(self, data: bytes) -> list[OutputT]:
        outputs: list[OutputT] = []
        if not self.wants_more:
            return outputs
        try:
            parts = None if self._decoder.pending else self._reader.parts_in(data)
            if parts is not None:
                feed = self._assembler.feed
                for part in parts:
                    outputs += feed(part)
                self._idle = 0
            else:
                self._decode(data, outputs)
        except SSEChatError as error:
            if not outputs:
                raise
            # Outputs before the error are emitted first; `close` raises it.
            self._failure = error
        if outputs:
            self.has_output = True
        return outputs

    def _decode(self, data: bytes, outputs: list[OutputT]) -> None:
        events = self._decoder.feed(data)
        self._read_events(events, outputs)
        self._idle = 0 if events else self._idle + len(data)
        if self._idle > LARGE:
            # Part of a large event: counts even if the event produces output.
            self._budget.take(data.decode("latin-1"))

    def _read_events(
        self,
        events: list[ServerSentEvent],
        outputs: list[OutputT],
        *,
        lenient: bool = False,
    ) -> None:
        reader, assembler = self._reader, self._assembler
        for event, data, _ in events:
            if reader.saw_done:
                break
            if event == BARE:
                self._look_for_an_error(data)
                self._budget.take(data)
                continue
            delta = reader.read(data, event, lenient=lenient)
            if delta is not None:
                outputs += assembler.feed(delta)
            else:
                self._budget.take(data)

    def _look_for_an_error(self, text: str) -> None:
        """Look for an error in text between events."""
        error = bare_error(text)
        if error is not None:
            self._reader.take_bare(error)

    def close(self) -> Iterator[OutputT]:
        """End the answer; give the rest, and then raise what is wrong with it.

        Raises:
            StreamTruncatedError: The stream ended before the answer was complete.
            StreamError: The answer is an error.
            NotAnEventStreamError: The answer is neither a stream nor a completion.
            EventTooLargeError: The answer is one JSON object with too many values.
        """
        if self._failure is not None:
            raise self._failure
        outputs: list[OutputT] = []
        if self._body is None:
            # An event that lacks its end may still bring something.
            self._read_events(self._decoder.close(), outputs, lenient=True)
            if outputs:
                self.has_output = True
                yield from outputs
                outputs = []
        else:
            delta = self._reader.read_completion(self._body.close())
            outputs = [] if delta is None else self._assembler.feed(delta)
        self._reader.check_end()
        truncated = not self._reader.is_complete
        if truncated:
            self._judge_truncation()
        message, pending = self._reader.close(truncated=truncated)
        message.marks_generated_files = self._options.marks_generated_files
        self._add_headers(message)
        outputs += self._assembler.close(message, pending)
        self.has_output = True
        yield from outputs

    def _judge_truncation(self) -> None:
        url = self._options.url
        accepted = self._options.on_truncation != "raise" and self._reader.progress
        if not accepted or self._will_resume(self.has_output, self.snapshot()):
            missing = self._missing_end
            msg = (
                f"The stream of {url} ended before the answer did: {missing}. What was "
                "received is in `partial`; set `on_truncation` to accept such answers."
            )
            raise StreamTruncatedError(msg)
        if self._options.on_truncation == "warn":
            logger.warning("The stream of %s ended before the answer did.", url)

    @property
    def _missing_end(self) -> str:
        if not self._reader.saw_done:
            return "neither a finish reason nor [DONE] was received"
        if self._reader.progress:
            return (
                "[DONE] was received, but a finish reason only for other choices than 0"
            )
        return "[DONE] was received, but nothing before it"

    def _add_headers(self, message: AnswerMessage) -> None:
        headers = self._head.headers if self._head else {}
        request_id = server_errors.request_id(headers)
        if request_id is not None:
            message.metadata["request_id"] = request_id
        if self._options.include_response_headers:
            message.metadata["headers"] = server_errors.without_cookies(headers)
        if self._options.marks_generated_files:
            message.metadata["x_headers"] = x_headers(headers)
        message.metadata.update(self._attempt_metadata)
        is_whole = self._body is not None
        add_cost(message, self._options.pricing, headers if is_whole else None)

    def error_response(self, head: ResponseHead, body: bytes) -> SSEChatError:
        """Return the error for a status that is not a success."""
        return server_errors.status_error(
            head.status_code,
            head.headers,
            body,
            url=self._options.url,
            now=wall_clock(),
            key_hint=self._options.key_hint,
        )

    def snapshot(self) -> AnswerMessage | None:
        """Return the message so far, `None` without any content."""
        message = self._reader.snapshot()
        return message and with_own_names(message, self._options.tool_names)

    def attach_partial(self, error: SSEChatError) -> SSEChatError:
        """Add the partial message to an error, and remove secrets from it."""
        self._options.secrets.redact_error(error)
        if error.partial is None:
            error.partial = partial_message(self.snapshot())
        return error


def partial_message(message: AnswerMessage | None) -> AIMessage | None:
    """Return the partial message for an error."""
    return None if message is None else wire_message_to_ai_message(message)
