"""Answers that are open over a client, so that closing the client can end them.

httpx closes connections under their readers, who would wait on (sync, aiohttp) or
blame the server.
"""

from __future__ import annotations

import weakref
from typing import Protocol

import httpx

Client = httpx.Client | httpx.AsyncClient


class Stoppable(Protocol):
    """An answer that is waited for or read, maybe by another thread."""

    def stop(self) -> None:
        """Make its reader fail, at once, because the model was closed."""


# Sets of weak references are changed in one step each, so that no thread needs a lock:
# a collection of garbage may close an answer at any moment, and a fork copy any lock.
_open: weakref.WeakKeyDictionary[Client, set[weakref.ref[Stoppable]]] = (
    weakref.WeakKeyDictionary()
)
_stopped: weakref.WeakSet[Client] = weakref.WeakSet()


def opened(client: Client, answer: Stoppable) -> None:
    """Note an answer; it is stopped at once when the client's answers were."""
    _open.setdefault(client, set()).add(weakref.ref(answer))
    if client in _stopped:
        answer.stop()


def ended(client: Client, answer: Stoppable) -> None:
    """Forget an answer."""
    _open.get(client, set()).discard(weakref.ref(answer))


def stop_all(client: Client) -> None:
    """Stop the answers of a client that is about to be closed."""
    _stopped.add(client)
    for noted in list(_open.get(client, ())):
        answer = noted()
        if answer is not None:  # pragma: no branch - garbage that is not collected yet
            answer.stop()
