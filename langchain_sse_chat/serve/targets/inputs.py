"""Choose the input of a chain or a graph by what it asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.messages import BaseMessage, HumanMessage
from langchain_core.prompts import (
    BasePromptTemplate,
    ChatPromptTemplate,
    MessagesPlaceholder,
)
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableParallel, RunnableSequence

from langchain_sse_chat.serve.failure.failure import refused
from langchain_sse_chat.serve.request.chat_request import ChatRequest
from langchain_sse_chat.serve.targets.wrappers import inner

Messages = Sequence[BaseMessage]
ToInput = Callable[[Messages], Any]

_MESSAGES = "messages"


def input_of(runnable: Any) -> ToInput:
    """Return the function that makes the input of a runnable from messages.

    Raises:
        ValueError: The runnable asks for several values, and only the caller knows
            which of them are in the messages.
    """
    first = _first(runnable)
    if isinstance(first, BaseLanguageModel):
        return list
    if isinstance(first, BaseRetriever):
        return question
    if isinstance(first, BasePromptTemplate):
        return _prompt_input(first)
    if isinstance(first, RunnableParallel) and any(
        isinstance(_first(step), BaseRetriever) for step in first.steps__.values()
    ):
        return question
    return _schema_input(_schema(first))


def from_messages(make: ToInput) -> Callable[[ChatRequest], Any]:
    """Return the function that makes the input from a request."""
    return lambda request: make(request.messages)


def question(messages: Messages) -> str:
    """Return the text of the last message of the user.

    Raises:
        RequestRefused: There is no such message, or it is not text alone: an answer to
            the rest of it would look right.
    """
    place = _place_of_question(messages)
    message = messages[place]
    parts = message.content if isinstance(message.content, list) else []
    for part in parts:
        kind = part.get("type") if isinstance(part, Mapping) else "text"
        if kind != "text":
            param = f"messages[{place}]"
            msg = f"This model takes text alone, and `{param}` has a part `{kind}`."
            raise refused(msg, param, "invalid_value")
    return str(message.text)


def _first(runnable: Any) -> Any:
    """Return the step of a chain that gets its input."""
    while isinstance(runnable := inner(runnable), RunnableSequence):
        runnable = runnable.first
    return runnable


def _prompt_input(prompt: BasePromptTemplate[Any]) -> ToInput:
    placeholders = _placeholders(prompt)
    names = [name for name in prompt.input_variables if name not in placeholders]
    if placeholders:
        return _named_input(names, placeholders)
    if names == [_MESSAGES]:
        return _under(_MESSAGES, list)
    return _named_input(names, [])


def _placeholders(prompt: BasePromptTemplate[Any]) -> list[str]:
    """Return the variables of a prompt that are lists of messages."""
    steps = prompt.messages if isinstance(prompt, ChatPromptTemplate) else []
    return [
        step.variable_name for step in steps if isinstance(step, MessagesPlaceholder)
    ]


def _schema(runnable: Any) -> Mapping[str, Any]:
    """Return the JSON schema of the input, as far as it can be known."""
    try:
        schema = runnable.get_input_jsonschema()
    except Exception:  # noqa: BLE001  of types of the caller's own
        # pydantic refuses some state classes of LangGraph, whose names suffice. Without
        # a builder, it is a function with annotations that cannot be resolved.
        builder = getattr(runnable, "builder", None)
        state = getattr(builder, "input_schema", None)
        if state is None:
            return {"type": "array"} if hasattr(runnable, "input_channels") else {}
        return {"properties": {name: {} for name in state.__annotations__}}
    return schema if isinstance(schema, Mapping) else {}


def _schema_input(schema: Mapping[str, Any]) -> ToInput:
    if schema.get("type") == "string":
        return question
    if schema.get("type") == "array":
        return list
    properties = schema.get("properties")
    if not properties or _MESSAGES in properties:
        return _under(_MESSAGES, list)
    needed = schema.get("required") or list(properties)
    lists = [n for n in needed if properties.get(n, {}).get("type") == "array"]
    return _named_input([name for name in needed if name not in lists], lists)


def _named_input(texts: Sequence[str], lists: Sequence[str]) -> ToInput:
    """Return the function for variables that are texts, and some that are messages."""
    if len(texts) > 1 or len(lists) > 1:
        names = ", ".join(sorted([*texts, *lists]))
        msg = (
            f"The input has several variables ({names}), which cannot all be filled "
            "from the messages. Pass a function: Served(runnable, input=lambda "
            "request: {...})."
        )
        raise ValueError(msg)
    if texts and lists:
        [text], [history] = texts, lists
        return lambda messages: {
            text: question(messages),
            history: _before_question(messages),
        }
    if texts:
        return _under(texts[0], question)
    return _under(lists[0] if lists else _MESSAGES, list)


def _before_question(messages: Messages) -> list[BaseMessage]:
    """Return the messages before the last one of the user."""
    return list(messages[: _place_of_question(messages)])


def _place_of_question(messages: Messages) -> int:
    """Return the index of the last message of the user."""
    for index in range(len(messages) - 1, -1, -1):
        if isinstance(messages[index], HumanMessage):
            return index
    msg = "The request has no message with the `role` `user`. Send one."
    raise refused(msg, "messages", "invalid_value")


def _under(name: str, value: ToInput) -> ToInput:
    return lambda messages: {name: value(messages)}
