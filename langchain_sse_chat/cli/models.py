"""`langchain-sse-chat models`: print the models of a server."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, TextIO

from langchain_sse_chat.catalog import ServerModel
from langchain_sse_chat.chat_models import ChatSSE
from langchain_sse_chat.cli.ending import one_line, run_command
from langchain_sse_chat.cli.endpoint import has_endpoint, server_of
from langchain_sse_chat.cli.load import CommandError
from langchain_sse_chat.cli.option_names import words_for
from langchain_sse_chat.cli.parser import CommandParser
from langchain_sse_chat.wire.jsontext import dumps


def main(argv: Sequence[str], out: TextIO | None = None) -> int:
    """Print the models of a server; return the exit status.

    Args:
        argv: The arguments after `models`.
        out: The output; `None` for standard output.
    """
    out = sys.stdout if out is None else out
    own = parser()
    given = own.parse_args(argv)

    def write() -> int:
        with ChatSSE(**_server(given), timeout=given.timeout) as chat:
            models = chat.models()
        out.write(_as_json(models) if given.json else _names(models))
        return 0

    words = words_for(
        os.environ,
        ("provider", "base_url", "api_key", "timeout"),
        provider=given.provider,
        base_url=given.base_url,
        api_key_env=given.api_key_env,
    )
    return run_command(own.prog, out, write, words)


def parser() -> CommandParser:
    """Return the parser of the options."""
    parser = CommandParser(
        "models",
        "Print the models of a server, one name on each line. Without --provider and "
        "--base-url, the server is that of the variables OPENAI_API_KEY, BASE_URL and "
        "PROVIDER.",
    )
    add = parser.add_argument
    add(
        "--provider",
        metavar="NAME",
        help="a provider of the table, such as openrouter",
    )
    add("--base-url", metavar="URL", help="the address of the server")
    add(
        "--api-key-env",
        metavar="NAME",
        help="the variable with the key [that of the provider]",
    )
    add(
        "--timeout",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="how long to wait for the list [60]",
    )
    add("--json", action="store_true", help="print everything that the server tells")
    return parser


def _server(given: argparse.Namespace) -> dict[str, Any]:
    options = {
        "provider": given.provider,
        "base_url": given.base_url,
        "api_key_env": given.api_key_env,
    }
    if not (any(options.values()) or has_endpoint(os.environ)):
        msg = "No server is named: use --provider or --base-url, or set OPENAI_API_KEY."
        raise CommandError(msg)
    return server_of(os.environ, **options)


def _names(models: Iterable[ServerModel]) -> str:
    return "".join(f"{one_line(model.id)}\n" for model in models)


def _as_json(models: Iterable[ServerModel]) -> str:
    found = [asdict(model) for model in models]
    return f"{dumps(found, indent=2, default=_time)}\n"


def _time(value: datetime) -> str:
    return value.isoformat()
