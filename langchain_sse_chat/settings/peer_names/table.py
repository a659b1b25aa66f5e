"""Collect the arguments of other packages."""

from __future__ import annotations

from collections.abc import Mapping

from langchain_sse_chat.settings.peer_names import azure, openai, openrouter, others
from langchain_sse_chat.settings.peer_names.peer_name import PeerName

PEERS: Mapping[str, Mapping[str, PeerName]] = {
    "ChatOpenAI": openai.CHAT,
    "AzureChatOpenAI": azure.CHAT,
    "ChatDeepSeek": others.DEEPSEEK,
    "ChatOpenRouter": openrouter.CHAT,
    "ChatXAI": others.XAI,
    "ChatGroq": others.GROQ,
}
"""All constructor arguments of each class, except those of LangChain's own."""

CONNECTION_NAMES: dict[str, PeerName] = {
    **others.CONNECTIONS,
    **openai.CONNECTION,
    **azure.CONNECTION,
    **openrouter.CONNECTION,
}
"""The arguments about the connection, in any class of this package."""

CHAT_NAMES: dict[str, PeerName] = {
    name: row for rows in PEERS.values() for name, row in rows.items()
} | CONNECTION_NAMES
"""The arguments of a chat model."""
