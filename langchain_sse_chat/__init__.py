"""A LangChain chat model for any server that streams chat completions over SSE."""

from langchain_sse_chat._version import __version__
from langchain_sse_chat.sse import ServerSentEvent, SSEDecoder

__all__ = ["SSEDecoder", "ServerSentEvent", "__version__"]
