"""A schema in the prompt."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.prompt_values import ChatPromptValue, StringPromptValue
from pydantic import BaseModel, Field

from langchain_sse_chat import ConfigurationError
from langchain_sse_chat.structured_output.instructions import (
    instructions_for,
    with_instructions,
)

ADDED = HumanMessage("add")


class Pay(BaseModel):
    """A payment."""

    to: str = Field(description="The receiver.")


def test_the_instructions_have_the_schema() -> None:
    text = instructions_for(Pay)

    assert '"description": "A payment."' in text
    assert '"The receiver."' in text
    assert '"required": ["to"]' in text


def test_a_schema_without_a_description_has_none() -> None:
    schema = {"title": "A", "type": "object", "properties": {"x": {"type": "string"}}}

    assert "description" not in instructions_for(schema)


def test_a_schema_is_needed() -> None:
    with pytest.raises(ConfigurationError, match="needs a schema"):
        instructions_for(None)


@pytest.mark.parametrize(
    ("prompt", "sent"),
    [
        ("Hi", "Hi\n\nadd"),
        ([SystemMessage("s")], [SystemMessage("s"), ADDED]),
        (SystemMessage("s"), [SystemMessage("s"), ADDED]),
        ([("user", "Hi")], [("user", "Hi"), ADDED]),
        (
            StringPromptValue(text="Hi"),
            ChatPromptValue(messages=[HumanMessage("Hi"), ADDED]),
        ),
    ],
    ids=["string", "messages", "message", "tuples", "prompt"],
)
def test_the_instructions_end_the_prompt(prompt: Any, sent: Any) -> None:
    assert with_instructions("add").invoke(prompt) == sent


def test_other_prompts_are_an_error() -> None:
    prompt: Any = {"a": "b"}

    with pytest.raises(ConfigurationError, match="A dict is not a prompt"):
        with_instructions("add").invoke(prompt)
