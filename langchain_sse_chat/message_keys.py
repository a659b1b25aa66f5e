"""Names that stand on messages: written with an answer, read again for a request."""

MODEL_PROVIDER = "sse-chat"
"""`response_metadata["model_provider"]` of our messages and `ls_provider` of our runs.

A name of our own, whichever the server: LangChain finds the reader of content blocks
by it, and those of other packages drop fields that we keep.
"""

REASONING = "reasoning_content"
"""Field of `additional_kwargs` for the text of the reasoning."""

REASONING_KEY = "reasoning_key"
"""Field of `additional_kwargs` that tells where the reasoning came from."""

TOOL_CALL_EXTRAS = "tool_call_extras"
"""Field of `additional_kwargs` with the further keys of the tool calls, by call id."""
