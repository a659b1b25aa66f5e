"""Keep TCP connections alive while nothing is sent.

A model may think for minutes. Routers and load balancers forget a connection on which
nothing is sent, most of them after five minutes and some after one, without telling
either side. So the system sends an empty packet after a minute of silence. It also
detects a server that is gone: after 60 seconds and four packets without an answer, 120
seconds in all, reading fails.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from functools import cache
from typing import Any

SocketOption = tuple[int, int, int]
"""A level, a name, and a value, as for `socket.setsockopt`."""

_IDLE = 60
"""Seconds of silence before the first packet."""

_INTERVAL = 15
"""Seconds between packets that are not answered."""

_COUNT = 4
"""Packets without an answer after which the connection is lost."""

_TIMES = {
    "TCP_KEEPIDLE": _IDLE,
    "TCP_KEEPALIVE": _IDLE,  # macOS
    "TCP_KEEPINTVL": _INTERVAL,
    "TCP_KEEPCNT": _COUNT,
}
"""Names in `socket`, each only on some systems. Without them, the system's own times
apply: usually two hours."""


@cache
def keep_alive_options() -> tuple[SocketOption, ...]:
    """Return the options for a new connection.

    Python has the names of those that the running system knows.
    """
    wanted = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
    for name, seconds in _TIMES.items():
        if (option := getattr(socket, name, None)) is not None:
            wanted.append((socket.IPPROTO_TCP, option, seconds))
    return tuple(wanted)


def keep_alive(transport: Any) -> None:
    """Set the options on the connection of an asyncio transport, if it has a socket."""
    sock = transport.get_extra_info("socket")
    if sock is None:
        return
    with suppress(OSError):  # not a TCP socket
        for option in keep_alive_options():
            sock.setsockopt(*option)
