"""Open the socket that `serve` listens at."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

from langchain_sse_chat.cli.load import CommandError

_BACKLOG = 2048
_OTHERS = 0o007
"""The permissions of other users, who get none at a Unix socket."""


@contextlib.contextmanager
def listening(host: str, port: int, uds: str | None) -> Iterator[socket.socket]:
    """Yield a socket that listens; the file of a Unix socket is removed at the end.

    Args:
        host: A name or an address.
        port: The port, 0 for any that is free.
        uds: The path of a Unix socket to listen at instead.

    Raises:
        CommandError: Another program listens there, or it is not allowed.
    """
    try:
        sock = _at_port(host, port) if uds is None else _at_path(uds)
    except OSError as error:
        where = uds or f"{host} port {port}"
        other = "another --uds" if uds else _other_address(error)
        msg = f"Cannot listen at {where}: {error.strerror or error}. Choose {other}."
        raise CommandError(msg) from None
    try:
        yield sock
    finally:
        sock.close()
        if uds is not None:
            Path(uds).unlink(missing_ok=True)


def address_of(sock: socket.socket) -> str:
    """Return the URL of a socket that listens, of a Unix socket its path."""
    name = sock.getsockname()
    if isinstance(name, str):
        return name
    host = f"[{name[0]}]" if ":" in name[0] else name[0]
    return f"http://{host}:{name[1]}"


def _other_address(error: OSError) -> str:
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return "another --host"
    return "another --port, or 0 for any that is free"


def _at_port(host: str, port: int) -> socket.socket:
    [(family, kind, protocol, _, address), *_] = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    sock = socket.socket(family, kind, protocol)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return _bound(sock, address)


def _at_path(path: str) -> socket.socket:
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISSOCK(Path(path).stat().st_mode) and not _answers(path):
            Path(path).unlink()
    sock = socket.socket(socket.AF_UNIX)
    before = os.umask(_OTHERS)
    try:
        return _bound(sock, path)
    finally:
        os.umask(before)


def _answers(path: str) -> bool:
    """Return whether a program listens at a Unix socket."""
    with socket.socket(socket.AF_UNIX) as sock:
        try:
            sock.connect(path)
        except ConnectionRefusedError:
            return False
    return True


def _bound(sock: socket.socket, address: object) -> socket.socket:
    try:
        sock.bind(address)  # type: ignore[arg-type]  # as `getaddrinfo` gives it
        sock.listen(_BACKLOG)
        sock.set_inheritable(True)
    except OSError:
        sock.close()
        raise
    return sock
