from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    ChatMessage,
    ChatMessageChunk,
    FunctionMessage,
    FunctionMessageChunk,
    HumanMessage,
    HumanMessageChunk,
    RemoveMessage,
    SystemMessage,
    SystemMessageChunk,
    ToolMessage,
    ToolMessageChunk,
)
from langchain_core.messages.tool import tool_call

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.request.messages import messages_to_wire

DIALECT = Dialect()
CACHE = {"cache_control": {"type": "ephemeral"}}
PNG = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
PNG_V1 = {"type": "image", "base64": "AAAA", "mime_type": "image/png"}


def wire(*messages: Any) -> list[dict[str, Any]]:
    return messages_to_wire(messages, DIALECT)


def call(name: str, arguments: str, call_id: str = "c1") -> dict[str, Any]:
    return {
        "id": call_id,
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


ADD = tool_call(name="add", args={"a": 1}, id="c1")
ADD_WIRE = call("add", '{"a": 1}')
CALLED = AIMessage("", tool_calls=[ADD])


@pytest.mark.parametrize(
    ("message", "sent"),
    [
        (SystemMessage("s"), {"role": "system", "content": "s"}),
        (SystemMessageChunk(content="s"), {"role": "system", "content": "s"}),
        (HumanMessage("h"), {"role": "user", "content": "h"}),
        (HumanMessageChunk(content="h"), {"role": "user", "content": "h"}),
        (AIMessage("a"), {"role": "assistant", "content": "a"}),
        (AIMessageChunk(content="a"), {"role": "assistant", "content": "a"}),
        (
            ToolMessage("t", tool_call_id="c1"),
            {"role": "tool", "tool_call_id": "c1", "content": "t"},
        ),
        (
            ToolMessageChunk(content="t", tool_call_id="c1"),
            {"role": "tool", "tool_call_id": "c1", "content": "t"},
        ),
        (
            FunctionMessage(name="add", content="r"),
            {"role": "tool", "tool_call_id": "c1", "content": "r", "name": "add"},
        ),
        (
            FunctionMessageChunk(name="add", content="r"),
            {"role": "tool", "tool_call_id": "c1", "content": "r", "name": "add"},
        ),
        pytest.param(
            ChatMessage(content="r", role="function", name="add"),
            {"role": "tool", "tool_call_id": "c1", "content": "r", "name": "add"},
            id="ChatMessage of a function",
        ),
        pytest.param(
            ChatMessage(content="c", role="user"),
            {"role": "user", "content": "c"},
            id="ChatMessage of a user",
        ),
        (
            ChatMessageChunk(content="c", role="developer"),
            {"role": "system", "content": "c"},
        ),
        pytest.param(
            ChatMessage(
                content="c", role="tool", additional_kwargs={"tool_call_id": "c1"}
            ),
            {"role": "tool", "tool_call_id": "c1", "content": "c"},
            id="ChatMessage of a tool",
        ),
        pytest.param(
            ChatMessage(
                content=[
                    {"type": "thinking", "thinking": "…"},
                    {"type": "text", "text": "c"},
                ],
                role="assistant",
            ),
            {"role": "assistant", "content": "c"},
            id="ChatMessage of an assistant",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseMessage) else "",
)
def test_every_type_of_message_and_its_chunk_has_its_role(
    message: BaseMessage, sent: dict[str, Any]
) -> None:
    is_result = sent["role"] == "tool"
    assert wire(*([CALLED] if is_result else []), message)[-1:] == [sent]


def test_the_dialect_names_the_role_of_a_system_message() -> None:
    dialect = Dialect(system_role="developer")
    assert messages_to_wire([SystemMessage("s")], dialect) == [
        {"role": "developer", "content": "s"}
    ]


@pytest.mark.parametrize(
    ("asked", "dialect_role", "role"),
    [
        ("developer", "system", "developer"),
        ("system", "developer", "system"),
        ("odd", "system", "system"),
    ],
)
def test_a_system_message_may_ask_for_its_role(
    asked: str, dialect_role: Any, role: str
) -> None:
    message = SystemMessage("s", additional_kwargs={"__openai_role__": asked})
    dialect = Dialect(system_role=dialect_role, supports_developer=True)
    (sent,) = messages_to_wire([message], dialect)
    assert sent["role"] == role


def test_a_server_that_knows_no_developer_is_sent_a_system_message() -> None:
    asks = SystemMessage("s", additional_kwargs={"__openai_role__": "developer"})
    for message in (asks, ChatMessage(content="s", role="developer")):
        assert wire(message) == [{"role": "system", "content": "s"}]


@pytest.mark.parametrize(
    "message",
    [
        SystemMessage("x", name="bob"),
        pytest.param(HumanMessage("x", name="bob"), id="HumanMessage"),
        pytest.param(
            HumanMessage([{"type": "text", "text": "x"}], name="bob"),
            id="HumanMessage with blocks",
        ),
        AIMessage("x", name="bob"),
        ToolMessage("x", tool_call_id="c1", name="bob"),
        ChatMessage(content="x", role="user", name="bob"),
        pytest.param(
            HumanMessage("x", additional_kwargs={"name": "bob"}),
            id="HumanMessage with kwargs",
        ),
    ],
)
def test_a_name_is_sent_with_every_type_of_message(message: BaseMessage) -> None:
    assert wire(CALLED, message)[-1]["name"] == "bob"


@pytest.mark.parametrize("role", ["system", "user", "assistant"])
def test_a_chat_message_goes_out_under_its_own_role(role: str) -> None:
    assert wire(ChatMessage(content="c", role=role)) == [{"role": role, "content": "c"}]


def test_an_empty_name_is_not_sent() -> None:
    assert wire(HumanMessage("x", name="")) == [{"role": "user", "content": "x"}]


@pytest.mark.parametrize("role", ["system", "user"])
def test_texts_with_a_cache_mark_stay_parts(role: str) -> None:
    blocks: list[str | dict[Any, Any]] = [
        "a",
        {"type": "text", "text": "b", **CACHE},
    ]
    message = SystemMessage(blocks) if role == "system" else HumanMessage(blocks)
    assert wire(message) == [
        {
            "role": role,
            "content": [
                {"type": "text", "text": "a"},
                {"type": "text", "text": "b", **CACHE},
            ],
        }
    ]


def test_an_image_of_the_user_is_converted() -> None:
    assert wire(HumanMessage(["Look", PNG_V1]))[0]["content"] == [
        {"type": "text", "text": "Look"},
        PNG,
    ]


def test_an_empty_list_of_the_user_is_an_empty_string() -> None:
    assert wire(HumanMessage([])) == [{"role": "user", "content": ""}]


def test_tool_results_in_a_human_message_become_tool_messages_before_it() -> None:
    message = HumanMessage(
        [
            {"type": "text", "text": "And now?"},
            {
                "type": "tool_result",
                "tool_use_id": "c1",
                "content": [{"type": "text", "text": "one"}],
                "is_error": False,
            },
            {"type": "tool_result", "tool_use_id": "c2", "content": "two"},
            {"type": "tool_result", "tool_use_id": "c3"},
        ],
        name="ann",
    )
    calls = [tool_call(name="add", args={}, id=f"c{n}") for n in (1, 2, 3)]
    assert wire(AIMessage("", tool_calls=calls), message)[1:] == [
        {"role": "tool", "tool_call_id": "c1", "content": "one"},
        {"role": "tool", "tool_call_id": "c2", "content": "two"},
        {"role": "tool", "tool_call_id": "c3", "content": ""},
        {"role": "user", "content": "And now?", "name": "ann"},
    ]


def test_a_human_message_of_tool_results_alone_leaves_no_user_message() -> None:
    message = HumanMessage(
        [{"type": "tool_result", "tool_use_id": "c1", "content": "one"}]
    )
    assert [sent["role"] for sent in wire(CALLED, message)] == ["assistant", "tool"]


@pytest.mark.parametrize(
    ("content", "sent"),
    [
        ("", ""),
        ([], ""),
        ([{"type": "text", "text": "a"}], "a"),
        (["a", {"type": "text", "text": "b"}], "a\nb"),
        (
            [{"type": "text", "text": "a", **CACHE}],
            [{"type": "text", "text": "a", **CACHE}],
        ),
        (["a", PNG_V1], [{"type": "text", "text": "a"}, PNG]),
        ([PNG], [PNG]),
        (
            [{"type": "file", "base64": "AAAA", "mime_type": "application/pdf"}],
            [
                {
                    "type": "file",
                    "file": {
                        "filename": "file.pdf",
                        "file_data": "data:application/pdf;base64,AAAA",
                    },
                }
            ],
        ),
    ],
)
def test_a_tool_result_is_a_string_unless_that_loses_something(
    content: Any, sent: Any
) -> None:
    dialect = Dialect(tool_media=True)
    result = ToolMessage(content, tool_call_id="c1")
    assert messages_to_wire([CALLED, result], dialect)[1]["content"] == sent


def test_the_status_and_artifact_of_a_tool_message_are_not_sent() -> None:
    message = ToolMessage(
        "Error", tool_call_id="c1", status="error", artifact={"a": object()}
    )
    assert wire(CALLED, message)[1:] == [
        {"role": "tool", "tool_call_id": "c1", "content": "Error"}
    ]


def old_message(**additional_kwargs: Any) -> AIMessage:
    """A message whose fields were filled after it was made, as old histories have."""
    message = AIMessage("")
    message.additional_kwargs = additional_kwargs
    return message


def nameless_kept() -> AIMessage:
    return old_message(tool_calls=[{"id": "c1", "function": {"arguments": "{}"}}])


def wrong_id() -> ToolMessage:
    return ToolMessage("t", tool_call_id="")


@pytest.mark.parametrize(
    ("message", "said"),
    [
        pytest.param(
            RemoveMessage(id="m1"),
            r"messages\[1\] is a RemoveMessage",
            id="RemoveMessage",
        ),
        pytest.param(
            {"role": "user", "content": "h"}, r"messages\[1\] is a dict", id="dict"
        ),
        pytest.param(
            wrong_id(), r"messages\[1\] is a tool result", id="id of a wrong type"
        ),
        pytest.param(
            ChatMessage(content="c", role="tool"),
            r"messages\[1\] is a tool result",
            id="tool result without an id",
        ),
        pytest.param(
            ChatMessage(content="c", role="human"),
            r"messages\[1\] has the role 'human'.*user",
            id="unknown role",
        ),
        pytest.param(
            HumanMessage([{"type": "tool_result", "content": "x"}]),
            r"messages\[1\]\.content\[0\] is a tool result",
            id="result block without an id",
        ),
        pytest.param(
            HumanMessage([{"type": "tool_result", "tool_use_id": 7, "content": "x"}]),
            r"messages\[1\]\.content\[0\] is a tool result",
            id="result block with a number",
        ),
        pytest.param(
            AIMessage([{"type": "tool_use", "id": "c1", "name": 7, "input": {}}]),
            r"messages\[1\]\.content\[0\] is a tool call without a name",
            id="call block without a name",
        ),
        pytest.param(
            HumanMessage(["a", {"x": 1}]),
            r"messages\[1\]\.content\[1\] is neither",
            id="block without a type",
        ),
        pytest.param(
            SystemMessage([{"x": 1}]),
            r"messages\[1\]\.content\[0\] is neither",
            id="system block without a type",
        ),
        pytest.param(
            AIMessage("", tool_calls=[ADD, tool_call(name="", args={}, id="c2")]),
            r"messages\[1\]\.tool_calls\[1\] is a tool call without a name",
            id="call without a name",
        ),
        pytest.param(
            AIMessage(
                "", tool_calls=[tool_call(name="add", args={"a": object()}, id="c1")]
            ),
            r"messages\[1\]\.tool_calls\[0\] has arguments that cannot be sent as JSON",
            id="arguments not JSON",
        ),
        pytest.param(
            nameless_kept(),
            r"messages\[1\]\.additional_kwargs\['tool_calls'\]\[0\] is a tool call",
            id="kept call without a name",
        ),
        pytest.param(
            old_message(tool_calls=[{"id": "c1"}]),
            "has no `function`",
            id="kept call without a function",
        ),
        pytest.param(
            old_message(tool_calls=["add"]), "has no `function`", id="kept call is text"
        ),
    ],
)
def test_a_message_that_cannot_be_sent_is_named_by_its_position(
    message: Any, said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        wire(HumanMessage("first"), message)


def test_no_messages_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="no messages"):
        wire()


def test_the_messages_given_are_not_changed() -> None:
    messages: list[BaseMessage] = [
        HumanMessage(["Look", PNG_V1]),
        AIMessage([{"type": "text", "text": "a"}], tool_calls=[ADD]),
        ToolMessage([{"type": "text", "text": "a"}], tool_call_id="c1"),
    ]
    before = [message.model_copy(deep=True) for message in messages]
    wire(*messages)
    assert messages == before
