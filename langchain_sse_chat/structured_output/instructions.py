"""Put the instructions for the format of an answer into the prompt."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import BaseMessage, HumanMessage
from langchain_core.prompt_values import ChatPromptValue, PromptValue
from langchain_core.runnables import Runnable, RunnableLambda

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.request.tools import ToolLike, output_schema

_INSTRUCTIONS = """\
Answer with one JSON object that conforms to this JSON schema, and with nothing else:

{schema}"""


def instructions_for(schema: ToolLike | None) -> str:
    """Return the instructions for an answer in the shape of a schema.

    Raises:
        ConfigurationError: There is no schema, or it is not valid.
    """
    if schema is None:
        msg = (
            "The method 'format_instructions' needs a schema. `json_mode` works "
            "without one."
        )
        raise ConfigurationError(msg)
    wanted = output_schema(schema)
    fields: dict[str, Any] = dict(wanted.parameters)
    if wanted.description:
        fields = {"description": wanted.description, **fields}
    return _INSTRUCTIONS.format(schema=json.dumps(fields, ensure_ascii=False))


def with_instructions(
    instructions: str,
) -> Runnable[LanguageModelInput, LanguageModelInput]:
    """Return a runnable that adds instructions to the end of a prompt."""

    def add(prompt: LanguageModelInput) -> LanguageModelInput:
        return _added(prompt, instructions)

    return RunnableLambda(add, name="format_instructions")


def _added(prompt: Any, instructions: str) -> LanguageModelInput:
    if isinstance(prompt, str):
        return f"{prompt}\n\n{instructions}"
    message = HumanMessage(instructions)
    if isinstance(prompt, PromptValue):
        return ChatPromptValue(messages=[*prompt.to_messages(), message])
    if isinstance(prompt, BaseMessage):
        return [prompt, message]
    if isinstance(prompt, Sequence) and not isinstance(prompt, Mapping):
        return [*prompt, message]
    msg = (
        f"A {type(prompt).__name__} is not a prompt. Pass a string, a list of "
        "messages, or a prompt value."
    )
    raise ConfigurationError(msg)
