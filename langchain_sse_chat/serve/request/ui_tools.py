"""Read the tools that a page offers, in the form of assistant-ui."""

from __future__ import annotations

from typing import Any

from langchain_sse_chat.serve.request.json_checks import mapping

_FIELDS = ("description", "parameters")


def read_ui_tools(value: Any) -> Any:
    """Return tools in OpenAI's form, which are checked as those of any other request.

    assistant-ui sends descriptions and schemas by name, `{}` if there are no tools:
    https://www.assistant-ui.com/docs/guides/Tools
    Everything else is returned as it is.

    Raises:
        RequestRefused: A tool is not an object.
    """
    if not isinstance(value, dict):
        return value
    return [
        {"type": "function", "function": {"name": name, **_known(tool, position)}}
        for position, (name, tool) in enumerate(value.items())
    ]


def _known(tool: Any, position: int) -> dict[str, Any]:
    fields = mapping(tool, f"tools[{position}]")
    return {name: fields[name] for name in _FIELDS if name in fields}
