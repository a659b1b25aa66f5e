"""The tolerant reader: a server's chunks in, deltas out, one message at the end.

There is one reader for all servers. It reads plain dicts and trusts nothing: a field
that is missing, null or of another kind is not an error, and what it does not know it
keeps.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from langchain_sse_chat.errors import MalformedChunkError
from langchain_sse_chat.wire import failures
from langchain_sse_chat.wire.choice import ChoiceReader
from langchain_sse_chat.wire.chunks import Delta, WireMessage
from langchain_sse_chat.wire.jsontext import NO_JSON, loads, read_data, unframed
from langchain_sse_chat.wire.messages_form import with_choices
from langchain_sse_chat.wire.server_words import server_words
from langchain_sse_chat.wire.tags import ReasoningTags
from langchain_sse_chat.wire.template import PADDING, Template, template_of

_NO_METADATA = frozenset({"choices", "usage", "error", "object", *PADDING})

_LESSONS = 16
"""How many templates are tried that no event follows, until no more are: some servers
put another time or ID into each event."""

_MOST_OTHERS = 127
"""Choices after the first. `n` is 128 at most, at OpenAI
(https://platform.openai.com/docs/api-reference/chat/create)."""

_PINGS = frozenset({"", "ping", "[ping]", "heartbeat", "keep-alive", "keepalive"})
"""Data of events that only keep the connection alive, in lower case."""


class ChunkReader:
    """Reads the events of one answer."""

    __slots__ = (
        "_choice",
        "_event",
        "_fields",
        "_filters",
        "_has_choices",
        "_learned_at",
        "_lessons",
        "_others",
        "_template",
        "_usage",
        "done",
        "progress",
        "where",
    )

    def __init__(
        self,
        where: str,
        *,
        reasoning_tags: ReasoningTags | None = None,
        stop: tuple[str, ...] = (),
    ) -> None:
        """Start an answer.

        Args:
            where: The URL without query, for the messages of errors.
            reasoning_tags: What stands around reasoning in the content; `None` when
                nothing there is to be taken for reasoning.
            stop: The texts before which the answer ends, where the server does not see
                to it.
        """
        self.where = where
        self.done = False
        """Whether `[DONE]` was read."""
        self.progress = 0
        """How many events so far carried something of the answer."""
        self._filters = (reasoning_tags, stop)
        self._choice = ChoiceReader(*self._filters)
        self._others: dict[int, ChoiceReader] = {}
        self._fields: dict[str, Any] = {}
        self._has_choices = False
        self._usage: dict[str, Any] | None = None
        self._template: Template | None = None
        self._event = ""
        self._learned_at = 0
        self._lessons = 0 if reasoning_tags or stop else _LESSONS

    @property
    def ended(self) -> bool:
        """Whether the answer is whole: `[DONE]` or a finish reason was read.

        `[DONE]` ends no answer of which nothing came, nor one of several when others
        alone have a finish reason.
        """
        if self._choice.finished or self._choice.stopped:
            return True
        others = any(other.finished for other in self._others.values())
        return self.done and self._has_choices and not others

    @property
    def finished(self) -> bool:
        """Whether a finish reason was read."""
        return self._choice.finished

    def read(
        self, data: str, event: str = "message", *, lenient: bool = False
    ) -> str | Delta | None:
        """Take the next event.

        Args:
            data: The event's data.
            event: The event's type.
            lenient: Whether data that cannot be read is left out: for a last event
                that the end of the stream may have cut.

        Returns:
            The text when the event brings text and nothing else, a `Delta` when it
            brings more, `None` when it brings nothing for the user.

        Raises:
            StreamError: The event reports an error.
            MalformedChunkError: The data is neither JSON nor a known ping, or the
                answer has more choices or tool calls than any can have.
        """
        if self._template is not None:
            text = self._template.text_of(data)
            if text is not None and event == self._event:
                [part] = self._take(self._template, [text])
                return part
            self._unlearn()
        return self._read_data(data, event, lenient=lenient)

    def parts_in(self, read: bytes) -> Sequence[str | Delta] | None:
        """Take a whole read of the connection that brings nothing but text.

        Args:
            read: Bytes that begin where an event begins.

        Returns:
            What `read` gives for each event; `None` when the bytes are not of events
            like the ones before, and are still to be read.
        """
        template = self._template
        if template is None or self.done or self._event != "message":
            return None
        texts = template.texts_in(read)
        return None if texts is None else self._take(template, texts)

    def _take(self, template: Template, texts: list[str]) -> Sequence[str | Delta]:
        self.progress += len(texts)
        if template.is_reasoning:
            self._choice.take_reasoning(texts)
            return [Delta(reasoning=text) for text in texts]
        self._choice.take(texts)
        return texts

    def _read_data(self, data: str, event: str, *, lenient: bool) -> str | Delta | None:
        chunk = read_data(data)
        if isinstance(chunk, list) and len(chunk) == 1:
            # Gemini's compatible endpoint wraps errors in a list.
            chunk = chunk[0]
        if isinstance(chunk, dict):
            out = self._read_chunk(chunk, event)
            if self._lessons and out and (isinstance(out, str) or out.reasoning):
                self._learn(data, chunk, out, event)
            return out
        if chunk is NO_JSON:
            if _begins_with_an_object(data):
                return self._read_lines(data.split("\n"), event, lenient=lenient)
            self._read_word(data, event, lenient=lenient)
        elif isinstance(chunk, str):
            self._read_word(chunk, event, lenient=lenient)
        elif event == "error":
            raise failures.stream_error(chunk, self.where)
        elif chunk is not None and not lenient:
            raise self._malformed(data)
        return None

    def _learn(
        self, data: str, chunk: dict[str, Any], out: str | Delta, event: str
    ) -> None:
        """Learn how to read the events that are like this one."""
        self._lessons -= 1
        if self._choice.between_characters:
            self._template = template_of(data, chunk, out)
            self._event = event
            self._learned_at = self.progress

    def _unlearn(self) -> None:
        """Forget the template: what came between may have changed what it stands for.

        Where it was of use, another one may be.
        """
        self._template = None
        if self.progress > self._learned_at:
            self._lessons = _LESSONS

    def _read_lines(
        self, lines: list[str], event: str, *, lenient: bool
    ) -> str | Delta | None:
        """Take chunks that stand in one event: the blank lines between were lost."""
        return _joined(
            [
                self.read(line, event, lenient=lenient and number == len(lines))
                for number, line in enumerate(lines, 1)
                if not self.done
            ]
        )

    def _read_word(self, data: str, event: str, *, lenient: bool) -> None:
        word = unframed(data).strip()
        if word.strip("[] ").upper() == "DONE":
            self.done = True
        elif event == "error":
            raise failures.stream_error(word, self.where)
        elif not (lenient or word.lower() in _PINGS or word.startswith(":")):
            raise self._malformed(data)

    def _malformed(self, data: str) -> MalformedChunkError:
        start = data[:200]
        msg = (
            f"{self.where} sent data that is not a chat completion: {start!r}. Check "
            "the server, or a proxy in front of it."
        )
        return MalformedChunkError(msg, data=start)

    def read_completion(self, body: dict[str, Any]) -> str | Delta | None:
        """Take a whole answer that came as one JSON object, not as a stream.

        Raises:
            StreamError: The object reports an error.
            MalformedChunkError: The object is not a chat completion, or has more
                choices or tool calls than any can have.
        """
        if "choices" not in body:
            body = with_choices(body)
        choices = body.get("choices")
        listed = choices if isinstance(choices, list) else []
        if not any(isinstance(choice, dict) for choice in listed):
            error = failures.in_chunk(body, "message")
            if error is None and server_words(body) is None:
                raise self._malformed(json.dumps(body, ensure_ascii=False))
            raise failures.stream_error(error or body, self.where, body)
        # One chunk of a stream, in place of the stream, is only its beginning.
        self.done = body.get("object") != "chat.completion.chunk"
        return self._read_chunk(body, "message")

    def _read_chunk(self, chunk: dict[str, Any], event: str) -> str | Delta | None:
        if "choices" not in chunk:
            chunk = with_choices(chunk)
        choices = chunk.get("choices")
        if not choices or chunk.get("error"):
            error = failures.in_chunk(chunk, event)
            if error is not None:
                raise failures.stream_error(error, self.where, chunk)
        fields = self._fields
        for key, value in chunk.items():
            if key not in _NO_METADATA and value is not None and value != "":
                fields[key] = value
        if "usage" in chunk:
            self._take_usage(chunk["usage"])
        if "x_groq" in chunk and isinstance(chunk["x_groq"], dict):
            self._take_usage(chunk["x_groq"].get("usage"))
        if not isinstance(choices, list):
            return None
        if len(choices) == 1:
            return self._read_choice(choices[0])
        return _joined([self._read_choice(choice) for choice in choices])

    def _read_choice(self, choice: object) -> str | Delta | None:
        if not isinstance(choice, dict):
            return None
        self._has_choices = True
        if choice.get("error"):
            raise failures.stream_error(choice["error"], self.where)
        if "usage" in choice:
            self._take_usage(choice["usage"])
        if "message" in choice and isinstance(choice["message"], dict):
            self._take_usage(choice["message"].get("usage"))
        index = choice.get("index")
        if isinstance(index, int) and index > 0:
            self._read_other(index, choice)
            return None
        out = self._choice.read(choice)
        if self._choice.stopped:
            self.done = True
        if out is not None or self._choice.holds_back or choice.get("finish_reason"):
            self.progress += 1
        return out

    def _read_other(self, index: int, choice: dict[str, Any]) -> None:
        other = self._other(index)
        out = other.read(choice)
        if out is not None or other.holds_back or choice.get("finish_reason"):
            self.progress += 1

    def _take_usage(self, usage: object) -> None:
        """Keep the last usage that counts anything, wherever it stands.

        Groq puts it under `x_groq`, Moonshot into the choice.
        """
        if not isinstance(usage, dict):
            return
        counts = [count for count in usage.values() if _is_count(count)]
        # Zeros after a count are those of a chunk that has nothing to count.
        if any(counts) or (counts and self._usage is None):
            self._usage = usage

    def _other(self, index: int) -> ChoiceReader:
        if index not in self._others:
            if len(self._others) == _MOST_OTHERS:
                msg = f"{self.where} sent more than {_MOST_OTHERS + 1} choices."
                raise MalformedChunkError(msg)
            self._others[index] = ChoiceReader(*self._filters)
        return self._others[index]

    def close(self, *, truncated: bool) -> tuple[WireMessage, Delta]:
        """End the answer.

        Args:
            truncated: Whether it ended before it was whole.

        Returns:
            The message, and what was held back to the end.
        """
        message, held = self._choice.close(truncated=truncated)
        for _, other in sorted(self._others.items()):
            cut = truncated or not (self.done or other.finished)
            message.other_choices.append(other.close(truncated=cut)[0])
        return self._with_fields(message), held

    def snapshot(self) -> WireMessage | None:
        """Return the message as far as it came, `None` when nothing did."""
        if not self._choice.made_progress:
            return None
        return self._with_fields(self._choice.snapshot())

    def _with_fields(self, message: WireMessage) -> WireMessage:
        message.metadata = {**self._fields, **message.metadata}
        message.usage = self._usage
        return message


def _is_count(value: object) -> bool:
    """Whether a value of the usage is a number, which gateways also send as a text."""
    return isinstance(value, (int, float)) or (
        isinstance(value, str) and value.isdecimal()
    )


def _begins_with_an_object(data: str) -> bool:
    """Whether the first of several lines is a JSON object by itself."""
    first, more, _ = data.partition("\n")
    if not more or not first.startswith("{"):
        return False
    try:
        loads(first)
    except ValueError:
        return False
    return True


def _joined(parts: list[str | Delta | None]) -> str | Delta | None:
    """Return what several choices or chunks bring that came in one event.

    GitHub Copilot sends the text and the tool calls of an answer as two choices with
    one index.
    """
    brought = [part for part in parts if part is not None]
    if len(brought) < 2:  # noqa: PLR2004  nothing to join
        return brought[0] if brought else None
    deltas = [Delta(part) if isinstance(part, str) else part for part in brought]
    return Delta(
        "".join(delta.text for delta in deltas),
        "".join(delta.reasoning for delta in deltas),
        "".join(delta.refusal for delta in deltas),
        [call for delta in deltas for call in delta.tool_calls],
    )
