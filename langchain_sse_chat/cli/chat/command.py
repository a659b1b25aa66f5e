"""`langchain-sse-chat chat`: its options, and how it starts and ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TextIO

from langchain_sse_chat.cli.chat.answer_view import (
    AnswerView,
    PlainStream,
    Style,
    wrapped,
)
from langchain_sse_chat.cli.chat.conversation import Conversation
from langchain_sse_chat.cli.chat.markdown_stream import MarkdownStream
from langchain_sse_chat.cli.chat.rich_markdown import rich_renderer
from langchain_sse_chat.cli.chat.shell import Shell
from langchain_sse_chat.cli.chat.terminal import (
    history_file,
    line_editing,
    quiet_control_keys,
    style_of,
    width_of,
)
from langchain_sse_chat.cli.chat.turn import Turn
from langchain_sse_chat.cli.ending import run_command
from langchain_sse_chat.cli.endpoint_model import EndpointModel, paced_server
from langchain_sse_chat.cli.load import CommandError
from langchain_sse_chat.cli.option_names import Words, words_for
from langchain_sse_chat.cli.parser import CommandParser
from langchain_sse_chat.testing import ScriptedServer
from langchain_sse_chat.transport.url import safe_url

_DESCRIPTION = """\
Chat with a model in the terminal. Type /help there to see the commands.

Without a terminal, standard input is the question, and only the answer is printed:

  echo "Hello" | langchain-sse-chat chat"""
_EPILOG = """\
Without --provider and --base-url, the endpoint is that of the variables \
OPENAI_API_KEY, BASE_URL, MODEL and PROVIDER. Without these, a server inside the \
program answers, which repeats what you say.

Exit status: 0 after an answer, 1 if there was an error instead, 2 for options that \
cannot be used, 130 after Ctrl-C, 141 if the reader of the output is gone."""


def main(
    argv: Sequence[str],
    environment: Mapping[str, str] | None = None,
    source: TextIO | None = None,
    out: TextIO | None = None,
) -> int:
    """Chat; return the exit status.

    Args:
        argv: The arguments after `chat`.
        environment: The variables with the endpoint; `None` for those of the process.
        source: The input; `None` for standard input.
        out: The output; `None` for standard output.
    """
    environment = os.environ if environment is None else environment
    source = sys.stdin if source is None else source
    out = sys.stdout if out is None else out
    own = parser()
    given = own.parse_args(argv)
    words = words_for(
        environment,
        ("provider", "base_url", "api_key"),
        provider=given.provider,
        base_url=given.base_url,
        api_key_env=given.api_key_env,
    )

    def run() -> int:
        style = style_of(out, environment)
        is_chat = source.isatty() and style.is_terminal
        with EndpointModel(
            environment,
            model=given.model,
            provider=given.provider,
            base_url=given.base_url,
            api_key_env=given.api_key_env,
            resumes=given.resume,
            embedded=paced_server if is_chat else ScriptedServer,
        ) as endpoint:
            conversation = Conversation(given.system)
            if is_chat:
                return _chat(
                    endpoint, conversation, style, environment, out, words=words
                )
            return _answer(endpoint, conversation, style, source, out)

    return run_command(own.prog, out, run, words)


def parser() -> CommandParser:
    """Return the parser of the options."""
    parser = CommandParser("chat", _DESCRIPTION, _EPILOG)
    add = parser.add_argument
    add(
        "--provider",
        metavar="NAME",
        help="a provider of the table, such as openrouter",
    )
    add("--base-url", metavar="URL", help="the address of the server")
    add("--model", metavar="NAME", help="the model, such as gpt-4o")
    add(
        "--api-key-env",
        metavar="NAME",
        help="the variable with the key [that of the provider]",
    )
    add("--system", metavar="TEXT", help="the system message")
    add("--resume", action="store_true", help="resume streams that break")
    return parser


def _chat(
    endpoint: EndpointModel,
    conversation: Conversation,
    style: Style,
    environment: Mapping[str, str],
    out: TextIO,
    *,
    words: Words,
) -> int:
    width = partial(width_of, out)
    out.write(f"{wrapped(_greeting(endpoint), width())}\n")
    render = rich_renderer(width) if style.has_dim else None
    stream = PlainStream if render is None else partial(MarkdownStream, render)
    view: Callable[[], AnswerView] = lambda: AnswerView(style, stream())  # noqa: E731
    with quiet_control_keys(out), line_editing(history_file(environment)):
        shell = Shell(
            endpoint,
            conversation,
            out=out,
            style=style,
            view=view,
            width=width,
            read_line=input,
            words=words,
        )
        return shell.run()


def _greeting(endpoint: EndpointModel) -> str:
    chat = endpoint.chat
    if endpoint.is_embedded:
        return (
            "A server inside this program answers and repeats what you say. Name a "
            "real one with --provider or --base-url. /help lists the commands."
        )
    url = safe_url(str(chat.base_url))
    return f"{chat.model} at {url} answers. /help lists the commands."


def _answer(
    endpoint: EndpointModel,
    conversation: Conversation,
    style: Style,
    source: TextIO,
    out: TextIO,
) -> int:
    """Answer the question of the input, without anything around it."""
    if source.isatty():  # the output is a file or a pipe
        sys.stderr.write("Type the question, and press Ctrl-D on a new line.\n")
        sys.stderr.flush()
    question = source.read().strip()
    if not question:
        msg = "There is no question on standard input."
        raise CommandError(msg)
    conversation.read(
        question.replace("/", "//", 1) if question[0] == "/" else question
    )

    def write(text: str) -> None:
        out.write(text)
        out.flush()

    plain = Style(style.is_terminal, answer_only=True)
    turn = Turn(conversation, (), lambda: AnswerView(plain, PlainStream()), write)
    turn.run(endpoint.chat)
    return 0
