"""Conversations as JSON, in the form of LangChain's messages."""

from __future__ import annotations

import json
from collections.abc import Sequence

from langchain_core.messages import (
    BaseMessage,
    messages_from_dict,
    messages_to_dict,
)

from langchain_sse_chat.cli.load import CommandError
from langchain_sse_chat.wire.jsontext import dumps


def dump_messages(messages: Sequence[BaseMessage]) -> str:
    """Return the JSON of messages, as `messages_to_dict` writes them."""
    return dumps(messages_to_dict(messages), indent=2) + "\n"


def read_messages(name: str, text: str) -> list[BaseMessage]:
    """Return the messages of a JSON text.

    Args:
        name: The name of the file, for an error.
        text: Its content.

    Raises:
        CommandError: It is not a list of messages.
    """
    try:
        found = json.loads(text)
        if isinstance(found, list):
            return messages_from_dict(found)
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        pass
    msg = f"{name} is not a saved conversation: a JSON list of LangChain messages."
    raise CommandError(msg)
