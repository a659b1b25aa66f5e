from __future__ import annotations

import re
from typing import Any

import pytest
from langchain_core.messages import (
    AIMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from langchain_sse_chat.cli.chat import effects
from langchain_sse_chat.cli.chat.conversation import HELP, Conversation

IMAGE = {"type": "image", "base64": "aQ==", "mime_type": "image/png"}
CALL = {"name": "f", "args": {}, "id": "1", "type": "tool_call"}
OTHER: Any = {**CALL, "id": "2"}


@pytest.fixture
def answered() -> Conversation:
    conversation = Conversation()
    conversation.read("Hi")
    conversation.add_answer(AIMessage("Hello"))
    return conversation


UNKNOWN = "/help lists them; a question that begins with / is written with //."


@pytest.mark.parametrize(
    ("line", "effect"),
    [
        ("", None),
        ("  ", None),
        ("/help", effects.Say(HELP)),
        ("/quit", effects.Quit()),
        ("/exit", effects.Quit()),
        ("/model", effects.ShowModel()),
        ("/model  gpt-4o ", effects.SetModel("gpt-4o")),
        ("/save", effects.Say("Write /save FILE.")),
        ("/save a b.json", effects.Save("a b.json")),
        ("/load a.json", effects.Load("a.json")),
        ("/attach a.png", effects.Attach("a.png")),
        ("/tools", effects.BindTools("")),
        ("/tools app:f", effects.BindTools("app:f")),
        ("/dance", effects.Say(f"There is no command /dance. {UNKNOWN}")),
        (
            "/atach a",
            effects.Say(f"There is no command /atach. Did you mean /attach? {UNKNOWN}"),
        ),
        ("/etc/x\nwhat?", effects.Say(f"There is no command /etc/x. {UNKNOWN}")),
        ("/retry", effects.Say("There is no question to ask again.")),
        ("/undo", effects.Say("There is no question to take back.")),
    ],
    ids=[
        *("empty", "blank", "help", "quit", "exit", "show the model", "set the model"),
        *("save without a file", "save", "load", "attach", "drop tools", "tools"),
        *(
            "unknown",
            "similar",
            "lines",
            "retry without a question",
            "undo without a question",
        ),
    ],
)
def test_a_line_is_a_command(line: str, effect: effects.Effect | None) -> None:
    conversation = Conversation()
    assert conversation.read(line) == effect
    assert conversation.prompt == []


def test_help_names_each_command() -> None:
    names = re.findall(r"^/(\w+) ", HELP, re.MULTILINE)
    assert len(names) == 10
    for name in names:
        found = Conversation().read(f"/{name}")
        assert found != effects.Say(f"There is no command /{name}. /help lists them.")


def test_a_line_is_a_question() -> None:
    conversation = Conversation("Be brief.")
    assert conversation.read(" Hi ") == effects.Ask()
    assert conversation.prompt == [SystemMessage("Be brief."), HumanMessage("Hi")]


def test_two_slashes_begin_a_question_with_one() -> None:
    conversation = Conversation()
    assert conversation.read("//etc is what?") == effects.Ask()
    assert conversation.prompt == [HumanMessage("/etc is what?")]


def test_the_system_message_is_set_and_removed() -> None:
    conversation = Conversation("a")
    assert conversation.read("/system b c") == effects.Say("The system message is set.")
    assert conversation.prompt == [SystemMessage("b c")]
    assert conversation.read("/system") == effects.Say("No system message.")
    assert conversation.prompt == []


def test_retry_removes_the_answer_and_asks_again(answered: Conversation) -> None:
    assert answered.read("/retry") == effects.Ask()
    assert answered.prompt == [HumanMessage("Hi")]


def test_undo_removes_the_last_question_and_its_answer(answered: Conversation) -> None:
    before = answered.prompt
    answered.read("More?")
    answered.add_answer(AIMessage("", tool_calls=[CALL]))
    answered.add_results([ToolMessage("ok", tool_call_id="1")])
    assert answered.read("/undo") == effects.Say("The last question is taken back.")
    assert answered.prompt == before


def test_undo_removes_attachments_when_nothing_was_asked() -> None:
    conversation = Conversation()
    conversation.attach(IMAGE)
    said = conversation.read("/undo")
    assert said == effects.Say("The attachments are removed.")
    conversation.read("Hi")
    assert conversation.prompt == [HumanMessage("Hi")]


def test_attachments_go_with_the_next_question_alone(answered: Conversation) -> None:
    answered.attach(IMAGE)
    answered.read("What is it?")
    answered.add_answer(AIMessage("A cat."))
    answered.read("Sure?")
    text = {"type": "text", "text": "What is it?"}
    assert answered.prompt[2] == HumanMessage([IMAGE, text])
    assert answered.prompt[4] == HumanMessage("Sure?")


def test_a_question_without_an_answer_is_asked_with_the_next_one() -> None:
    conversation = Conversation()
    conversation.attach(IMAGE)
    conversation.read("one")
    conversation.add_answer(AIMessage(""))
    conversation.read("two")
    (message,) = conversation.prompt
    texts = [block.get("text") for block in message.content_blocks]
    assert texts == [None, "one", "two"]


def test_each_call_that_was_not_run_gets_a_result() -> None:
    conversation = Conversation()
    conversation.close_calls()
    conversation.read("Hi")
    conversation.add_answer(AIMessage("", tool_calls=[CALL, OTHER]))
    conversation.add_results([ToolMessage("ok", tool_call_id="1")])
    conversation.close_calls()
    conversation.close_calls()
    *_, last = conversation.prompt
    assert len(conversation.prompt) == 4
    assert isinstance(last, ToolMessage)
    assert (last.tool_call_id, last.status) == ("2", "error")


def test_another_conversation_replaces_it(answered: Conversation) -> None:
    saved = Conversation("s")
    saved.read("x")
    answered.attach(IMAGE)
    answered.replace(saved.prompt)
    assert answered.prompt == saved.prompt
    answered.replace(saved.messages)
    assert answered.prompt == saved.messages
    answered.replace([])
    answered.read("Hi")
    assert answered.prompt == [HumanMessage("Hi")]
