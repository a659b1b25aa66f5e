"""A LangChain chat model for any server that streams chat completions over SSE.

```python
from langchain_sse_chat import ChatSSE

chat = ChatSSE(model="gpt-4o", base_url="https://api.aitunnel.ru/v1", api_key="…")
for chunk in chat.stream("Why is the sky blue?"):
    print(chunk.content, end="", flush=True)
```
"""

from typing import TYPE_CHECKING, Any

# Imported first to save time: if another of its modules comes first, LangChain takes a
# twelfth longer.
import langchain_core.language_models.chat_models  # noqa: F401

from langchain_sse_chat._version import __version__
from langchain_sse_chat.chat_models import ChatSSE
from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectionFailedError,
    ContextLengthError,
    EventTooLargeError,
    InvalidRequestError,
    MalformedChunkError,
    MalformedEmbeddingsError,
    ModelClosedError,
    NotAnEventStreamError,
    NotFoundError,
    PermissionDeniedError,
    ProtocolError,
    RateLimitError,
    RefusalError,
    ServerError,
    SSEChatError,
    StatusError,
    StreamError,
    StreamTruncatedError,
    StructuredOutputError,
    TimedOutError,
)
from langchain_sse_chat.providers import ModelFacts, Provider
from langchain_sse_chat.sse import ServerSentEvent, SSEDecoder

if TYPE_CHECKING:
    from langchain_sse_chat.catalog import ServerModel
    from langchain_sse_chat.embeddings import CompatibleEmbeddings
    from langchain_sse_chat.model_names import chat_model

__all__ = [
    "AuthenticationError",
    "ChatSSE",
    "CompatibleEmbeddings",
    "ConfigurationError",
    "ConnectionFailedError",
    "ContextLengthError",
    "Dialect",
    "EventTooLargeError",
    "InvalidRequestError",
    "MalformedChunkError",
    "MalformedEmbeddingsError",
    "ModelClosedError",
    "ModelFacts",
    "NotAnEventStreamError",
    "NotFoundError",
    "PermissionDeniedError",
    "ProtocolError",
    "Provider",
    "RateLimitError",
    "RefusalError",
    "SSEChatError",
    "SSEDecoder",
    "ServerError",
    "ServerModel",
    "ServerSentEvent",
    "StatusError",
    "StreamError",
    "StreamTruncatedError",
    "StructuredOutputError",
    "TimedOutError",
    "__version__",
    "chat_model",
]


def __getattr__(name: str) -> Any:
    """Import on first access what few programs need."""
    if name == "CompatibleEmbeddings":
        from langchain_sse_chat.embeddings import CompatibleEmbeddings  # noqa: PLC0415

        return CompatibleEmbeddings
    if name == "ServerModel":
        from langchain_sse_chat.catalog import ServerModel  # noqa: PLC0415

        return ServerModel
    if name == "chat_model":
        from langchain_sse_chat.model_names import chat_model  # noqa: PLC0415

        return chat_model
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
