from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.cli.chat.answer_view import AnswerView, PlainStream, Style
from langchain_sse_chat.cli.chat.conversation import Conversation
from langchain_sse_chat.cli.chat.tools import load_tools
from langchain_sse_chat.cli.chat.turn import MAX_ROUNDS, TooManyRoundsError, Turn
from langchain_sse_chat.errors import SSEChatError
from langchain_sse_chat.testing import Reply, Scripted, ScriptedServer

pytestmark = pytest.mark.enable_socket

HERE = "tests.unit_tests.cli.chat.things"


def call(name: str) -> Reply:
    return Reply.text(tool_calls=[{"name": name, "arguments": '{"city": "Oslo"}'}])


class Asked:
    """A question and what came of it."""

    def __init__(self, *names: str) -> None:
        self.conversation = Conversation()
        self.conversation.read("Hi")
        self.tools = [tool for name in names for tool in load_tools(f"{HERE}:{name}")]
        self.shown = ""
        self.stop_at: str | None = None

    def write(self, text: str) -> None:
        self.shown += text
        if self.stop_at is not None and self.stop_at in self.shown:
            self.stop_at = None
            raise KeyboardInterrupt

    @contextmanager
    def turn(self, *replies: Scripted) -> Iterator[Callable[[], Turn]]:
        style = Style(is_terminal=True)
        turn = Turn(
            self.conversation,
            self.tools,
            lambda: AnswerView(style, PlainStream()),
            self.write,
        )
        with (
            ScriptedServer() as server,
            ChatSSE(model="m", base_url=server.base_url, max_retries=0) as chat,
        ):
            server.script(*replies)
            model: Any = chat.bind_tools(self.tools) if self.tools else chat

            def run() -> Turn:
                turn.run(model)
                return turn

            yield run

    @property
    def results(self) -> list[tuple[str, str]]:
        messages = self.conversation.messages
        found = [each for each in messages if isinstance(each, ToolMessage)]
        return [(message.text, message.status) for message in found]


def test_an_answer_is_streamed_and_kept() -> None:
    asked = Asked()
    with asked.turn() as run:
        turn = run()
    assert asked.shown == "You said: Hi\n"
    assert [m.text for m in asked.conversation.messages] == ["Hi", "You said: Hi"]
    assert turn.answers == asked.conversation.messages[1:]
    assert type(turn.answers[0]) is AIMessage
    assert turn.progress.stats().tokens == 3


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("weather", ("sunny in Oslo", "success")),
        ("forecast", ("rain in Oslo", "success")),
        ("order", ("go there", "success")),
        ("own_message", ("fog in Oslo", "success")),
        ("broken", ("LookupError: no Oslo", "error")),
        ("ending", ("SystemExit: no Oslo", "error")),
    ],
)
def test_a_tool_is_run_and_the_model_asked_again(
    name: str, result: tuple[str, str]
) -> None:
    asked = Asked(name)
    with asked.turn(call(name), Reply.text("Done.")) as run:
        turn = run()
    assert asked.results == [result]
    assert asked.shown == f'→ {name}(city="Oslo")\n← {result[0]}\nDone.\n'
    assert len(turn.answers) == 2


def test_an_unknown_tool_is_an_error_for_the_model() -> None:
    asked = Asked("weather")
    with asked.turn(call("dance"), Reply.text("Sorry.")) as run:
        run()
    assert asked.results == [("There is no tool 'dance'.", "error")]


def test_a_model_that_never_ends_is_stopped() -> None:
    asked = Asked("weather")
    replies = [call("weather")] * (MAX_ROUNDS + 1)
    with (
        asked.turn(*replies) as run,
        pytest.raises(TooManyRoundsError, match="10 times"),
    ):
        run()
    assert len(asked.results) == MAX_ROUNDS


def test_the_part_before_an_interrupt_is_kept() -> None:
    asked = Asked()
    asked.stop_at = "two"
    reply = Reply.text(["one ", "two ", "three"])
    with asked.turn(reply) as run, pytest.raises(KeyboardInterrupt):
        run()
    assert [m.text for m in asked.conversation.messages] == ["Hi", "one two "]
    assert asked.shown == "one two \n"


def test_calls_of_an_answer_that_was_stopped_are_left_out() -> None:
    asked = Asked("weather")
    asked.stop_at = "Let"
    reply = Reply.text(
        ["Let", " me"], tool_calls=[{"name": "weather", "arguments": '{"city": "A"}'}]
    )
    with asked.turn(reply) as run, pytest.raises(KeyboardInterrupt):
        run()
    assert asked.conversation.messages[1:] == [
        AIMessage("Let", response_metadata={"model_provider": "sse-chat"})
    ]


def test_a_tool_that_was_stopped_has_a_result() -> None:
    asked = Asked("stopped")
    with asked.turn(call("stopped")) as run, pytest.raises(KeyboardInterrupt):
        run()
    assert asked.results == [("Stopped by the user.", "error")]


def test_the_part_before_an_error_is_kept() -> None:
    asked = Asked()
    reply = Reply.text(["one ", "two "], reset_after=2)
    with asked.turn(reply) as run, pytest.raises(SSEChatError):
        run()
    assert asked.conversation.messages[1:][0].text.startswith("one")


def test_without_any_part_the_question_stays_alone() -> None:
    asked = Asked()
    with asked.turn(Reply.status(500)) as run, pytest.raises(SSEChatError):
        run()
    assert asked.conversation.messages == [HumanMessage("Hi")]


def test_any_model_of_langchain_will_do() -> None:
    asked = Asked()
    turn = Turn(
        asked.conversation,
        [],
        lambda: AnswerView(Style(is_terminal=False), PlainStream()),
        asked.write,
    )
    turn.run(GenericFakeChatModel(messages=iter([AIMessage("one two")])))
    assert asked.shown == "one two\n"
