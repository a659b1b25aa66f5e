"""Read one choice of an answer from its deltas."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from langchain_sse_chat.wire.choice_end import ChoiceEnd, ends_well, set_finish_reason
from langchain_sse_chat.wire.content import (
    IN_PROGRESS,
    PARTS_KEY,
    as_delta,
    brings_only_text,
    split_content,
)
from langchain_sse_chat.wire.cumulative_messages import (
    CumulativeMessages,
    joined_in_place,
)
from langchain_sse_chat.wire.deltas import AnswerMessage, Delta, TextKind
from langchain_sse_chat.wire.finish_reasons import Ending, rank
from langchain_sse_chat.wire.logprobs import Logprobs
from langchain_sse_chat.wire.marked_thoughts import MarkedThoughts, without_mark
from langchain_sse_chat.wire.merged_fields import Fields, add_to_choice_fields, copied
from langchain_sse_chat.wire.reasoning import (
    BLOCKS_KEY,
    DETAILS_KEY,
    PARTS,
    REASONING_KEYS,
    REASONING_PARTS_KEY,
    are_thinking_parts,
    further_parts,
    merge_details,
    merge_thinking_blocks,
    read_reasoning,
    repeats,
)
from langchain_sse_chat.wire.stops import StopSplitter
from langchain_sse_chat.wire.surrogates import SurrogateJoiner
from langchain_sse_chat.wire.tags import ReasoningTags, tag_splitter
from langchain_sse_chat.wire.tool_calls import ToolCallAssembler

_READ_ELSEWHERE = frozenset(
    {"refusal", "tool_calls", "function_call", DETAILS_KEY, BLOCKS_KEY}
).union({"role", "content"}, REASONING_KEYS)

_CHOICE_READ_ELSEWHERE = frozenset(
    {"index", "delta", "message", "text", "logprobs", "usage", "error"}
).union({"finish_reason", "finishReason"})

_NATIVE = "native_finish_reason"
"""Field of a choice in which a relay (OpenRouter) keeps the upstream reason."""


class ChoiceReader:
    """Reads the deltas of one choice and builds its message.

    Args:
        reasoning_tags: The tags around reasoning in the content, `None` for none.
        stop: Texts that end the answer, if the server does not stop at them itself.
    """

    __slots__ = (
        "_choice_fields",
        "_details",
        "_end",
        "_fields",
        "_logprobs",
        "_messages",
        "_reasoning",
        "_reasoning_characters",
        "_reasoning_key",
        "_refusal",
        "_splitter",
        "_started",
        "_structured",
        "_tags",
        "_text",
        "_text_characters",
        "_thinking_blocks",
        "_thoughts",
        "_tool_calls",
        "_unsplit",
        "has_error",
        "has_pending",
    )

    def __init__(
        self,
        reasoning_tags: ReasoningTags | None = None,
        stop: tuple[str, ...] = (),
    ) -> None:
        tags = tag_splitter(reasoning_tags) if reasoning_tags else None
        self._splitter = StopSplitter(stop, tags) if stop else tags
        self._tags = reasoning_tags
        self._structured = False
        self.has_pending = False
        """Whether the last delta had content that cannot be emitted yet."""
        self.has_error = False
        """Whether a delta had an `error` field."""
        self._text: list[str] = []
        self._unsplit: list[str] = []
        """The text as received, when reasoning or a stop text is removed from it."""
        self._text_characters = SurrogateJoiner()
        self._reasoning: list[str] = []
        self._reasoning_characters = SurrogateJoiner()
        self._reasoning_key: str | None = None
        self._refusal: list[str] = []
        self._tool_calls = ToolCallAssembler()
        self._details: list[list[Any]] = []
        self._thinking_blocks: list[list[Any]] = []
        self._thoughts = MarkedThoughts()
        self._fields = Fields()
        self._choice_fields: dict[str, Any] = {}
        self._logprobs: Logprobs | None = None
        self._end = ChoiceEnd()
        self._messages: CumulativeMessages | None = None
        self._started = False

    @property
    def has_finish_reason(self) -> bool:
        """Whether a finish reason was sent."""
        return self._end.reason is not None

    @property
    def is_over(self) -> bool:
        """Whether a finish reason ended the choice."""
        return self._end.is_over

    @property
    def failure(self) -> str | None:
        """The finish reason that reports a failure, `None` for a good answer.

        A reason for a failure always counts. An unknown reason counts only when the
        choice has no content: otherwise it says nothing about the answer.
        """
        for reason in (self._end.reason, self._choice_fields.get(_NATIVE)):
            if isinstance(reason, str) and rank(reason) == Ending.FAILED:
                return reason
        unknown = rank(self._end.reason) == Ending.UNKNOWN
        return self._end.reason if unknown and not self._brought_anything else None

    @property
    def _brought_anything(self) -> bool:
        return self.has_content or bool(self._fields.names())

    @property
    def hit_stop(self) -> bool:
        """Whether a stop text was found, which ends the answer."""
        return self._splitter is not None and self._splitter.hit_stop

    @property
    def has_content(self) -> bool:
        """Whether any content was read, emitted or still pending."""
        return self._started or bool(self._tool_calls)

    @property
    def between_characters(self) -> bool:
        """Whether no half of a surrogate pair is pending."""
        return not (self._text_characters.half or self._reasoning_characters.half)

    def take(self, kind: TextKind, texts: list[str]) -> Sequence[str | Delta]:
        """Add deltas with only these texts, in the field in which the last one had it.

        Returns:
            The results of `read` for the deltas.
        """
        self.has_pending = kind == "arguments"
        self._started = True
        self._end.take(has_reason=False, has_content=True)
        if kind == "text":
            self._text += texts
            return texts
        if kind == "reasoning":
            self._reasoning += texts
            return [Delta(reasoning=text) for text in texts]
        calls = map(self._tool_calls.feed_arguments, texts)
        return [Delta(tool_calls=pieces) for pieces in calls if pieces]

    def read(self, choice: dict[str, Any]) -> str | Delta | None:
        """Read a choice of a chunk.

        Returns:
            The text when the delta has only text, a `Delta` when it has more, `None`
            when it has nothing for the user.
        """
        self.has_pending = False
        self._read_choice_fields(choice)
        ends = self._end.read(choice)
        out, delta, message = None, choice.get("delta"), choice.get("message")
        if delta is None:
            delta = choice.get("text")
        if delta is not None:
            out = self._read_delta(as_delta(delta))
        if message and out is None and not self.has_pending:
            out = self._read_message(as_delta(message))
        if ends or self._end.is_over:
            self._end.take(has_reason=ends, has_content=out is not None)
        if self._logprobs and self._logprobs.unsent and out is not None:
            return self._logprobs.on(out)
        return out

    def _read_message(self, message: dict[str, Any]) -> str | Delta | None:
        """Read a message sent instead of a delta: only its new content counts."""
        if self._messages is None or not self._messages.has_new:
            sent = self._text if self._splitter is None else self._unsplit
            self._messages = CumulativeMessages(
                joined_in_place(sent),
                joined_in_place(self._reasoning),
                calls=self._tool_calls.snapshot(),
                known=self._fields.names(),
            )
        delta = self._messages.delta(message, last=self.has_finish_reason)
        return self._read_delta(delta)

    def _read_delta(self, delta: dict[str, Any]) -> str | Delta | None:
        content = delta.get("content")
        if (
            type(content) is not str
            or self._splitter is not None
            or self._thoughts.are_open
            or not brings_only_text(delta)
        ):
            return self._read_rich_delta(delta, content)
        if self._text_characters.half or not content.isascii():
            content = self._text_characters.feed(content)
        if not content:
            return None
        self._started = True
        self._text.append(content)
        return content

    def _read_rich_delta(
        self, delta: dict[str, Any], content: object
    ) -> str | Delta | None:
        if delta.get("role") == IN_PROGRESS:
            self.has_pending = True
            return None
        text, thinking, others = split_content(content)
        reasoning, key = read_reasoning(delta)
        if not reasoning:
            text, marked = self._thoughts.split(delta, text)
            thinking += marked
        if thinking and not reasoning:
            reasoning, key = thinking, PARTS if are_thinking_parts(content) else None
        if repeats(key, reasoning, self._reasoning_key, self._reasoning):
            reasoning = ""
        if self._reasoning_key in {None, DETAILS_KEY}:
            # Prefer a text key: the details are sent back in any case.
            self._reasoning_key = key or self._reasoning_key
        if self._splitter is not None:
            self._structured = self._structured or bool(reasoning)
            self.has_pending = bool(text)
            self._unsplit.append(text)
            text, reasoning = self._tagged(*self._splitter.feed(text), reasoning)
        refusal = delta.get("refusal")
        out = Delta(
            self._text_characters.feed(text),
            self._reasoning_characters.feed(reasoning),
            refusal if isinstance(refusal, str) else "",
        )
        # A gateway that sends both forms means the same call, so one is read.
        if delta.get("tool_calls"):
            self.has_pending = True
            out.tool_calls = self._tool_calls.feed(delta["tool_calls"])
        elif delta.get("function_call"):
            self.has_pending = True
            out.tool_calls = self._tool_calls.feed_function_call(delta["function_call"])
        self._read_blocks(delta)
        if others:
            self._fields.add(PARTS_KEY, others)
        self._keep_fields(without_mark(delta))
        return self._keep(out)

    def _keep_fields(self, delta: dict[str, Any]) -> None:
        for key, value in delta.items():
            if key not in _READ_ELSEWHERE:
                self._fields.add(key, value)
                self.has_error = self.has_error or key == "error"
            elif type(value) is not str and key in REASONING_KEYS:
                self._fields.add(REASONING_PARTS_KEY, further_parts(value))

    def _read_blocks(self, delta: dict[str, Any]) -> None:
        """Keep the structured forms of reasoning."""
        details, blocks = delta.get(DETAILS_KEY), delta.get(BLOCKS_KEY)
        if details and isinstance(details, list):
            self._details.append(details)
        if blocks and isinstance(blocks, list):
            self._thinking_blocks.append(blocks)

    def _tagged(self, text: str, tagged: str, reasoning: str = "") -> tuple[str, str]:
        # A server with a field for it repeats the same reasoning between the tags.
        return text, reasoning or ("" if self._structured else tagged)

    def _keep(self, out: Delta) -> str | Delta | None:
        if out.text:
            self._text.append(out.text)
        if out.reasoning:
            self._reasoning.append(out.reasoning)
        if out.refusal:
            self._refusal.append(out.refusal)
        if out.reasoning or out.refusal or out.tool_calls:
            self._started = True
            return out
        self._started = self._started or bool(out.text) or self.has_pending
        return out.text or None

    def _read_choice_fields(self, choice: dict[str, Any]) -> None:
        for key, value in choice.items():
            if value is not None and key not in _CHOICE_READ_ELSEWHERE:
                if type(value) is list:
                    add_to_choice_fields(self._choice_fields, key, value)
                else:
                    self._choice_fields[key] = value
        if logprobs := choice.get("logprobs"):
            self._logprobs = self._logprobs or Logprobs()
            self._logprobs.add(logprobs)

    def close(self, *, truncated: bool) -> tuple[AnswerMessage, Delta]:
        """End the choice.

        Args:
            truncated: Whether the stream ended before the answer did.

        Returns:
            The message, and the delta that was pending until the end.
        """
        pending = self._close_texts()
        reason = "stop" if self.hit_stop else self._sent_reason(truncated=truncated)
        well = ends_well(reason, self._choice_fields.get(_NATIVE))
        calls, pending.tool_calls = self._tool_calls.close(
            cut=truncated or not well,
            inferred=reason is None and not truncated,
            expected=rank(reason) == Ending.CALLS,
        )
        message = self._message()
        message.tool_calls = calls
        tried = self._tool_calls.was_fed
        set_finish_reason(message, reason, truncated=truncated, tried_calls=tried)
        return message, pending

    def _close_texts(self) -> Delta:
        """Return the pending texts at the end of the answer."""
        pending = Delta()
        if self._messages is not None:
            more = self._read_delta(self._messages.close())
            pending = more if isinstance(more, Delta) else Delta(more or "")
        if self._splitter is not None:
            rest = Delta(*self._tagged(*self._splitter.close()))
            self._keep(rest)
            pending.text += rest.text
            pending.reasoning += rest.reasoning
        return self._logprobs.on(pending) if self._logprobs else pending

    def _sent_reason(self, *, truncated: bool) -> str | None:
        return self._end.reason if self._end.is_over or not truncated else None

    def snapshot(self) -> AnswerMessage:
        """Return the message so far."""
        message = self._message()
        if self._messages is not None:
            message.text += self._messages.pending
        if self._splitter is not None:
            pending = self._tagged(*deepcopy(self._splitter).close())
            message.text += pending[0]
            message.reasoning += pending[1]
            message.reasoning_key = self._source_of(message.reasoning)
        message.tool_calls = self._tool_calls.snapshot()
        message.finish_reason = self._sent_reason(truncated=True)
        return message

    def _message(self) -> AnswerMessage:
        fields = self._fields.merged()
        if self._details:
            fields[DETAILS_KEY] = merge_details(self._details)
        if self._thinking_blocks:
            fields[BLOCKS_KEY] = merge_thinking_blocks(self._thinking_blocks)
        reasoning = "".join(self._reasoning)
        return AnswerMessage(
            text="".join(self._text),
            reasoning=reasoning,
            reasoning_key=self._source_of(reasoning),
            refusal="".join(self._refusal),
            logprobs=self._logprobs.whole() if self._logprobs else None,
            message_fields=fields,
            metadata=copied(self._choice_fields),
        )

    def _source_of(self, reasoning: str) -> str | list[str] | None:
        if not reasoning:
            return None
        if self._reasoning_key or self._structured or not self._tags:
            return self._reasoning_key
        return list(self._tags)
