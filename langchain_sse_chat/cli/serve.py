"""`langchain-sse-chat serve`: serve models, chains and agents over HTTP."""

from __future__ import annotations

import functools
import importlib
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from langchain_sse_chat.cli.extra import ExtraMissingError, needs_extra
from langchain_sse_chat.cli.listen import address_of, listening
from langchain_sse_chat.cli.load import CommandError
from langchain_sse_chat.cli.options import ServeOptions, parser, read_options
from langchain_sse_chat.cli.workers import Workers

if TYPE_CHECKING:
    from langchain_sse_chat.cli.served_app import ServedApp

_WORKS = True
_USAGE = 2
"""The exit status of a command that cannot be carried out."""
_SHOWN_NAMES = 5


def main(argv: Sequence[str]) -> int:
    """Serve until a signal ends it; return the exit status.

    Args:
        argv: The arguments after `serve`.
    """
    try:
        return _serve(read_options(argv))
    except (CommandError, ExtraMissingError) as error:
        sys.stderr.write(f"{parser().prog}: error: {error}\n")
        return _USAGE


def _serve(options: ServeOptions) -> int:
    with needs_extra():
        importlib.import_module("langchain_sse_chat.cli.server")
    from langchain_sse_chat.cli.served_app import application  # noqa: PLC0415

    with (
        application(options) as served,
        listening(options.host, options.port, options.uds) as sock,
    ):
        _announce(options, address_of(sock), served)
        if options.workers == 1:
            return _work(options, served.app, sock)
        workers = Workers(options.workers, functools.partial(_process, options, sock))
        return workers.run()


def _announce(options: ServeOptions, address: str, served: ServedApp) -> None:
    lines = [f"Serving {served.name} at {address}"]
    if served.models not in ([], [served.name]):
        lines.append(_names(served.models))
    if served.has_page and options.uds is None:
        lines.append(f"Chat with it in a browser: {address}/")
    if served.is_embedded:
        lines.append(
            "No model is configured, so the embedded server answers: it repeats what "
            "it is told. --provider and --model name another one."
        )
    if not served.has_keys and options.is_local:
        lines.append(
            "No API key is needed, so only programs on this machine can connect. "
            "--api-key-env names a variable with keys."
        )
    elif not served.has_keys:
        lines.append(
            f"No API key is needed: whoever reaches {options.host} can use the models, "
            "unless the application itself checks who asks."
        )
    if options.workers > 1 and not served.is_kept_for_all:
        lines.append(
            "A client that comes back may reach another worker, which does not have "
            "its answer. Redis keeps answers for all workers: --keep redis://localhost"
        )
    sys.stderr.write("\n".join(lines) + "\n")
    sys.stderr.flush()


def _names(models: Sequence[str]) -> str:
    shown, more = models[:_SHOWN_NAMES], len(models[_SHOWN_NAMES:])
    rest = f" and {more} more" if more else ""
    return f"{'Model' if len(models) == 1 else 'Models'}: {', '.join(shown)}{rest}"


def _work(
    options: ServeOptions,
    app: Any,
    sock: socket.socket,
    connection: Connection | None = None,
) -> int:
    from langchain_sse_chat.cli.server import Server, run  # noqa: PLC0415

    server = Server(
        app,
        log_level=options.log_level,
        drain_seconds=options.drain_seconds,
        started=functools.partial(_tell, connection),
    )
    return run(server, [sock])


def _tell(connection: Connection | None) -> None:
    """Report to the parent process, if there is one, that this one works."""
    if connection is not None:
        connection.send(_WORKS)


def _process(options: ServeOptions, sock: socket.socket, connection: Connection) -> Any:
    return multiprocessing.get_context("spawn").Process(
        target=worker, args=(options, sock, connection)
    )


def worker(options: ServeOptions, sock: socket.socket, connection: Connection) -> None:
    """Serve in a process of its own, which ends with its parent."""
    from langchain_sse_chat.cli.served_app import application  # noqa: PLC0415

    parent = multiprocessing.parent_process()
    if parent is not None:
        watch = threading.Thread(target=_end_after, args=(parent,), daemon=True)
        watch.start()
    with application(options) as served:
        sys.exit(_work(options, served.app, sock, connection))


def _end_after(parent: Any) -> None:
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
