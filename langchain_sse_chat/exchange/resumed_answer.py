"""Merge the parts of an answer that several attempts received."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Generic, TypeVar

from langchain_sse_chat.exchange.overlap import Overlap, without_overlap
from langchain_sse_chat.wire.deltas import AnswerMessage, Assembler, Delta
from langchain_sse_chat.wire.merged_fields import joined_fields, merge_objects

OutputT = TypeVar("OutputT")

_WHOLE_FIELDS = frozenset({"audio"})
"""Fields of a message with data in pieces, which is useless if one is missing."""


class ResumedAnswer(Generic[OutputT]):
    """An assembler for an answer that may break and be resumed.

    It removes what an attempt repeats of the earlier ones, so that each character
    reaches the caller once. The final message is that of all attempts.

    Text and reasoning are trimmed apart: an answer that broke during its reasoning is
    requested again in full and repeats the reasoning, and one that broke in its text is
    continued, but some models think again first.
    """

    def __init__(self, assembler: Assembler[OutputT]) -> None:
        self._assembler = assembler
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._earlier = AnswerMessage()
        self._text_overlap = _OverlapTrimmer("", None)
        self._reasoning_overlap = _OverlapTrimmer("", None)
        self._plain = True
        self._has_calls = False

    @property
    def text(self) -> str:
        """The text that the caller has received."""
        return "".join(self._text)

    def can_resume(self, message: AnswerMessage | None) -> bool:
        """Whether an answer that broke here can be resumed.

        Only text and reasoning can: there is no request for the rest of a tool call or
        of a refusal. With several choices it is unclear which one to resume, and audio
        would have a gap.

        Args:
            message: The attempt's message so far, `None` if nothing was received.
        """
        if self._has_calls:
            return False
        return message is None or not (
            message.refusal
            or message.other_choices
            or message.message_fields.keys() & _WHOLE_FIELDS
        )

    def feed(self, delta: str | Delta) -> list[OutputT]:
        """Read a part of the answer; return the outputs for what is new in it."""
        if not self._plain:
            delta = self._new(Delta(delta) if isinstance(delta, str) else delta)
            if delta == Delta():
                return []
        if isinstance(delta, str):
            self._text.append(delta)
        else:
            self._text.append(delta.text)
            self._reasoning.append(delta.reasoning)
            self._has_calls = self._has_calls or bool(delta.tool_calls)
            if delta == Delta(delta.text):
                delta = delta.text
        return self._assembler.feed(delta)

    def _new(self, delta: Delta, *, last: bool = False) -> Delta:
        """Return a delta without repetitions."""
        reasoning = self._reasoning_overlap.feed(delta.reasoning)
        more = bool(delta.refusal or delta.tool_calls or last)
        if delta.text or more:
            # Text and everything else follow reasoning, so its repetition has ended.
            reasoning += self._reasoning_overlap.close()
        text = self._text_overlap.feed(delta.text)
        if more:
            text += self._text_overlap.close()
        return replace(delta, text=text, reasoning=reasoning)

    def resume(self, message: AnswerMessage | None, least_overlap: int | None) -> None:
        """Prepare for another attempt, after one that broke.

        Args:
            message: The broken attempt's message, `None` if nothing was received.
            least_overlap: Number of repeated characters from which a repetition in the
                text is removed; `None` to remove nothing.
        """
        if message is not None:
            self._earlier = _joined(self._earlier, message, ("", ""))
        self._text_overlap = _OverlapTrimmer(self.text, least_overlap)
        # 1: no request controls how much reasoning is repeated.
        # No request says how to repeat reasoning, so any repetition is removed.
        self._reasoning_overlap = _OverlapTrimmer("".join(self._reasoning), 1)
        self._plain = False

    def partial(self, message: AnswerMessage | None) -> AnswerMessage | None:
        """Return the answer of all attempts so far, `None` if nothing was received.

        Args:
            message: The message of the last attempt so far.
        """
        if self._plain:
            return message
        message = message or AnswerMessage()
        texts = (
            self._text_overlap.joined(message.text),
            self._reasoning_overlap.joined(message.reasoning),
        )
        return _joined(self._earlier, message, texts)

    def close(self, message: AnswerMessage, pending: Delta) -> list[OutputT]:
        """Take the whole answer of the last attempt; give the rest."""
        if self._plain:
            return self._assembler.close(message, pending)
        pending = self._new(pending, last=True)
        texts = (self.text + pending.text, "".join(self._reasoning) + pending.reasoning)
        return self._assembler.close(_joined(self._earlier, message, texts), pending)


class _OverlapTrimmer:
    """Trims the text or the reasoning of an attempt that resumes an answer."""

    def __init__(self, first: str, least: int | None) -> None:
        self._first = first
        self._least = least
        self._overlap = None if least is None else Overlap(first, least=least)

    def feed(self, text: str) -> str:
        return text if self._overlap is None else self._overlap.feed(text)

    def close(self) -> str:
        return "" if self._overlap is None else self._overlap.close()

    def joined(self, second: str) -> str:
        """Return both parts as one text, from the complete second part."""
        if self._least is not None:
            second = without_overlap(self._first, second, least=self._least)
        return self._first + second


def _joined(
    earlier: AnswerMessage, message: AnswerMessage, texts: tuple[str, str]
) -> AnswerMessage:
    """Merge two messages, with the given text and reasoning.

    Facts about the answer as a whole come from the later message, which ended it.
    """
    logprobs = [m.logprobs for m in (earlier, message) if m.logprobs]
    usage = [m.usage for m in (earlier,) if m.usage is not None]
    return replace(
        message,
        text=texts[0],
        reasoning=texts[1],
        reasoning_key=earlier.reasoning_key or message.reasoning_key,
        logprobs=merge_objects(logprobs) if logprobs else None,
        message_fields=_added(earlier.message_fields, message.message_fields),
        metadata=joined_fields(earlier.metadata, message.metadata),
        earlier_usage=earlier.earlier_usage + usage,
    )


def _added(earlier: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    """Merge fields: lists are concatenated, other values come from the later one."""
    fields = earlier | later
    for key in earlier.keys() & later.keys():
        first, second = earlier[key], later[key]
        if isinstance(first, list) and isinstance(second, list):
            fields[key] = first + [item for item in second if item not in first]
    return fields
