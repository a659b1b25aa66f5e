"""Put log probabilities on the chunks of their texts, so that LangChain merges them.

LangChain concatenates lists, but adds up numbers, and merges items of lists that have
an `index`. So only lists of objects without one are on the chunks, as in OpenAI's form
(https://platform.openai.com/docs/api-reference/chat-streaming); the rest is on the last
chunk. The merged message has everything once.
"""

from __future__ import annotations

from typing import Any


class LogprobPieces:
    """Splits the log probabilities of an answer into those of its chunks."""

    __slots__ = ("_held", "_keys", "_sent")

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._held: set[str] = set()
        """The keys whose further items are for the last chunk, to keep their order."""
        self._sent: set[int] = set()
        """The identities of the items so far, which the whole answer has too."""

    def piece(self, logprobs: dict[str, Any]) -> dict[str, Any]:
        """Return the part that can be on the chunk."""
        piece = {
            key: value
            for key, value in logprobs.items()
            if key not in self._held and (value is None or _can_be_merged(value))
        }
        self._held.update(logprobs.keys() - piece.keys())
        for key, items in piece.items():
            if items:
                self._keys.add(key)
                self._sent.update(map(id, items))
        return piece

    def rest(self, whole: dict[str, Any]) -> dict[str, Any] | None:
        """Return the part for the last chunk, `None` if nothing is missing.

        Args:
            whole: The log probabilities of the entire answer.
        """
        rest: dict[str, Any] = {}
        for key, value in whole.items():
            if key not in self._keys:
                rest[key] = value
            elif isinstance(value, list):
                rest[key] = [item for item in value if id(item) not in self._sent]
        missing = [v for v in rest.values() if v is not None and v != []]
        return rest if missing else None


def _can_be_merged(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, dict) and "index" not in item for item in value
    )
