"""Serve any LangChain model, chain or agent over server-sent events.

The wire is that of OpenAI's chat completions, plain events for `EventSource`, or the UI
message stream of the AI SDK. The encoders need no web framework; `create_app` and
`EventStreamResponse` need the extra `serve`.
"""

import importlib
from typing import TYPE_CHECKING, Any

from langchain_sse_chat.serve.encoder import (
    CompletionEncoder,
    OpenAIEncoder,
    PlainEncoder,
    UIMessageEncoder,
)
from langchain_sse_chat.serve.failure.failure import Failure, RequestRefused
from langchain_sse_chat.serve.request.chat_request import ChatRequest
from langchain_sse_chat.serve.request.ui_messages import read_ui_messages
from langchain_sse_chat.serve.targets.served import Served

if TYPE_CHECKING:
    from langchain_sse_chat.serve.asgi.create_app import create_app
    from langchain_sse_chat.serve.asgi.response import EventStreamResponse

__all__ = [
    "ChatRequest",
    "CompletionEncoder",
    "EventStreamResponse",
    "Failure",
    "OpenAIEncoder",
    "PlainEncoder",
    "RequestRefused",
    "Served",
    "UIMessageEncoder",
    "create_app",
    "read_ui_messages",
]


_MODULES = {"create_app": "asgi.create_app", "EventStreamResponse": "asgi.response"}
"""Where the names are that need the extra."""


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    try:
        module = importlib.import_module(f"{__name__}.{_MODULES[name]}")
    except ImportError as error:
        if error.name is None or error.name.partition(".")[0] != "starlette":
            raise
        msg = f"{name} needs Starlette: pip install 'langchain-sse-chat[serve]'"
        raise ImportError(msg, name="starlette") from None
    return getattr(module, name)
