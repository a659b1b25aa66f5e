"""Name the keys in Redis, and mark who owns an answer.

| Key | Type | Content |
| --- | --- | --- |
| `answer:<answer>` | hash | the mark of the owner, the wire, the worker |
| `events:<answer>` | stream | the events, then the end |
| `reader:<answer>` | string | is there while a client reads at another worker |
| `chat:<mark>` | string | the last answer to a chat |
| `worker:<worker>` | string | is there while the worker lives |
| `control:<worker>` | stream | the answers that the worker shall stop |
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from langchain_sse_chat.serve.kept.answer import Owner

PREFIX = "langchain_sse_chat:"
"""The beginning of all keys by default."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the keys.

    Neither API keys nor the IDs of chats stand in them.
    """

    prefix: str = PREFIX

    def answer(self, answer_id: str) -> str:
        """Return the key of what is known of an answer."""
        return f"{self.prefix}answer:{answer_id}"

    def events(self, answer_id: str) -> str:
        """Return the key of the events of an answer."""
        return f"{self.prefix}events:{answer_id}"

    def reader(self, answer_id: str) -> str:
        """Return the key that says that a client reads at another worker."""
        return f"{self.prefix}reader:{answer_id}"

    def chat(self, owner: Owner) -> str:
        """Return the key of the last answer to a chat."""
        return f"{self.prefix}chat:{mark_of(owner)}"

    def worker(self, worker: str) -> str:
        """Return the key that says that a worker lives."""
        return f"{self.prefix}worker:{worker}"

    def control(self, worker: str) -> str:
        """Return the key of the requests to a worker."""
        return f"{self.prefix}control:{worker}"


def mark_of(owner: Owner) -> str:
    """Return a digest of the owner of an answer, the same in every process."""
    chat = "" if owner.chat_id is None else f"chat {owner.chat_id}"
    text = f"langchain-sse-chat owner {owner.holder} {chat}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
