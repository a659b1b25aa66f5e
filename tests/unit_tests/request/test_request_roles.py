"""Which parts a message of each role may have."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.request.messages import messages_to_wire
from langchain_sse_chat.request.roles import tool_content

PNG = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}


def content(message: BaseMessage) -> Any:
    return messages_to_wire([message], Dialect())[0]["content"]


@pytest.mark.parametrize("cls", [SystemMessage, HumanMessage])
@pytest.mark.parametrize(
    ("blocks", "sent"),
    [
        (["a"], "a"),
        ([{"type": "text", "text": "a"}], "a"),
        (["a", "b"], "a\nb"),
        # What LangChain's `TodoListMiddleware` makes of a system message.
        (
            [{"type": "text", "text": "a"}, {"type": "text", "text": "\n\nb"}],
            "a\n\nb",
        ),
        (["a ", "b", "", "\tc"], "a b\tc"),
        (["", "a"], "a"),
        ([{"type": "text", "text": "a", "id": "lc_1", "index": 0}], "a"),
        (["a", {"cachePoint": {"type": "default"}}], "a"),
    ],
)
def test_text_alone_is_one_string(
    cls: type[SystemMessage | HumanMessage], blocks: Any, sent: str
) -> None:
    assert content(cls(blocks)) == sent


@pytest.mark.parametrize(
    "block",
    [
        {"type": "reasoning", "reasoning": "hm"},
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "tool_use", "id": "c1", "name": "f", "input": {}},
        {"type": "tool_call", "id": "c1", "name": "f", "args": {}},
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
        {"type": "web_search_call", "id": "ws_1"},
        {"type": "web_search_tool_result", "tool_use_id": "s", "content": []},
        {"type": "mcp_list_tools", "tools": []},
        {"type": "executable_code", "executable_code": "1"},
        {"type": "non_standard", "value": {"type": "thinking", "thinking": "hm"}},
    ],
    ids=lambda block: block["type"],
)
def test_the_blocks_of_an_answer_that_was_handed_on_are_left_out(
    block: dict[str, Any],
) -> None:
    assert content(HumanMessage([block, "a"])) == "a"


@pytest.mark.parametrize("kind", ["document_url", "reference", "video", "file_url"])
def test_kinds_of_parts_that_some_server_knows_are_sent(kind: str) -> None:
    part = {"type": kind, kind: "x"}
    assert content(HumanMessage([part])) == [part]


def test_a_kind_that_no_server_is_known_to_accept_is_an_error() -> None:
    with pytest.raises(
        ConfigurationError, match=r"content\[0\] has the type 'hologram'"
    ):
        content(HumanMessage([{"type": "hologram", "data": 1}]))


def test_a_wrapped_block_is_sent_as_it_is() -> None:
    part = {"type": "hologram", "data": 1}
    block = {"type": "non_standard", "value": part}
    assert content(HumanMessage([block])) == [part]


def test_a_system_message_is_text() -> None:
    with pytest.raises(
        ConfigurationError, match="no server is known to accept in a system"
    ):
        content(SystemMessage(["a", PNG]))


@pytest.mark.parametrize("media", [True, False])
@pytest.mark.parametrize(
    ("blocks", "text"),
    [
        pytest.param(None, "", id="None"),
        pytest.param("a", "a", id="text"),
        pytest.param(
            [{"type": "json", "json": {"a": "ы"}}],
            '{"type": "json", "json": {"a": "ы"}}',
            id="json block",
        ),
        pytest.param(
            [{"type": "text", "text": "a", "annotations": []}], "a", id="text block"
        ),
        pytest.param([{"anything": 1}], '{"anything": 1}', id="untyped dict"),
        pytest.param([5], "5", id="number"),
        pytest.param([{"type": "image"}], '{"type": "image"}', id="image without data"),
        pytest.param(
            [{"type": "non_standard", "value": PNG}],
            str(PNG).replace("'", '"'),
            id="foreign image",
        ),
        pytest.param(
            [{"type": "non_standard", "value": {"type": "text", "text": "a"}}],
            "a",
            id="foreign text",
        ),
    ],
)
def test_what_a_tool_gives_beside_known_parts_is_sent_as_json(
    blocks: Any, text: str, *, media: bool
) -> None:
    assert tool_content(blocks, "here", media=media) == (text, [])


def test_bytes_deep_in_what_a_tool_gives_are_an_error_that_says_what_to_pass() -> None:
    block = {"type": "json", "json": {"data": b"a"}}
    with pytest.raises(ConfigurationError, match=r"here.* contains bytes"):
        tool_content([block], "here", media=False)


def test_data_that_json_does_not_have_is_sent_as_its_text() -> None:
    block = {"type": "json", "json": {"day": date(2026, 1, 2)}}
    text, media = tool_content([block], "here", media=False)

    assert text == '{"type": "json", "json": {"day": "2026-01-02"}}'
    assert media == []
