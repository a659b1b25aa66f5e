from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from langchain_sse_chat.cli.chat.answer_view import AnswerView, PlainStream, Style
from langchain_sse_chat.cli.chat.conversation import Conversation
from langchain_sse_chat.cli.chat.shell import Shell
from langchain_sse_chat.cli.endpoint_model import EndpointModel
from langchain_sse_chat.cli.option_names import words_for
from langchain_sse_chat.testing import Reply, Scripted, ScriptedServer

pytestmark = pytest.mark.enable_socket

HERE = "tests.unit_tests.cli.chat.things"
CTRL_C = "\x03"
"""A line that stands for Ctrl-C."""


class Stoppable(io.StringIO):
    """An output that presses Ctrl-C when a text appears."""

    stop_at: str | None = None

    def write(self, text: str) -> int:
        count = super().write(text)
        if self.stop_at and self.stop_at in self.getvalue():
            self.stop_at = None
            raise KeyboardInterrupt
        return count


class Chat:
    """A shell, whose lines are given."""

    def __init__(self, server: ScriptedServer) -> None:
        self.server = server
        self.out = Stoppable()
        self.conversation = Conversation()
        self.columns = 500

    def __call__(self, *lines: str, replies: tuple[Scripted, ...] = ()) -> int:
        self.server.script(*replies)
        given = iter(lines)

        def read_line(prompt: str) -> str:
            self.out.write(prompt)
            line = next(given, None)
            if line is None:
                raise EOFError
            if line == CTRL_C:
                raise KeyboardInterrupt
            return line

        style = Style(is_terminal=True)
        environment = {"BASE_URL": self.server.base_url, "MODEL": "first"}
        with EndpointModel(environment) as endpoint:
            shell = Shell(
                endpoint,
                self.conversation,
                out=self.out,
                style=style,
                view=lambda: AnswerView(style, PlainStream()),
                width=lambda: self.columns,
                read_line=read_line,
                words=words_for(environment),
            )
            return shell.run()

    @property
    def shown(self) -> list[str]:
        """The lines, without figures, which depend on the time."""
        lines = self.out.getvalue().splitlines()
        return [line for line in lines if not line.startswith("first token after")]


@pytest.fixture
def chat() -> Iterator[Chat]:
    with ScriptedServer() as server:
        yield Chat(server)


def test_questions_are_answered_until_the_end_of_input(chat: Chat) -> None:
    assert chat("Hi", "", "Who?") == 0
    assert chat.shown == ["> You said: Hi", "> > You said: Who?", "> "]
    assert len(chat.server.requests[1].json()["messages"]) == 3


def test_a_line_of_figures_follows_each_answer(chat: Chat) -> None:
    chat("Hi")
    assert "3 tokens, " in chat.out.getvalue().splitlines()[1]


def test_what_is_said_fits_a_narrow_terminal(chat: Chat) -> None:
    chat.columns = 20
    chat("/help", "/undo", "Hi")
    assert max(len(line) for line in chat.shown) <= 20 + len("> ")
    assert chat.shown[2] == "another model, or"
    assert chat.out.getvalue().count("\nfirst token after") == 1


def test_quit_ends(chat: Chat) -> None:
    assert chat("/quit", "Hi") == 0
    assert chat.shown == ["> "]


def test_what_a_command_says_is_shown(chat: Chat) -> None:
    chat("/undo")
    assert chat.shown[0] == "> There is no question to take back."


def test_the_model_is_shown_and_replaced(chat: Chat) -> None:
    chat("/model", "/model second", "Hi")
    assert chat.shown[:2] == ["> first answers.", "> second answers from now on."]
    assert chat.server.requests[0].json()["model"] == "second"


def test_tools_are_bound_and_removed(chat: Chat) -> None:
    chat(f"/tools {HERE}:weather", "weather?", "/tools", "Hi", "/tools nowhere:f")
    assert chat.shown[0] == "> Tools: weather."
    assert chat.shown[1].startswith("> → weather(city=")
    assert chat.shown[2].startswith("← sunny in ")
    assert chat.shown[4] == "> Tools: no tools."
    assert chat.shown[6].startswith("> There is no module 'nowhere'")
    assert "tools" not in chat.server.requests[-1].json()


def test_a_conversation_is_saved_and_loaded(chat: Chat, tmp_path: Path) -> None:
    name = str(tmp_path / "a.json")
    chat("Hi", f"/save {name}", "/undo", f"/load {name}", f"/load {name}x")
    assert chat.shown[1] == f"> Saved as {name}."
    assert chat.shown[3] == "> Loaded 2 messages."
    assert chat.shown[4].startswith(f"> {name}x cannot be read: No such file")
    assert len(chat.conversation.prompt) == 2
    chat("/undo", "/system Be brief.", f"/save {name}1", f"/load {name}1")
    assert "> Loaded 1 message." in chat.shown


def test_a_file_is_attached(chat: Chat, tmp_path: Path) -> None:
    (tmp_path / "a.gif").write_bytes(b"GIF89a")
    chat(f"/attach {tmp_path}/a.gif", "What is it?")
    assert chat.shown[0] == "> image/gif goes with the next question."
    image, text = chat.server.requests[0].json()["messages"][0]["content"]
    assert (image["type"], text["text"]) == ("image_url", "What is it?")


def test_an_error_names_what_sets_the_address(chat: Chat) -> None:
    chat("Hi", replies=(Reply.status(404, error="not found"),))
    assert "and that BASE_URL is the part" in chat.shown[0]


def test_a_conversation_survives_errors(chat: Chat) -> None:
    error = Reply.status(400, error="Bad \x1b[2Jquestion")
    assert chat("Hi", "/retry", replies=(error,)) == 0
    assert chat.shown[0].startswith("> InvalidRequestError: ")
    assert "Bad " in chat.shown[0]
    assert "\x1b" not in chat.out.getvalue()
    assert chat.shown[1] == "/retry asks again, /undo takes the question back."
    assert chat.shown[2] == "> You said: Hi"


def test_a_model_that_never_ends_is_told(chat: Chat) -> None:
    call = Reply.text(tool_calls=[{"name": "weather", "arguments": '{"city": "A"}'}])
    chat(f"/tools {HERE}:weather", "Hi", replies=(call,) * 11)
    assert chat.shown[-2].startswith("The model called tools 10 times in a row")


def test_two_interrupts_end(chat: Chat) -> None:
    assert chat(CTRL_C, CTRL_C) == 130
    assert chat.shown == ["> ", "Press Ctrl-C again to end.", "> "]


def test_a_line_between_two_interrupts_continues(chat: Chat) -> None:
    assert chat(CTRL_C, "/model", CTRL_C) == 0


@pytest.mark.parametrize(("lines", "status"), [((), 0), ((CTRL_C,), 130)])
def test_an_interrupt_stops_an_answer(
    chat: Chat, lines: tuple[str, ...], status: int
) -> None:
    chat.out.stop_at = "two"
    reply = Reply.text(["one ", "two ", "three"])
    assert chat("Hi", *lines, replies=(reply,)) == status
    assert chat.shown[:2] == ["> one two ", "Stopped. Press Ctrl-C again to end."]
    assert [m.text for m in chat.conversation.messages] == ["Hi", "one two "]


def test_an_interrupt_of_a_command_does_not_end(chat: Chat) -> None:
    chat.out.stop_at = "answers"
    reads: Callable[..., int] = chat
    assert reads("/model", "Hi") == 0
    assert "You said: Hi" in chat.shown[-2]
