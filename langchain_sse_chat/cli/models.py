"""`langchain-sse-chat models`: print the models of a server."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TextIO

from langchain_sse_chat.catalog import ServerModel
from langchain_sse_chat.chat_models import ChatSSE
from langchain_sse_chat.errors import ConfigurationError, SSEChatError
from langchain_sse_chat.wire.jsontext import dumps

_FAILED = 1
_USAGE = 2
"""The exit status of a command that cannot be carried out."""


def main(argv: Sequence[str], out: TextIO | None = None) -> int:
    """Print the models of a server; return the exit status.

    Args:
        argv: The arguments after `models`.
        out: The output; `None` for standard output.
    """
    out = sys.stdout if out is None else out
    parser = _parser()
    given = parser.parse_args(argv)
    try:
        with ChatSSE(
            # The list does not depend on it.
            model="any",
            provider=given.provider,
            base_url=given.base_url,
            api_key=os.environ.get(given.api_key_env) if given.api_key_env else None,
        ) as chat:
            models = chat.models()
    except SSEChatError as error:
        sys.stderr.write(f"{parser.prog}: error: {error}\n")
        return _USAGE if isinstance(error, ConfigurationError) else _FAILED
    out.write(_as_json(models) if given.json else _names(models))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="langchain-sse-chat models",
        description="Print the models of a server, one name on each line.",
    )
    add = parser.add_argument
    add("--provider", help="a provider of the table, such as openrouter")
    add("--base-url", help="the address of the server")
    add(
        "--api-key-env",
        metavar="NAME",
        help="the variable with the key [that of the provider]",
    )
    add("--json", action="store_true", help="print everything that the server tells")
    return parser


def _names(models: Iterable[ServerModel]) -> str:
    return "".join(f"{model.id}\n" for model in models)


def _as_json(models: Iterable[ServerModel]) -> str:
    found = [asdict(model) for model in models]
    return f"{dumps(found, indent=2, default=_time)}\n"


def _time(value: datetime) -> str:
    return value.isoformat()
