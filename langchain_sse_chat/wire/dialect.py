"""A dialect: the facts in which a server's requests differ from the others'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a server wants its requests to look like, one field a fact.

    The defaults are what most servers accept. Make a variant with
    `dataclasses.replace`.
    """

    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """The body field for the limit on generated tokens.

    OpenAI's reasoning models refuse `max_tokens`
    (https://platform.openai.com/docs/api-reference/chat/create); most other servers
    know only that.
    """

    system_role: Literal["system", "developer"] = "system"
    """The role under which a system message is sent."""

    supports_stream_options: bool = True
    """Whether `stream_options.include_usage` may ask for usage in a stream."""
