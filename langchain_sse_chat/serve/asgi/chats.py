"""Find the running answers of a chat, so that its page can stop them."""

from __future__ import annotations

from dataclasses import dataclass

from langchain_sse_chat.serve.asgi.answering import Registry
from langchain_sse_chat.serve.kept.answer import Owner
from langchain_sse_chat.serve.run import Run


class OpenChats:
    """The answers of this process that are being given to chats."""

    def __init__(self) -> None:
        self._runs: dict[Owner, set[Run]] = {}

    def __len__(self) -> int:
        return len(self._runs)

    def registry(self, key: Owner, beside: Registry) -> Registry:
        """Return a registry for an answer to a chat.

        Args:
            key: The key of the client and the chat.
            beside: Gets the answer too.
        """
        return _ChatRegistry(self, key, beside)

    def stop(self, key: Owner) -> bool:
        """Stop the answers to a chat; return whether there were any."""
        runs = tuple(self._runs.get(key, ()))
        for run in runs:
            run.stop_on_request()
        return bool(runs)

    def add(self, key: Owner, run: Run) -> None:
        """Take an answer to a chat."""
        self._runs.setdefault(key, set()).add(run)

    def remove(self, key: Owner, run: Run) -> None:
        """Drop an answer that has ended."""
        runs = self._runs[key]
        runs.remove(run)
        if not runs:
            del self._runs[key]


@dataclass(frozen=True, slots=True)
class _ChatRegistry:
    chats: OpenChats
    key: Owner
    beside: Registry

    def add(self, run: Run) -> None:
        """Take a run that begins."""
        self.beside.add(run)
        self.chats.add(self.key, run)

    def remove(self, run: Run) -> None:
        """Drop a run that has ended."""
        self.chats.remove(self.key, run)
        self.beside.remove(run)
