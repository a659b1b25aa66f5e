"""Get one answer: stream it, run the tools that it calls, and go on."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolMessage
from langchain_core.messages.utils import message_chunk_to_message
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool, StructuredTool

from langchain_sse_chat.cli.chat.answer_view import AnswerView
from langchain_sse_chat.cli.chat.conversation import Conversation
from langchain_sse_chat.progress import StreamProgress

MAX_ROUNDS = 10
"""Answers with tool calls after which the model is not asked again."""


class TooManyRoundsError(Exception):
    """The model calls tools again and again."""

    def __init__(self) -> None:
        super().__init__(
            f"The model called tools {MAX_ROUNDS} times in a row, so it was stopped. "
            "Write something to continue."
        )


class Turn:
    """An answer and everything that is done for it.

    Args:
        conversation: Its messages are sent, and answers and results are added to it,
            also the part of an answer that was stopped or broke.
        tools: The tools that the model may call.
        view: Returns a new view for each answer of the model.
        write: Shows a text immediately.
    """

    def __init__(
        self,
        conversation: Conversation,
        tools: Sequence[BaseTool],
        view: Callable[[], AnswerView],
        write: Callable[[str], object],
    ) -> None:
        self._conversation = conversation
        self._tools = {tool.name: tool for tool in tools}
        self._new_view = view
        self._write = write
        self.progress = StreamProgress()
        self.answers: list[AIMessage] = []
        """The answers of the model, one for each round of tools and the last one."""

    def run(self, model: Runnable[Any, Any]) -> None:
        """Run until the model has answered without calling a tool.

        Raises:
            SSEChatError: The model failed.
            TooManyRoundsError: It calls tools without an end.
            KeyboardInterrupt: The user stopped it.
        """
        try:
            for _ in range(MAX_ROUNDS):
                answer = self._stream(model)
                if not answer.tool_calls:
                    return
                self._run_tools(answer)
        finally:
            self._conversation.close_calls()
        raise TooManyRoundsError

    def _stream(self, model: Runnable[Any, Any]) -> AIMessage:
        view = self._new_view()
        chunks: list[AIMessageChunk] = []
        is_complete = False
        config: Any = {"callbacks": [self.progress]}
        stream: Any = model.stream(self._conversation.prompt, config)
        try:
            with contextlib.closing(stream):
                for chunk in stream:
                    chunks.append(chunk)
                    self._write(view.chunk(chunk))
            is_complete = True
        finally:
            answer = _message(chunks, is_complete=is_complete)
            self.answers.append(answer)
            self._conversation.add_answer(answer)
            self._write(view.finish())
        for call in answer.tool_calls:
            self._write(view.call(call))
        return answer

    def _run_tools(self, answer: AIMessage) -> None:
        for call in answer.tool_calls:
            result = self._run_tool(call)
            self._conversation.add_results([result])
            self._write(self._new_view().result(result.text))

    def _run_tool(self, call: Mapping[str, Any]) -> ToolMessage:
        tool = self._tools.get(call["name"])
        if tool is None:
            text = f"There is no tool {call['name']!r}."
            return ToolMessage(text, tool_call_id=call["id"], status="error")
        try:
            result = _invoke(tool, {**call, "type": "tool_call"})
        except (Exception, SystemExit) as error:  # noqa: BLE001  code of the user
            text = f"{type(error).__name__}: {error}"
            return ToolMessage(text, tool_call_id=call["id"], status="error")
        if isinstance(result, ToolMessage):
            return result
        return ToolMessage(str(result), tool_call_id=call["id"])


def _message(chunks: Sequence[AIMessageChunk], *, is_complete: bool) -> AIMessage:
    """Return the message of the chunks, without calls if it is not complete."""
    if not chunks:
        return AIMessage("")
    whole = chunks[0] + list(chunks[1:]) if len(chunks) > 1 else chunks[0]
    message: BaseMessage = message_chunk_to_message(whole)
    if is_complete:
        return message  # type: ignore[return-value]  # the chunks are those of an answer
    return AIMessage(whole.text, response_metadata=message.response_metadata)


def _invoke(tool: BaseTool, call: dict[str, Any]) -> Any:
    if isinstance(tool, StructuredTool) and tool.func is None:
        return asyncio.run(tool.ainvoke(call))
    return tool.invoke(call)
