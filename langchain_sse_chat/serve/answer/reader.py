"""Convert what LangChain gives for an answer to parts.

A model gives message chunks, a chain texts or any other values, a graph chunks of
several messages. All models are read: those of this package without any loss, others
by LangChain's standard fields and content blocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.messages.ai import UsageMetadata, add_usage

from langchain_sse_chat.message_keys import REASONING, TOOL_CALL_EXTRAS
from langchain_sse_chat.serve.answer.ends import finish_of, openai_usage
from langchain_sse_chat.serve.answer.parts import (
    Delta,
    Finish,
    NextMessage,
    Note,
    Part,
    ToolRun,
)
from langchain_sse_chat.serve.answer.tool_pieces import ToolPieces
from langchain_sse_chat.serve.answer.values import Values

BETWEEN_MESSAGES = "\n\n"
"""The separator between the texts of two messages of an agent."""


class AnswerReader:
    """Reads one answer.

    Args:
        runs_tools: Whether the server runs the tools that the answer calls, as for an
            agent. The calls are then no part of the answer.
        joins_messages: Whether the texts of several messages become one text. Otherwise
            `NextMessage` is a part between them.
    """

    def __init__(
        self, *, runs_tools: bool = False, joins_messages: bool = True
    ) -> None:
        self._runs_tools = runs_tools
        self._joins_messages = joins_messages
        self._separator = ""
        self.in_text = False
        """Whether the next text is a part as it is: no separator comes before it."""
        self._metadata: dict[str, Any] = {}
        self._kwargs: dict[str, Any] = {}
        self._images: list[Any] = []
        self._usage: UsageMetadata | None = None
        self._sent_usages: list[Mapping[str, Any]] = []
        self._calls = ToolPieces()
        self._values = Values()

    def feed(self, item: object) -> list[Part]:
        """Return the parts of the next item; none if there is nothing to send.

        Args:
            item: A message or a chunk of one, a text, a part, or any other value of a
                chain. Values that are not text are sent as JSON at the end.
        """
        if isinstance(item, str):
            return self._text(item)
        if isinstance(item, AIMessage):
            return self._message(item)
        if isinstance(item, (Delta, ToolRun, Note)):
            return [item]
        if isinstance(item, NextMessage):
            return self._next_message(item)
        if isinstance(item, BaseMessage):
            return self._text(str(item.text))
        self._values.feed(item)
        return []

    def close(self) -> tuple[list[Part], Finish]:
        """Return the last parts, and the end of the answer.

        Raises:
            StreamTruncatedError: The model gives finish reasons, but gave none for this
                answer, so that it may not be complete.
            StreamError: The finish reason means that the model failed.
        """
        parts = self._text(self._values.close())
        extras = self._kwargs.get(TOOL_CALL_EXTRAS)
        rest = self._calls.close(extras if isinstance(extras, Mapping) else {})
        if rest and not self._runs_tools:
            parts.append(Delta(tool_calls=rest))
        has_calls = bool(self._calls) and not self._runs_tools
        finish = finish_of(self._metadata, self._kwargs, has_calls=has_calls)
        if self._images:
            finish.fields.setdefault("images", self._images)
        if has_calls:
            finish.call_entries = self._calls.entries
        sent = self._sent_usages[0] if len(self._sent_usages) == 1 else None
        finish.usage = openai_usage(self._usage, sent)
        return parts, finish

    def _text(self, text: str) -> list[Part]:
        if not text:
            return []
        text = self._separator + text
        self._separator = ""
        self.in_text = True
        return [text]

    def _next_message(self, item: NextMessage) -> list[Part]:
        self._calls.next_message()
        self._metadata = {}
        self._kwargs = {}
        if self.in_text and self._joins_messages:
            self._separator = BETWEEN_MESSAGES
        self.in_text = False
        return [] if self._joins_messages else [item]

    def _message(self, message: AIMessage) -> list[Part]:
        if message.response_metadata:
            self._take_metadata(message.response_metadata)
        kwargs = message.additional_kwargs
        if kwargs:
            self._kwargs |= kwargs
        if message.usage_metadata is not None:
            self._usage = add_usage(self._usage, message.usage_metadata)
        calls = self._calls.feed(message)
        content = message.content
        if isinstance(content, str):
            text, reasoning, refusal = content, _string(kwargs.get(REASONING)), ""
        else:
            text, reasoning, refusal = self._blocks(message)
        delta = Delta(
            reasoning=reasoning,
            refusal=refusal or _string(kwargs.get("refusal")),
            tool_calls=[] if self._runs_tools else calls,
        )
        parts: list[Part] = [] if delta == Delta() else [delta]
        return [*parts, *self._text(text)] if text else parts

    def _take_metadata(self, metadata: Mapping[str, Any]) -> None:
        """Keep the last value of each field; log probabilities come in pieces."""
        logprobs = _joined(self._metadata.get("logprobs"), metadata.get("logprobs"))
        self._metadata |= {k: v for k, v in metadata.items() if v is not None}
        if logprobs:
            self._metadata["logprobs"] = logprobs
        sent = metadata.get("token_usage")
        if isinstance(sent, Mapping) and sent:
            self._sent_usages.append(sent)

    def _blocks(self, message: AIMessage) -> tuple[str, str, str]:
        """Return text, reasoning and refusal of content that is a list."""
        texts: dict[str, str] = {"text": "", "reasoning": "", "refusal": ""}
        for block in message.content_blocks:
            kind = str(block.get("type"))
            if kind in texts:
                texts[kind] += _string(block.get(kind))
                self._take_annotations(block)
            elif kind == "image":
                self._images.append(_image(block))
        return texts["text"], texts["reasoning"], texts["refusal"]

    def _take_annotations(self, block: Mapping[str, Any]) -> None:
        annotations = block.get("annotations")
        if isinstance(annotations, list) and annotations:
            known = self._kwargs.get("annotations") or []
            self._kwargs["annotations"] = [*known, *annotations]


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _joined(first: Any, second: Any) -> dict[str, Any] | None:
    """Return log probabilities that came in two pieces as one object."""
    if not (isinstance(first, dict) and isinstance(second, dict)):
        found = second or first
        return found if isinstance(found, dict) else None
    joined = {**first, **second}
    for key, value in second.items():
        if isinstance(value, list) and isinstance(first.get(key), list):
            joined[key] = first[key] + value
    return joined


def _image(block: Mapping[str, Any]) -> dict[str, Any]:
    """Return an image in the form of OpenRouter, which clients and gateways read."""
    url = block.get("url")
    if not isinstance(url, str):
        mime_type = block.get("mime_type") or "image/png"
        url = f"data:{mime_type};base64,{block.get('base64', '')}"
    return {"type": "image_url", "image_url": {"url": url}}
