"""Serve any LangChain model, chain or agent over server-sent events.

The wire is that of OpenAI's chat completions, or plain events for `EventSource`. The
encoders need no web framework.
"""

from langchain_sse_chat.serve.encoder import (
    CompletionEncoder,
    OpenAIEncoder,
    PlainEncoder,
)

__all__ = ["CompletionEncoder", "OpenAIEncoder", "PlainEncoder"]
