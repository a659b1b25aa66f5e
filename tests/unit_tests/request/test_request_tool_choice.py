from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.request.tools import tool_choice_to_wire


def function_tool(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name}}


TOOLS = [
    function_tool("add"),
    function_tool("auto"),
    {"type": "web_search"},
]
ADD_CHOICE = {"type": "function", "function": {"name": "add"}}


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        (None, None),
        (False, None),
        (True, "required"),
        ("any", "required"),
        ("required", "required"),
        ("none", "none"),
        ("add", ADD_CHOICE),
        ("auto", {"type": "function", "function": {"name": "auto"}}),
        ("web_search", {"type": "web_search"}),
        (ADD_CHOICE, ADD_CHOICE),
        ({"name": "add"}, ADD_CHOICE),
        ({"type": "function", "name": "add"}, ADD_CHOICE),
        ({"type": "tool", "name": "add"}, ADD_CHOICE),
        ({"type": "any"}, "required"),
        ({"type": "none"}, "none"),
        ({"type": "auto"}, "auto"),
        (
            {"type": "allowed_tools", "tools": []},
            {"type": "allowed_tools", "tools": []},
        ),
    ],
)
def test_every_form_of_a_tool_choice_has_its_word(choice: Any, sent: Any) -> None:
    assert tool_choice_to_wire(choice, TOOLS) == sent


def test_auto_is_a_word_where_no_tool_has_that_name() -> None:
    assert tool_choice_to_wire("auto", [function_tool("add")]) == "auto"


@pytest.mark.parametrize(
    "choice",
    ["sub", {"type": "function", "function": {"name": "sub"}}, {"name": "sub"}],
)
def test_a_choice_of_a_tool_that_is_not_there_lists_those_that_are(choice: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"'sub'.*'add', 'auto'"):
        tool_choice_to_wire(choice, TOOLS)


def test_a_choice_of_a_tool_among_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"\(none\)"):
        tool_choice_to_wire("function", [])


def test_a_tools_type_is_no_choice_where_it_is_a_function() -> None:
    with pytest.raises(ConfigurationError, match="'function'"):
        tool_choice_to_wire("function", TOOLS)


def test_a_choice_of_another_type_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="Invalid tool_choice: int"):
        tool_choice_to_wire(7, TOOLS)
