"""Bytes in, LangChain objects out: decoder, reader and assembler as one object."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from langchain_core.messages import AIMessage

from langchain_sse_chat.answer.results import wire_message_to_ai_message
from langchain_sse_chat.answer.whole_body import MAX_BODY_SIZE, WholeBody
from langchain_sse_chat.errors import (
    SSEChatError,
    StreamTruncatedError,
)
from langchain_sse_chat.secrets import Secrets
from langchain_sse_chat.sse import ServerSentEvent
from langchain_sse_chat.sse.bare import BARE, BareTextDecoder
from langchain_sse_chat.tool_names import OwnNames, with_own_names
from langchain_sse_chat.transport.clock import wall_clock
from langchain_sse_chat.transport.protocols import ResponseHead
from langchain_sse_chat.wire import server_errors as failures
from langchain_sse_chat.wire.deltas import AnswerMessage, Assembler
from langchain_sse_chat.wire.memory_budget import LARGE, Budget
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
    """How an answer is read."""

    where: str
    """The URL without query, for the messages of errors."""
    on_truncation: OnTruncation = "raise"
    """What to do with a stream that ends before its answer does."""
    include_response_headers: bool = False
    """Whether all headers go into `response_metadata["headers"]`."""
    reasoning_tags: ReasoningTags | None = None
    """What stands around reasoning in the content, if anything does."""
    stop: tuple[str, ...] = ()
    """The texts before which the answer ends, where the server does not see to it."""
    marks_generated_files: bool = False
    """Whether tags in the text name the files that the server generated."""
    tool_names: Mapping[str, str] = {}
    """Tools' own names by those under which they were sent, where these differ."""
    key_hint: str = ""
    """What the error says when a request without a key is refused."""
    secrets: Secrets = _NO_SECRETS
    """What must not stand in an error, should the server send it back."""


class AnswerPipeline(Generic[OutputT]):
    """Reads one answer: a `Receiver` for the transport.

    What an answer is, is told by its first bytes: an event stream, one JSON object (a
    whole completion or an error), or something else, which is an error.
    """

    def __init__(
        self,
        assembler: Assembler[OutputT],
        options: PipelineOptions,
        *,
        notes: Mapping[str, Any] | None = None,
        goes_on: Callable[[bool, AnswerMessage | None], bool] = _never,
    ) -> None:
        """Start to read an answer.

        Args:
            assembler: Makes what is given out.
            options: How the answer is read.
            notes: What is added to the metadata of the message.
            goes_on: Whether an answer that ends too early is gone on with, so that it
                must not be accepted as it is; is told whether anything was given out,
                and the message so far.
        """
        self.has_output = False
        """Whether anything was given out: from then on nothing may be repeated."""
        self._notes = notes or {}
        self._goes_on = goes_on
        self._assembler = (
            OwnNames(assembler, options.tool_names) if options.tool_names else assembler
        )
        self._options = options
        self._reader = ChunkReader(
            options.where, reasoning_tags=options.reasoning_tags, stop=options.stop
        )
        self._budget = Budget(options.where)
        self._decoder = BareTextDecoder(max_event_size=MAX_BODY_SIZE)
        self._head: ResponseHead | None = None
        self._body: WholeBody | None = WholeBody(options.where)
        """What reads the body until it is known to be an event stream."""
        self._idle = 0
        """Bytes of the reads, in a row, that ended no event."""
        self._failure: SSEChatError | None = None

    @property
    def wants_more(self) -> bool:
        """Whether more bytes are needed: neither `[DONE]` nor an error has come."""
        return not self._reader.saw_done and self._failure is None

    @property
    def is_complete(self) -> bool:
        """Whether the answer is whole: `[DONE]` or a finish reason was read."""
        return self._reader.is_complete

    @property
    def events_read(self) -> int:
        """How many events so far carried something of the answer."""
        return self._reader.events_read

    def open(self, head: ResponseHead) -> None:
        """Learn the head of a successful answer."""
        self._head = head
        if self._body is not None:
            self._body.open(head)

    def feed(self, data: bytes) -> list[OutputT]:
        """Take the next bytes; give what they complete.

        Raises:
            StreamError: The server reported an error in the answer.
            ProtocolError: The bytes break the rules.
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
            # What came before the error is given out first: `close` raises it.
            self._failure = error
        if outputs:
            self.has_output = True
        return outputs

    def _decode(self, data: bytes, outputs: list[OutputT]) -> None:
        events = self._decoder.feed(data)
        self._read_events(events, outputs)
        self._idle = 0 if events else self._idle + len(data)
        if self._idle > LARGE:
            # Of a large event, whatever it gives out.
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
        """Look at what came between events; what it says counts if nothing follows."""
        error = bare_error(text)
        if error is not None:
            self._reader.take_bare(error)

    def close(self) -> Iterator[OutputT]:
        """End the answer; give the rest, and then raise what is wrong with it.

        Raises:
            StreamTruncatedError: The stream ended before the answer did.
            StreamError: The answer is an error.
            NotAnEventStreamError: The answer is neither a stream nor a completion.
            EventTooLargeError: The answer is one JSON object of too many values.
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
        message, held = self._reader.close(truncated=truncated)
        message.marks_generated_files = self._options.marks_generated_files
        self._add_headers(message)
        outputs += self._assembler.close(message, held)
        self.has_output = True
        yield from outputs

    def _judge_truncation(self) -> None:
        where = self._options.where
        accepted = self._options.on_truncation != "raise" and self._reader.events_read
        if not accepted or self._goes_on(self.has_output, self.snapshot()):
            came = self._what_came
            msg = (
                f"The stream of {where} ended before the answer did: {came}. What was "
                "received is in `partial`; set `on_truncation` to accept such answers."
            )
            raise StreamTruncatedError(msg)
        if self._options.on_truncation == "warn":
            logger.warning("The stream of %s ended before the answer did.", where)

    @property
    def _what_came(self) -> str:
        if not self._reader.saw_done:
            return "no finish reason and no [DONE] came"
        if self._reader.events_read:
            return (
                "[DONE] came, but only other choices than choice 0 have a finish reason"
            )
        return "[DONE] came, and nothing before it"

    def _add_headers(self, message: AnswerMessage) -> None:
        headers = self._head.headers if self._head else {}
        request_id = failures.request_id(headers)
        if request_id is not None:
            message.metadata["request_id"] = request_id
        if self._options.include_response_headers:
            message.metadata["headers"] = failures.without_cookies(headers)
        message.metadata.update(self._notes)

    def error_response(self, head: ResponseHead, body: bytes) -> SSEChatError:
        """Make the error for a status that is not a success."""
        return failures.status_error(
            head.status_code,
            head.headers,
            body,
            where=self._options.where,
            now=wall_clock(),
            key_hint=self._options.key_hint,
        )

    def snapshot(self) -> AnswerMessage | None:
        """Return the message as far as it came, `None` when nothing did."""
        message = self._reader.snapshot()
        return message and with_own_names(message, self._options.tool_names)

    def explain(self, error: SSEChatError) -> SSEChatError:
        """Put what was received on an error, and take secrets out of it."""
        self._options.secrets.redact_error(error)
        if error.partial is None:
            error.partial = partial_message(self.snapshot())
        return error


def partial_message(message: AnswerMessage | None) -> AIMessage | None:
    """Return a message as far as it came, as it stands on an error."""
    return None if message is None else wire_message_to_ai_message(message)
