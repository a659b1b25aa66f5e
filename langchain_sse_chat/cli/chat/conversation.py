"""The conversation: its messages, and what a line of the user does to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from langchain_sse_chat.cli.chat.effects import (
    Ask,
    Attach,
    BindTools,
    Effect,
    Load,
    Quit,
    Save,
    Say,
    SetModel,
    ShowModel,
)
from langchain_sse_chat.near_match import near_match

HELP = """\
/model [NAME]         continue with another model, or show which one answers
/system [TEXT]        set the system message, or remove it
/retry                ask the last question again
/undo                 take back the last question and its answer
/attach FILE          add an image, a PDF or audio to the next question
/tools MODULE:NAME    let the model call a function or tools, or none
/save FILE            save the conversation as JSON
/load FILE            continue a saved conversation
/help                 show this list
/quit                 end, as Ctrl-D does

Tab completes commands and file names.
Ctrl-C stops an answer and keeps the part that came; a second one ends the program.
A line that ends with \\ is continued on the next one; pasted lines stay together.
A line that begins with // is a question that begins with /."""

COMMANDS = tuple(line.split()[0] for line in HELP.split("\n") if line[:1] == "/")
"""The names of the commands."""

_STOPPED = "Stopped by the user."


class Conversation:
    """Messages and commands.

    Args:
        system: The system message.
    """

    def __init__(self, system: str | None = None) -> None:
        self.system = system
        self.messages: list[BaseMessage] = []
        """The messages after the system message."""
        self._attached: list[dict[str, Any]] = []

    @property
    def prompt(self) -> list[BaseMessage]:
        """All messages, for the model and to be saved."""
        system = [SystemMessage(self.system)] if self.system else []
        return [*system, *self.messages]

    def read(self, line: str) -> Effect | None:
        """Take a line of the user; return what to do then, `None` for a blank line."""
        line = line.strip()
        if not line.startswith("/") or line.startswith("//"):
            return self._ask(line.removeprefix("/")) if line else None
        name, *rest = line.split(maxsplit=1)
        return self._command(name, rest[0] if rest else "")

    def attach(self, block: dict[str, Any]) -> None:
        """Add a content block to the next question."""
        self._attached.append(block)

    def replace(self, messages: Sequence[BaseMessage]) -> None:
        """Continue another conversation."""
        first, rest = messages[:1], messages[1:]
        is_system = bool(first) and isinstance(first[0], SystemMessage)
        self.system = first[0].text if is_system else None
        self.messages = [*(rest if is_system else messages)]
        self._attached = []

    def add_answer(self, message: AIMessage) -> None:
        """Add an answer of the model, or the part of it that came."""
        if message.content or message.tool_calls:
            self.messages.append(message)

    def add_results(self, results: Iterable[ToolMessage]) -> None:
        """Add results of tools."""
        self.messages.extend(results)

    def close_calls(self) -> None:
        """Give a result to each tool call that was not run.

        Servers refuse a conversation without them.
        """
        calls: list[str] = []
        for message in reversed(self.messages):
            if isinstance(message, AIMessage):
                calls = [call["id"] or "" for call in message.tool_calls]
                break
        done = {m.tool_call_id for m in self.messages if isinstance(m, ToolMessage)}
        self.messages.extend(
            ToolMessage(_STOPPED, tool_call_id=call, status="error")
            for call in calls
            if call not in done
        )

    def _command(self, name: str, rest: str) -> Effect:
        if name in _ALONE:
            return _ALONE[name]
        if name == "/system":
            self.system = rest or None
            return Say("The system message is set." if rest else "No system message.")
        if name == "/retry":
            return self._retry()
        if name == "/undo":
            return self._undo()
        if name == "/model":
            return SetModel(rest) if rest else ShowModel()
        if name == "/tools":
            return BindTools(rest)
        if name in WITH_FILE:
            return WITH_FILE[name](rest) if rest else Say(f"Write {name} FILE.")
        near = near_match(name, COMMANDS)
        return Say(
            f"There is no command {name}.{near} /help lists them; a question that "
            "begins with / is written with //."
        )

    def _ask(self, text: str) -> Effect:
        blocks = [*self._attached]
        last = self.messages[-1] if self.messages else None
        if isinstance(last, HumanMessage):
            # It has no answer, and some servers refuse two questions in a row.
            del self.messages[-1]
            earlier = last.content_blocks
            blocks = [dict(block) for block in earlier] + blocks
        if blocks:
            content: Any = [*blocks, {"type": "text", "text": text}]
        else:
            content = text
        self._attached = []
        self.messages.append(HumanMessage(content))
        return Ask()

    def _retry(self) -> Effect:
        at = self._last_question()
        if at is None:
            return Say("There is no question to ask again.")
        del self.messages[at + 1 :]
        return Ask()

    def _undo(self) -> Effect:
        at = self._last_question()
        if at is None and self._attached:
            self._attached = []
            return Say("The attachments are removed.")
        if at is None:
            return Say("There is no question to take back.")
        del self.messages[at:]
        return Say("The last question is taken back.")

    def _last_question(self) -> int | None:
        numbered = reversed([*enumerate(self.messages)])
        return next((at for at, m in numbered if isinstance(m, HumanMessage)), None)


_ALONE: dict[str, Effect] = {
    "/help": Say(HELP),
    "/quit": Quit(),
    "/exit": Quit(),
}
WITH_FILE: dict[str, Callable[[str], Effect]] = {
    "/save": Save,
    "/load": Load,
    "/attach": Attach,
}
"""The commands that need the name of a file."""
