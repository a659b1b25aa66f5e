"""Read a server's chunks tolerantly: deltas as they arrive, one message at the end.

There is one reader for all servers. It reads plain dicts and trusts nothing: a field
that is missing, null or of another type is not an error, and unknown fields are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_sse_chat.errors import MalformedChunkError
from langchain_sse_chat.gigachat.message_form import with_choices
from langchain_sse_chat.wire import server_errors
from langchain_sse_chat.wire.choice import ChoiceReader
from langchain_sse_chat.wire.deltas import AnswerMessage, Delta, joined
from langchain_sse_chat.wire.event_template import PADDING, EventTemplate, template_of
from langchain_sse_chat.wire.jsontext import (
    NO_JSON,
    begins_with_an_object,
    read_data,
    unframed,
)
from langchain_sse_chat.wire.merged_fields import add_to_chunk_fields, copied
from langchain_sse_chat.wire.other_protocols import protocol_of
from langchain_sse_chat.wire.stream_errors import (
    ENVELOPE,
    REPORTS,
    error_in,
    error_in_choice,
    is_error_word,
    is_failed_event,
)
from langchain_sse_chat.wire.tags import ReasoningTags
from langchain_sse_chat.wire.unknown_events import Strays, is_ping
from langchain_sse_chat.wire.usage import last_usage

_NO_METADATA = frozenset({"choices", "usage", "error", "object", *PADDING})

_MAX_TEMPLATES = 16
"""How many templates in a row may match no event before no more are made: some servers
put a new time or ID into each event."""

_MOST_OTHERS = 127
"""Choices after the first. `n` is 128 at most, at OpenAI
(https://platform.openai.com/docs/api-reference/chat/create)."""


class ChunkReader:
    """Reads the events of one answer.

    Args:
        url: The URL without query, for error messages.
        reasoning_tags: The tags around reasoning in the content; `None` if the
            content never holds reasoning.
        stop: Texts that end the answer, if the server does not stop at them
            itself.
    """

    __slots__ = (
        "_choice",
        "_event",
        "_fields",
        "_filters",
        "_has_choices",
        "_has_chunks",
        "_others",
        "_strays",
        "_template",
        "_template_at",
        "_templates_left",
        "_usage",
        "progress",
        "saw_done",
        "url",
    )

    def __init__(
        self,
        url: str,
        *,
        reasoning_tags: ReasoningTags | None = None,
        stop: tuple[str, ...] = (),
    ) -> None:
        self.url = url
        self.saw_done = False
        """Whether `[DONE]` was read."""
        self.progress = 0
        """The number of events so far with content of the answer."""
        self._filters = (reasoning_tags, stop)
        self._choice = ChoiceReader(*self._filters)
        self._others: dict[int, ChoiceReader] = {}
        self._fields: dict[str, Any] = {}
        self._has_choices = False
        self._has_chunks = False
        self._strays = Strays(url)
        self._usage: dict[str, Any] | None = None
        self._template: EventTemplate | None = None
        self._event = ""
        self._template_at = 0
        self._templates_left = 0 if reasoning_tags or stop else _MAX_TEMPLATES

    @property
    def is_complete(self) -> bool:
        """Whether the answer is complete: `[DONE]` or a finish reason was read last.

        `[DONE]` alone is not enough for an answer without content, nor for choice 0
        when only other choices have a finish reason.
        """
        if self._choice.is_over or self._choice.hit_stop:
            return True
        others = any(other.has_finish_reason for other in self._others.values())
        return self.saw_done and self._has_choices and not others

    def read(
        self, data: str, event: str = "message", *, lenient: bool = False
    ) -> str | Delta | None:
        """Read the next event.

        Args:
            data: The event's data.
            event: The event's type.
            lenient: Whether to ignore data that cannot be read: for a last event that
                the end of the stream may have truncated.

        Returns:
            The text when the event has only text, a `Delta` when it has more, `None`
            when it has nothing for the user.

        Raises:
            StreamError: The event reports an error.
            MalformedChunkError: The data is neither JSON nor a known ping, or the
                answer has too many choices or tool calls.
        """
        if self._template is not None:
            text = self._template.text_of(data)
            if text is not None and event == self._event:
                parts = self._take(self._template, [text])
                return parts[0] if parts else None
            self._drop_template()
        return self._read_data(data, event, lenient=lenient)

    def parts_in(self, read: bytes) -> Sequence[str | Delta] | None:
        """Read the bytes of one network read that hold only text events.

        Args:
            read: Bytes that start at the start of an event.

        Returns:
            The result of `read` for each event; `None` when the bytes are not events
            like the previous ones, and have not been read.
        """
        template = self._template
        if template is None or self.saw_done or self._event != "message":
            return None
        texts = template.texts_in(read)
        return None if texts is None else self._take(template, texts)

    def _take(self, template: EventTemplate, texts: list[str]) -> Sequence[str | Delta]:
        self.progress += len(texts)
        return self._choice.take(template.kind, texts)

    def _read_data(self, data: str, event: str, *, lenient: bool) -> str | Delta | None:
        chunk = read_data(data)
        if isinstance(chunk, list) and len(chunk) == 1:
            # Gemini's compatible endpoint wraps errors in a list.
            chunk = chunk[0]
        if isinstance(chunk, dict):
            out = self._read_chunk(chunk, event)
            if self._templates_left and out:
                self._make_template(data, chunk, out, event)
            return out
        if chunk is NO_JSON and begins_with_an_object(data):
            return self._read_lines(data.split("\n"), event, lenient=lenient)
        if chunk is not None or is_failed_event(event):
            word = chunk if isinstance(chunk, str) else unframed(data)
            self._read_word(word, event, lenient=lenient)
        return None

    def _make_template(
        self, data: str, chunk: dict[str, Any], out: str | Delta, event: str
    ) -> None:
        """Make a template for events like this one."""
        self._templates_left -= 1
        if self._choice.between_characters:
            self._template = template_of(data, chunk, out)
            self._event = event
            self._template_at = self.progress

    def _drop_template(self) -> None:
        """Drop the template, which an event of another form may have made wrong.

        If it matched any event, the next template is worth making.
        """
        self._template = None
        if self.progress > self._template_at:
            self._templates_left = _MAX_TEMPLATES

    def _read_lines(
        self, lines: list[str], event: str, *, lenient: bool
    ) -> str | Delta | None:
        """Read several chunks in one event, whose blank lines in between were lost."""
        return joined(
            [
                self.read(line, event, lenient=lenient and number == len(lines))
                for number, line in enumerate(lines, 1)
                if not self.saw_done
            ]
        )

    def _read_word(self, word: str, event: str, *, lenient: bool) -> None:
        """Read data that is not an object, such as `[DONE]` and keep-alive events.

        Such data is ignored after the finish reason (`[END]`, `<EOT>`) and in named
        events, because chunks have no event name. Anything else may be a damaged chunk.
        """
        said = word.strip()
        if said.strip("[] ").upper() == "DONE":
            self.saw_done = True
        elif is_failed_event(event) or is_error_word(said):
            raise server_errors.stream_error(said, self.url)
        elif is_ping(said) or is_ping(event) or lenient or self._choice.is_over:
            return
        elif event == "message" or said[:1] == "{":
            raise self._strays.malformed(word)
        else:
            self._strays.take_word(f"event: {event}, data: {said}")

    def read_completion(self, body: dict[str, Any]) -> str | Delta | None:
        """Read a complete answer sent as one JSON object instead of a stream.

        Raises:
            StreamError: The object reports an error.
            MalformedChunkError: The object is not a chat completion, or has too many
                choices or tool calls.
        """
        if "choices" not in body:
            body = with_choices(body)
        choices = body.get("choices")
        listed = choices if isinstance(choices, list) else []
        if not any(isinstance(choice, dict) for choice in listed):
            raise self._strays.whole(body)
        # A single chunk sent instead of a stream is only the start of an answer.
        self.saw_done = body.get("object") != "chat.completion.chunk"
        return self._read_chunk(body, "message")

    def _read_chunk(self, chunk: dict[str, Any], event: str) -> str | Delta | None:
        if "choices" not in chunk:
            chunk = with_choices(chunk)
        choices = chunk.get("choices")
        error = None
        if not choices or event != "message" or not REPORTS.isdisjoint(chunk):
            error = error_in(chunk, event)
        self._keep(chunk)
        out = None
        if choices and isinstance(choices, list):
            if len(choices) == 1:
                out = self._read_choice(choices[0])
            else:
                out = joined([self._read_choice(choice) for choice in choices])
        elif choices and isinstance(choices, dict):
            out = self._read_choice(choices)
        elif error is None:
            self._take_stray(chunk, event)
        if error is not None:
            # Raised only now, so that content next to it is in the partial message.
            raise server_errors.stream_error(error, self.url, chunk)
        return out

    def _keep(self, chunk: dict[str, Any]) -> None:
        """Keep the fields of a chunk next to its choices."""
        fields = self._fields
        for key, value in chunk.items():
            if key not in _NO_METADATA and value is not None and value != "":
                if type(value) is list:
                    add_to_chunk_fields(fields, key, value)
                else:
                    fields[key] = value
        if "usage" in chunk:
            self._usage = last_usage(self._usage, chunk)
        if "x_groq" in chunk and isinstance(chunk["x_groq"], dict):
            self._usage = last_usage(self._usage, chunk["x_groq"])

    def _take_stray(self, chunk: dict[str, Any], event: str) -> None:
        """Handle an object that is not part of the answer."""
        if "choices" in chunk:
            self._has_chunks = True
            if event == "message" and chunk.keys() <= ENVELOPE:
                # As OpenAI sends usage.
                return
        protocol = protocol_of(chunk)
        if protocol is not None and not (self._has_chunks or self._has_choices):
            raise self._strays.foreign(chunk, protocol)
        self._strays.take(chunk, event, self.progress)

    def take_bare(self, error: dict[str, Any]) -> None:
        """Record an error between events, which counts if no content follows it."""
        self._strays.take_error(error, self.progress)

    def check_end(self) -> None:
        """Check the end of the answer.

        Raises:
            StreamError: It ended with an error: an object that no content followed, or
                a finish reason for a failure.
            MalformedChunkError: No event of the stream was a chat completion.
        """
        if not self._choice.is_over:
            has_chunks = self._has_chunks or self._has_choices
            error = self._strays.error(progress=self.progress, has_chunks=has_chunks)
            if error is not None:
                raise error
        for choice in (self._choice, *self._others.values()):
            if choice.failure is not None:
                raise server_errors.finish_error(choice.failure, self.url)

    def _read_choice(self, choice: object) -> str | Delta | None:
        if not isinstance(choice, dict):
            return None
        self._has_choices = True
        if "usage" in choice:
            self._usage = last_usage(self._usage, choice)
        if "message" in choice and isinstance(choice["message"], dict):
            self._usage = last_usage(self._usage, choice["message"])
        index = choice.get("index")
        out, reader = None, self._choice
        if isinstance(index, int) and index > 0:
            reader = self._other(index)
            brought = reader.read(choice)
        else:
            out = brought = reader.read(choice)
            if reader.hit_stop:
                self.saw_done = True
        if brought is not None or reader.has_pending or choice.get("finish_reason"):
            self.progress += 1
        if reader.has_error or "error" in choice or "message" in choice:
            error = error_in_choice(choice)
            if error is not None:
                raise server_errors.stream_error(error, self.url)
        return out

    def _other(self, index: int) -> ChoiceReader:
        if index not in self._others:
            if len(self._others) == _MOST_OTHERS:
                msg = (
                    f"{self.url} sent more than {_MOST_OTHERS + 1} choices. Check the "
                    "server, or a proxy in front of it."
                )
                raise MalformedChunkError(msg)
            self._others[index] = ChoiceReader(*self._filters)
        return self._others[index]

    def close(self, *, truncated: bool) -> tuple[AnswerMessage, Delta]:
        """End the answer.

        Args:
            truncated: Whether it ended before it was complete.

        Returns:
            The message, and the delta that was pending until the end.
        """
        message, pending = self._choice.close(truncated=truncated)
        for _, other in sorted(self._others.items()):
            cut = truncated or not (self.saw_done or other.is_over)
            message.other_choices.append(other.close(truncated=cut)[0])
        return self._with_fields(message), pending

    def snapshot(self) -> AnswerMessage | None:
        """Return the message so far, `None` without any content."""
        if not self._choice.has_content:
            return None
        return self._with_fields(self._choice.snapshot())

    def _with_fields(self, message: AnswerMessage) -> AnswerMessage:
        message.metadata = {**copied(self._fields), **message.metadata}
        message.usage = self._usage
        return message
