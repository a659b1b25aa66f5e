"""`langchain-sse-chat probe`: print what a server does."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from langchain_sse_chat.errors import ConfigurationError, SSEChatError
from langchain_sse_chat.probe import ProbeReport, probe
from langchain_sse_chat.wire.jsontext import dumps

_FAILED = 1
_USAGE = 2
"""The exit status of a command that cannot be carried out."""
_INTERRUPTED = 130
_BROKEN_PIPE = 141
"""The exit statuses that shells show for Ctrl-C and for a pipe that was closed."""


def main(argv: Sequence[str], out: TextIO | None = None) -> int:
    """Print what a server does; return the exit status.

    Args:
        argv: The arguments after `probe`.
        out: The output; `None` for standard output.
    """
    out = sys.stdout if out is None else out
    parser = _parser()
    given = parser.parse_args(argv)
    try:
        report = _ask(given)
    except SSEChatError as error:
        sys.stderr.write(f"{parser.prog}: error: {' '.join(str(error).split())}\n")
        return _USAGE if isinstance(error, ConfigurationError) else _FAILED
    except KeyboardInterrupt:
        sys.stderr.write(f"{parser.prog}: interrupted\n")
        return _INTERRUPTED
    try:
        out.write(_as_json(report) if given.json else report.table(_width()))
        out.flush()
    except BrokenPipeError:
        # What is left in the buffer would fail again at exit.
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), out.fileno())
        return _BROKEN_PIPE
    return 0


def _ask(given: argparse.Namespace) -> ProbeReport:
    if given.provider is None and given.base_url is None:
        msg = "Name the server: pass --base-url, or --provider for one of the table."
        raise ConfigurationError(msg)
    variable = given.api_key_env
    key = os.environ.get(variable) if variable else None
    if variable and not key:
        msg = f"The variable {variable} has no key. Set it, or leave out --api-key-env."
        raise ConfigurationError(msg)
    return probe(
        model=given.model,
        base_url=given.base_url,
        provider=given.provider,
        api_key=key,
        api_key_env=variable,
        max_requests=given.yes_spend,
        timeout=given.timeout,
        record=given.record,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="langchain-sse-chat probe",
        description=(
            "Ask a server a few short questions and print what it does, and how to set "
            "ChatSSE for it. It sends up to 15 requests, which take up to 2,000 tokens."
        ),
    )
    add = parser.add_argument
    add("--base-url", help="the address of the server, before /chat/completions")
    add("--provider", help="a provider of the table, such as openrouter")
    add("--model", required=True, help="the name of the model")
    add(
        "--api-key-env",
        metavar="NAME",
        help="the variable with the key [that of the provider]",
    )
    add("--json", action="store_true", help="print JSON instead of a table")
    add("--record", metavar="FOLDER", help="record all requests, without keys")
    add(
        "--yes-spend",
        type=int,
        default=15,
        metavar="N",
        help="the most requests to send [15]",
    )
    add(
        "--timeout",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="how long to wait for a token [60]",
    )
    return parser


def _width() -> int:
    return shutil.get_terminal_size((100, 24)).columns


def _as_json(report: ProbeReport) -> str:
    return f"{dumps(report.as_dict(), indent=2)}\n"
