"""Define the keys of message fields that answers write and requests read."""

MODEL_PROVIDER = "sse-chat"
"""`response_metadata["model_provider"]` of our messages and `ls_provider` of our runs.

It is the same for all servers: LangChain chooses the reader of content blocks by it,
and the readers of other packages drop fields that this package keeps.
"""

REASONING = "reasoning_content"
"""Field of `additional_kwargs` for the text of the reasoning."""

REASONING_KEY = "reasoning_key"
"""Field of `additional_kwargs` for the source of the reasoning."""

TOOL_CALL_EXTRAS = "tool_call_extras"
"""Field of `additional_kwargs` with other keys of the tool calls, by call ID."""
