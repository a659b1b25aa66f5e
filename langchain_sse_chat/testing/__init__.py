"""Run a chat-completions server inside the process, to test applications.

It needs only the standard library and can stand in for any provider.
"""

from langchain_sse_chat.testing.gigachat import ScriptedGigaChat
from langchain_sse_chat.testing.replies import Reply, Scripted
from langchain_sse_chat.testing.request import Request
from langchain_sse_chat.testing.server import ScriptedServer

__all__ = ["Reply", "Request", "Scripted", "ScriptedGigaChat", "ScriptedServer"]
