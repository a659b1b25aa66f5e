"""`langchain-sse-chat probe`: print what a server does."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TextIO

from langchain_sse_chat.cli.ending import run_command
from langchain_sse_chat.cli.endpoint import key_in
from langchain_sse_chat.cli.option_names import words_for
from langchain_sse_chat.cli.parser import CommandParser
from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.probe import ProbeReport, probe
from langchain_sse_chat.probe.line import NOT_ASKED
from langchain_sse_chat.wire.jsontext import dumps

_ALL = 18
"""The requests for all questions."""


def main(argv: Sequence[str], out: TextIO | None = None) -> int:
    """Print what a server does; return the exit status.

    Args:
        argv: The arguments after `probe`.
        out: The output; `None` for standard output.
    """
    out = sys.stdout if out is None else out
    own = parser()
    given = own.parse_args(argv)

    def write() -> int:
        report = _with_advice(_ask(given), given.yes_spend)
        out.write(_as_json(report) if given.json else report.table(_width()))
        return 0

    words = words_for(
        {},  # a probe costs tokens, so its server is never that of a variable
        ("provider", "base_url", "api_key", "timeout", "record"),
        provider=given.provider,
        base_url=given.base_url,
        api_key_env=given.api_key_env,
    )
    return run_command(own.prog, out, write, words)


def _ask(given: argparse.Namespace) -> ProbeReport:
    if given.provider is None and given.base_url is None:
        msg = "Name the server: pass --base-url, or --provider for one of the table."
        raise ConfigurationError(msg)
    return probe(
        model=given.model,
        base_url=given.base_url,
        provider=given.provider,
        api_key=key_in(os.environ, given.api_key_env),
        api_key_env=given.api_key_env,
        max_requests=given.yes_spend,
        timeout=given.timeout,
        record=given.record,
    )


def parser() -> CommandParser:
    """Return the parser of the options."""
    parser = CommandParser(
        "probe",
        "Ask a server a few short questions and print what it does, and how to set "
        "ChatSSE for it. It sends up to 15 requests, which take up to 2,000 tokens.",
    )
    add = parser.add_argument
    add(
        "--base-url",
        metavar="URL",
        help="the address of the server, before /chat/completions",
    )
    add(
        "--provider",
        metavar="NAME",
        help="a provider of the table, such as openrouter",
    )
    add("--model", metavar="NAME", required=True, help="the name of the model")
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
        help=f"the most requests to send [15]; {_ALL} for all questions",
    )
    add(
        "--timeout",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="how long to wait for a token [60]",
    )
    return parser


def _with_advice(report: ProbeReport, limit: int) -> ProbeReport:
    """Say by which option the questions are asked that a limit left out."""
    if limit >= _ALL:
        return report
    advice = f"not asked: --yes-spend {_ALL} allows it"
    lines = (
        replace(line, evidence=advice) if line.evidence == NOT_ASKED else line
        for line in report.lines
    )
    return replace(report, lines=tuple(lines))


def _width() -> int:
    return shutil.get_terminal_size((100, 24)).columns


def _as_json(report: ProbeReport) -> str:
    return f"{dumps(report.as_dict(), indent=2)}\n"
