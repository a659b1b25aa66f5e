"""Keep the open answers of each client, so that closing the client ends them.

httpx closes connections without notifying their readers, which would keep waiting (in
sync code and with aiohttp) or blame the server.
"""

from __future__ import annotations

import weakref
from typing import Protocol

import httpx

Client = httpx.Client | httpx.AsyncClient


class Stoppable(Protocol):
    """An answer that is being received, perhaps by another thread."""

    def stop(self) -> None:
        """Make the reader fail immediately, because the model was closed."""


# Each change of these sets of weak references is atomic, so no lock is needed. A lock
# could deadlock: the garbage collector may close an answer at any moment, and a fork
# copies a lock that another thread holds.
_open: weakref.WeakKeyDictionary[Client, set[weakref.ref[Stoppable]]] = (
    weakref.WeakKeyDictionary()
)
_stopped: weakref.WeakSet[Client] = weakref.WeakSet()


def register(client: Client, answer: Stoppable) -> None:
    """Register an answer; stop it if the client's answers have been stopped."""
    _open.setdefault(client, set()).add(weakref.ref(answer))
    if client in _stopped:
        answer.stop()


def forget(client: Client, answer: Stoppable) -> None:
    """Forget an answer."""
    _open.get(client, set()).discard(weakref.ref(answer))


def stop_all(client: Client) -> None:
    """Stop the answers of a client that is about to be closed."""
    _stopped.add(client)
    for noted in list(_open.get(client, ())):
        answer = noted()
        if answer is not None:  # pragma: no branch - garbage that is not collected yet
            answer.stop()
