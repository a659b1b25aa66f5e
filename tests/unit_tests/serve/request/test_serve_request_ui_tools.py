"""Tools in the form of assistant-ui."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.serve.failure.failure import RequestRefused
from langchain_sse_chat.serve.request.ui_tools import read_ui_tools

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}


def test_schemas_by_name_become_tools() -> None:
    sent = {
        "weather": {
            "description": "The weather.",
            "parameters": SCHEMA,
            "providerOptions": {"x": 1},
        },
        "time": {"parameters": {}},
    }

    assert read_ui_tools(sent) == [
        {
            "type": "function",
            "function": {
                "name": "weather",
                "description": "The weather.",
                "parameters": SCHEMA,
            },
        },
        {"type": "function", "function": {"name": "time", "parameters": {}}},
    ]


@pytest.mark.parametrize(
    "value", [None, [{"type": "function", "function": {"name": "f"}}], "f", 1]
)
def test_another_form_is_for_the_check_of_all_tools(value: Any) -> None:
    assert read_ui_tools(value) is value


def test_a_tool_that_is_not_an_object_is_refused() -> None:
    with pytest.raises(RequestRefused, match=r"`tools\[1\]` must be an object"):
        read_ui_tools({"f": {}, "g": []})
