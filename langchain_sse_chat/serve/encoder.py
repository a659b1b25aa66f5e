"""Encode an answer for a client, without a web framework."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import uuid4

from langchain_core.messages import AIMessageChunk

from langchain_sse_chat.serve.answer.parts import Finish, Part
from langchain_sse_chat.serve.answer.reader import AnswerReader
from langchain_sse_chat.serve.failure.failure import Failure, failure_of
from langchain_sse_chat.serve.wires.openai import CompletionWire, OpenAIWire
from langchain_sse_chat.serve.wires.plain import PlainWire
from langchain_sse_chat.serve.wires.ui_messages import UIMessageWire
from langchain_sse_chat.serve.wires.wire import Wire


class Encoder:
    """Encodes one answer: what LangChain gives goes in, bytes for the client come out.

    The calls come in this order: `open`; any number of `feed` and `keep_alive`; then
    either `close` or `fail`. `fail` may also come first.

    Args:
        wire: The form of the bytes.
        runs_tools: Whether the server runs the tools that the answer calls, as for an
            agent. The calls are then not sent.
        joins_messages: Whether the texts of several messages become one text.
    """

    headers: Mapping[str, str] = {}
    """More headers of the response, which the clients of the form expect."""

    def __init__(
        self, wire: Wire, *, runs_tools: bool = False, joins_messages: bool = True
    ) -> None:
        self.media_type = wire.media_type
        """The Content-Type of the response."""
        self.finish: Finish | None = None
        """The end of the answer, `None` before `close` and for one that failed."""
        self._wire = wire
        self._text = wire.text
        self._reader = AnswerReader(
            runs_tools=runs_tools, joins_messages=joins_messages
        )
        self._metadata: dict[str, Any] | None = None
        """The metadata of the last chunk that the reader has taken."""

    def open(self) -> bytes:
        """Return the bytes before the first item."""
        return self._wire.open()

    def feed(self, item: object) -> bytes:
        """Return the bytes of the next item; empty if there is nothing to send.

        Args:
            item: A message chunk or a whole message of any chat model, a text, or any
                other value that a chain yields. Values that are not text are sent as
                JSON at the end.
        """
        if type(item) is AIMessageChunk:
            fields = vars(item)
            content = fields["content"]
            # Nearly every chunk of a stream: text, and nothing else that is new.
            if (
                type(content) is str
                and content
                and fields["response_metadata"] == self._metadata
                and not (
                    fields["additional_kwargs"]
                    or fields["tool_call_chunks"]
                    or fields["usage_metadata"]
                )
                and self._reader.in_text
            ):
                return self._text(content)
            metadata = fields["response_metadata"]
            # Equal log probabilities are those of another token.
            self._metadata = None if "logprobs" in metadata else metadata
        return self._parts(self._reader.feed(item))

    def keep_alive(self) -> bytes:
        """Return bytes without content, for a connection that must not be idle."""
        return self._wire.keep_alive()

    def close(self) -> bytes:
        """Return the end of a complete answer.

        Raises:
            StreamTruncatedError: The model gives finish reasons, but gave none for this
                answer, so that it may not be complete. Nothing is lost: `fail` ends the
                answer then.
            StreamError: The finish reason means that the model failed.
        """
        parts, finish = self._reader.close()
        end = self._parts(parts) + self._wire.close(finish)
        self.finish = finish
        return end

    def fail(self, error: BaseException | Failure) -> bytes:
        """Return the end of an answer that failed.

        A refusal of the model is an answer: it ends like one.

        Args:
            error: What was raised. Its text is sent only if it is meant for clients.
        """
        failure = error if isinstance(error, Failure) else failure_of(error)
        if not failure.is_refusal:
            return self._wire.fail(failure)
        refusal = AIMessageChunk(
            content="",
            additional_kwargs={"refusal": failure.message},
            response_metadata={"finish_reason": "content_filter"},
        )
        return self.feed(refusal) + self.close()

    def abort(self) -> bytes:
        """Return the end of an answer that was stopped on request.

        It is empty where the form has none: the stream must then break off, so that
        nobody takes it for complete.
        """
        return b""

    def _parts(self, parts: Iterable[Part]) -> bytes:
        feed = self._wire.feed
        return b"".join([feed(part) for part in parts])


class OpenAIEncoder(Encoder):
    """Encodes an answer as a stream of OpenAI's chat completions.

    ```python
    encoder = OpenAIEncoder("gpt-4o")
    await send(encoder.open())
    try:
        async for chunk in chat.astream(messages):
            await send(encoder.feed(chunk))
        end = encoder.close()
    except Exception as error:
        end = encoder.fail(error)
    await send(end)
    ```

    Args:
        model: The name of the model for the client.
        completion_id: The ID of the completion; a random one by default.
        created: When the answer began, in Unix time; now by default.
        include_usage: Whether the client requested `stream_options.include_usage`.
        runs_tools: Whether the server runs the tools that the answer calls, as for an
            agent. The calls are then not sent.
        custom_tools: The names of the request's custom tools, whose input is free text.
    """

    def __init__(
        self,
        model: str = "default",
        *,
        completion_id: str | None = None,
        created: int | None = None,
        include_usage: bool = False,
        runs_tools: bool = False,
        custom_tools: Collection[str] = (),
    ) -> None:
        wire = OpenAIWire(
            model=model,
            completion_id=completion_id or _completion_id(),
            created=_now() if created is None else created,
            include_usage=include_usage,
            custom_tools=custom_tools,
        )
        super().__init__(wire, runs_tools=runs_tools)


class CompletionEncoder(Encoder):
    """Encodes an answer as one JSON object, for `"stream": false`.

    Only `close` and `fail` return bytes.

    Args:
        model: The name of the model for the client.
        completion_id: The ID of the completion; a random one by default.
        created: When the answer began, in Unix time; now by default.
        runs_tools: Whether the server runs the tools that the answer calls, as for an
            agent. The calls are then not sent.
        custom_tools: The names of the request's custom tools, whose input is free text.
    """

    def __init__(
        self,
        model: str = "default",
        *,
        completion_id: str | None = None,
        created: int | None = None,
        runs_tools: bool = False,
        custom_tools: Collection[str] = (),
    ) -> None:
        wire = CompletionWire(
            model=model,
            completion_id=completion_id or _completion_id(),
            created=_now() if created is None else created,
            custom_tools=custom_tools,
        )
        super().__init__(wire, runs_tools=runs_tools)


class PlainEncoder(Encoder):
    """Encodes an answer as plain events, for `EventSource` in a browser.

    Args:
        answer_id: The last event ID of the stream; a random one by default. An empty
            one is not sent, for a caller whose events have IDs.
        runs_tools: Whether the server runs the tools that the answer calls, as for an
            agent. The calls are then not sent.
    """

    def __init__(
        self, *, answer_id: str | None = None, runs_tools: bool = False
    ) -> None:
        given = uuid4().hex if answer_id is None else answer_id
        self._plain_wire = PlainWire(answer_id=given)
        super().__init__(self._plain_wire, runs_tools=runs_tools)

    def abort(self) -> bytes:
        """Return the end of an answer that was stopped on request."""
        return self._plain_wire.abort()


class UIMessageEncoder(Encoder):
    """Encodes an answer as a UI message stream, for `useChat` of the AI SDK 5, 6 and 7.

    Tools that the server runs are sent with their input and their output.

    Args:
        message_id: The ID of the message; without it the client chooses one. For an
            answer to the tool results of the client, it must be the ID of the last
            message, which the answer continues.
        model: The name of the model in the metadata of the message, if the answer does
            not have its own.
        runs_tools: Whether the server runs the tools that the answer calls, as for an
            agent.
    """

    headers: Mapping[str, str] = {"x-vercel-ai-ui-message-stream": "v1"}
    """More headers of the response, which the clients of the form expect."""

    def __init__(
        self,
        *,
        message_id: str | None = None,
        model: str | None = None,
        runs_tools: bool = False,
    ) -> None:
        self._ui_wire = UIMessageWire(message_id=message_id, model=model)
        super().__init__(self._ui_wire, runs_tools=runs_tools, joins_messages=False)

    def abort(self) -> bytes:
        """Return the end of an answer that was stopped on request."""
        return self._ui_wire.abort()


def _completion_id() -> str:
    return f"chatcmpl-{uuid4().hex}"


def _now() -> int:
    return int(time.time())
