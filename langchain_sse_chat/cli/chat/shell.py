"""The loop of a chat: read a line, carry out its effect, show the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

from langchain_core.tools import BaseTool

from langchain_sse_chat.cli.chat import effects
from langchain_sse_chat.cli.chat.answer_view import AnswerView, Style, wrapped
from langchain_sse_chat.cli.chat.conversation import Conversation
from langchain_sse_chat.cli.chat.figures import figures
from langchain_sse_chat.cli.chat.files import (
    load_attachment,
    load_conversation,
    save_conversation,
)
from langchain_sse_chat.cli.chat.lines import read_message
from langchain_sse_chat.cli.chat.tools import load_tools, names_of
from langchain_sse_chat.cli.chat.turn import TooManyRoundsError, Turn
from langchain_sse_chat.cli.ending import INTERRUPTED
from langchain_sse_chat.cli.endpoint_model import EndpointModel
from langchain_sse_chat.cli.load import CommandError
from langchain_sse_chat.cli.option_names import Words
from langchain_sse_chat.cli.safe_text import safe
from langchain_sse_chat.errors import SSEChatError


class Shell:
    """A chat in a terminal.

    Args:
        endpoint: The model.
        conversation: The messages so far.
        out: The terminal.
        style: What it can show.
        view: Returns a new view for an answer.
        width: Returns the number of its columns.
        read_line: Shows a prompt and returns a line of the user.
        words: Returns an error of the package in the words of the command.
    """

    def __init__(
        self,
        endpoint: EndpointModel,
        conversation: Conversation,
        *,
        out: TextIO,
        style: Style,
        view: Callable[[], AnswerView],
        width: Callable[[], int],
        read_line: Callable[[str], str],
        words: Words,
    ) -> None:
        self._endpoint = endpoint
        self._conversation = conversation
        self._out = out
        self._style = style
        self._view = view
        self._width = width
        self._read_line = read_line
        self._words = words
        self._tools: list[BaseTool] = []
        self._is_interrupted = False
        """Whether Ctrl-C was pressed since the last line."""

    def run(self) -> int:
        """Chat until the user ends it; return the exit status."""
        while True:
            try:
                effect = self._conversation.read(read_message(self._read_line))
                self._is_interrupted = False
                if effect is not None and not self._carry_out(effect):
                    return 0
            except EOFError:
                self._write("\n")
                return 0
            except KeyboardInterrupt:
                if self._is_interrupted:
                    self._write("\n")
                    return INTERRUPTED
                self._is_interrupted = True
                self._say("\nPress Ctrl-C again to end.")
            except (CommandError, SSEChatError) as error:
                self._say(self._words(str(error)))

    def _carry_out(self, effect: effects.Effect) -> bool:
        """Carry an effect out; return whether the chat goes on."""
        match effect:
            case effects.Ask():
                self._answer()
            case effects.Say(text):
                self._say(text)
            case effects.SetModel(name):
                self._endpoint.set_model(name)
                self._say(f"{name} answers from now on.")
            case effects.ShowModel():
                self._say(f"{self._endpoint.chat.model} answers.")
            case effects.BindTools(address):
                self._tools = load_tools(address) if address else []
                self._say(f"Tools: {names_of(self._tools) or 'no tools'}.")
            case effects.Save() | effects.Load() | effects.Attach():
                self._use_file(effect)
            case _:
                return False
        return True

    def _use_file(self, effect: effects.Save | effects.Load | effects.Attach) -> None:
        match effect:
            case effects.Save(name):
                path = save_conversation(name, self._conversation.prompt)
                self._say(f"Saved as {path}.")
            case effects.Load(name):
                messages = load_conversation(name)
                self._conversation.replace(messages)
                plural = "" if len(messages) == 1 else "s"
                self._say(f"Loaded {len(messages)} message{plural}.")
            case _:
                block = load_attachment(effect.path)
                self._conversation.attach(block)
                self._say(f"{block['mime_type']} goes with the next question.")

    def _answer(self) -> None:
        turn = Turn(self._conversation, self._tools, self._view, self._write)
        try:
            chat = self._endpoint.chat
            turn.run(chat.bind_tools(self._tools) if self._tools else chat)
        except KeyboardInterrupt:
            self._is_interrupted = True
            self._say("Stopped. Press Ctrl-C again to end.")
        except TooManyRoundsError as error:
            self._say(str(error))
        except SSEChatError as error:
            hint = "/retry asks again, /undo takes the question back."
            why = self._words(str(error))
            self._say(f"{type(error).__name__}: {why}\n{hint}")
        line = figures(turn.progress.stats(), turn.answers)
        if line:
            self._write(f"{self._style.dim(wrapped(line, self._width()))}\n")

    def _say(self, text: str) -> None:
        self._write(f"{wrapped(safe(text), self._width())}\n")

    def _write(self, text: str) -> None:
        if text:
            self._out.write(text)
            self._out.flush()
