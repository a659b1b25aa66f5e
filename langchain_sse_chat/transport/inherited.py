"""What a forked process does with the connections that it has from its parent.

While a copy of a connection is open, the server does not see that the parent closes its
own, and generates on.
"""

from __future__ import annotations

import os
import socket
import weakref
from typing import Any

_of_threads: weakref.WeakSet[Any] = weakref.WeakSet()
_of_loops: weakref.WeakSet[Any] = weakref.WeakSet()
_sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()


def note(network_stream: Any) -> None:
    """Learn of a connection for blocking reads.

    Args:
        network_stream: A stream of httpcore.
    """
    _of_threads.add(network_stream)


def note_of_loop(network_stream: Any) -> None:
    """Learn of a connection of an event loop.

    Args:
        network_stream: A stream of httpcore; nothing happens to anything else.
    """
    if hasattr(network_stream, "get_extra_info"):
        _of_loops.add(network_stream)


def note_socket(connection: socket.socket) -> None:
    """Learn of the socket of a connection of an event loop."""
    _sockets.add(connection)


def close_inherited() -> None:
    """Close this process's copies of the connections made before it was forked."""
    for network_stream in list(_of_threads):
        network_stream.close()
    _of_threads.clear()
    for network_stream in list(_of_loops):
        _put_away(network_stream.get_extra_info("socket"))
    _of_loops.clear()
    for connection in list(_sockets):
        _put_away(connection)
    _sockets.clear()


def _put_away(connection: Any) -> None:
    """Close a socket under an event loop of the parent, without telling the loop.

    It would take the socket out of its selector, which is the parent's selector too.
    The file descriptor stays in use, so that whoever closes it later closes nobody
    else's.
    """
    if connection is None or connection.fileno() < 0:
        return
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, connection.fileno(), inheritable=False)
    os.close(nothing)
