"""Print an answer token by token: `langchain-sse-chat "question"`.

Without an endpoint in the environment the embedded server answers, so that a first try
needs no key and no network.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

from langchain_core.messages import AIMessageChunk

from langchain_sse_chat.chat_models import ChatSSE
from langchain_sse_chat.cli.ending import run_command
from langchain_sse_chat.cli.endpoint import endpoint_of, has_endpoint
from langchain_sse_chat.cli.extra import ExtraMissingError, needs_extra
from langchain_sse_chat.cli.load import CommandError
from langchain_sse_chat.cli.option_names import words_for
from langchain_sse_chat.cli.parser import PROGRAM
from langchain_sse_chat.cli.safe_text import safe
from langchain_sse_chat.errors import SSEChatError
from langchain_sse_chat.testing import Reply, ScriptedServer
from langchain_sse_chat.transport.url import safe_url

_QUESTION = "Write a song of one verse about goldfish on the moon."

_SONG = (
    "A goldfish sailed up to the moon one night,\n"
    "In a bowl full of silvery, weightless light.\n"
    "She circled the craters and sang to the sea:\n"
    "«How near it all looks, and how far it must be!»"
)


def main(
    argv: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    out: TextIO | None = None,
    pace: float = 0.04,
) -> int:
    """Run the demo; return the exit status.

    Args:
        argv: The words of the question; without any, it asks its own.
        environment: The variables with the endpoint; `None` for those of the process.
        out: The output; `None` for standard output.
        pace: Seconds between two tokens of the song; the default is a fast reader's.
    """
    out = sys.stdout if out is None else out
    environment = os.environ if environment is None else environment
    question = " ".join(argv)

    def show() -> int:
        if argv and not question.strip():
            msg = "The question is empty."
            raise CommandError(msg)
        return _show(environment, question, out, pace)

    return run_command(PROGRAM, out, show, words_for(environment))


def _show_served(status: int, out: TextIO) -> int:
    """Show the other side of the wire after the demo; return the status as it is."""
    try:
        with needs_extra():
            from langchain_sse_chat.cli.served_demo import (  # noqa: PLC0415
                served_lines,
            )
    except ExtraMissingError as error:
        out.write(f"\n{error}\n")
    else:
        out.write(f"\n{served_lines()}")
    return status


ENDPOINT = (
    "Set OPENAI_API_KEY, BASE_URL and MODEL to stream from a real endpoint; PROVIDER "
    "names one from the table, such as openai, megallm or aitunnel, instead of "
    "BASE_URL."
)


def _show(
    environment: Mapping[str, str], question: str, out: TextIO, pace: float
) -> int:
    if question:
        return _show_answers(environment, question, out, pace)
    return _show_served(_show_answers(environment, _QUESTION, out, pace), out)


def _show_answers(
    environment: Mapping[str, str], question: str, out: TextIO, pace: float
) -> int:
    hint = "" if has_endpoint(environment) else f"\n{ENDPOINT}\n"
    with _chat(environment, question, pace) as (chat, name):
        out.write(f"Asking {chat.model} at {name}: {question}\n\n")
        _show_stream(chat, question, out)
        if has_endpoint(environment) or question != _QUESTION:
            out.write(hint)  # an endpoint may be paid for, so it is asked once
            return 0
        return asyncio.run(_show_events(chat, question, out, hint))


@contextlib.contextmanager
def _chat(
    environment: Mapping[str, str], question: str, pace: float
) -> Iterator[tuple[ChatSSE, str]]:
    """Yield a model for the endpoint of the environment or for the embedded server."""
    if has_endpoint(environment):
        with ChatSSE(**endpoint_of(environment)) as chat:
            yield chat, safe_url(str(chat.base_url))
        return
    with ScriptedServer() as server:
        if question == _QUESTION:
            song = Reply.text(_SONG, delay=pace, first_delay=pace)
            server.script(song, song)
        with ChatSSE(model="echo", base_url=server.base_url) as chat:
            yield chat, f"the embedded server ({server.base_url})"


def _show_stream(chat: ChatSSE, question: str, out: TextIO) -> None:
    out.write("chat.stream():\n")
    start = time.perf_counter()
    times: list[float] = []
    message: AIMessageChunk | None = None
    try:
        for chunk in chat.stream(question):
            if chunk.text:
                times.append(time.perf_counter() - start)
                _show_text(chunk.text, out)
            message = chunk if message is None else message + chunk
    except SSEChatError:  # its sentence has a line of its own
        out.write("\n")
        raise
    usage: Any = (message and message.usage_metadata) or {}
    out.write(f"\n\n{_pace(times, usage.get('output_tokens'))}\n")
    if usage:
        out.write(
            f"usage: {usage['input_tokens']} tokens in, {usage['output_tokens']} out, "
            f"{usage['total_tokens']} in all\n"
        )


def _show_text(text: str, out: TextIO) -> None:
    """Show a piece of an answer, on a terminal without orders to it."""
    out.write(safe(text) if out.isatty() else text)
    out.flush()


def _pace(times: Sequence[float], output_tokens: int | None) -> str:
    if not times:
        return "no text came"
    count = output_tokens or len(times)
    rate = count / times[-1] if times[-1] else 0.0
    return (
        f"first token after {times[0] * 1000:.0f} ms, {count} tokens in "
        f"{times[-1]:.2f} s: {rate:.0f} tokens a second"
    )


async def _show_events(chat: ChatSSE, question: str, out: TextIO, hint: str) -> int:
    out.write("\nchat.astream_events():\n")
    counts: Counter[str] = Counter()
    async for event in chat.astream_events(question, version="v2"):
        counts[event["event"]] += 1
        data: Any = event["data"]
        if event["event"] == "on_chat_model_stream" and data["chunk"].text:
            _show_text(f"{data['chunk'].text}|", out)
    summary = ", ".join(f"{count} {name}" for name, count in counts.items())
    out.write(f"\n\n{summary}\n{hint}")
    return 0
