"""Read what a target answers, without HTTP."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any, NamedTuple

from langchain_core.messages import HumanMessage

from langchain_sse_chat.serve.answer.parts import Finish, Note, ToolRun
from langchain_sse_chat.serve.answer.reader import AnswerReader
from langchain_sse_chat.serve.request.chat_request import ChatRequest
from langchain_sse_chat.serve.targets.target import Target


class ServedAnswer(NamedTuple):
    """An answer as its parts and its end."""

    parts: list[Any]
    finish: Finish

    @property
    def texts(self) -> list[str]:
        return [part for part in self.parts if isinstance(part, str)]

    @property
    def text(self) -> str:
        return "".join(self.texts)

    @property
    def tools(self) -> list[ToolRun]:
        return [part for part in self.parts if isinstance(part, ToolRun)]

    @property
    def notes(self) -> list[Any]:
        return [part.data for part in self.parts if isinstance(part, Note)]


def request_of(text: str = "hi", **fields: Any) -> ChatRequest:
    return ChatRequest([HumanMessage(text)], **fields)


async def answer_of(target: Any, request: ChatRequest | None = None) -> ServedAnswer:
    target = Target.of(target)
    reader = AnswerReader(runs_tools=target.runs_tools)
    parts: list[Any] = []
    async with aclosing(target.astream(request or request_of())) as items:
        async for item in items:
            parts += reader.feed(item)
    rest, finish = reader.close()
    return ServedAnswer([*parts, *rest], finish)
