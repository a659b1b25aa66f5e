"""Watch the model calls of a graph: which are made inside tools, and their tokens."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import LLMResult

_INTERNAL = "lc_internal_call"
"""The key in the metadata of calls that middleware of LangChain makes for itself, such
as a summary (`internal_call_metadata` of `langchain.agents.middleware`)."""


class ModelCalls(BaseCallbackHandler):
    """Holds the model calls of one run of a graph.

    A call is known by the object that holds its metadata, which LangGraph hands out
    with each chunk.
    """

    run_inline = True

    def __init__(self) -> None:
        self._in_tools: set[UUID] = set()
        self._keys: dict[UUID, int] = {}
        self._direct: dict[int, Any] = {}
        self.usages: list[tuple[int | None, UsageMetadata]] = []
        """The usage of each call that has ended, with its key."""
        self.message_ids: set[str] = set()
        """The IDs of the messages whose usage is among these."""

    def key(self, metadata: Any) -> int | None:
        """Return the key of a call, `None` if its text is not for the client."""
        key = id(metadata)
        return key if key in self._direct else None

    def on_chain_start(
        self,
        *_: Any,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        **__: Any,
    ) -> None:
        """Note whether a tool runs the chain."""
        if parent_run_id in self._in_tools:
            self._in_tools.add(run_id)

    def on_tool_start(
        self,
        *_: Any,
        run_id: UUID,
        **__: Any,
    ) -> None:
        """Note the tool."""
        self._in_tools.add(run_id)

    def on_chat_model_start(
        self,
        *_: Any,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        metadata: dict[str, Any] | None = None,
        **__: Any,
    ) -> None:
        """Note the call unless a tool makes it, or middleware for itself."""
        is_internal = metadata is not None and _INTERNAL in metadata
        if parent_run_id not in self._in_tools and not is_internal:
            self._keys[run_id] = id(metadata)
            # Kept, so that no other object gets its ID.
            self._direct[id(metadata)] = metadata

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **__: Any) -> None:
        """Note the tokens of a call."""
        for generation in response.generations[0]:
            message = getattr(generation, "message", None)
            if isinstance(message, AIMessage) and message.usage_metadata:
                usage = (self._keys.get(run_id), message.usage_metadata)
                self.usages.append(usage)
                if message.id:
                    self.message_ids.add(message.id)
