"""Find the tools that the user names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from langchain_core.tools import BaseTool
from langchain_core.tools import tool as as_tool
from langchain_core.utils.function_calling import convert_to_openai_tool

from langchain_sse_chat.cli.load import CommandError, load


def load_tools(address: str) -> list[BaseTool]:
    """Return the tools at `module:attribute`: a tool, a function, or a list of these.

    Raises:
        CommandError: There are no tools there, or the module cannot be imported.
    """
    try:
        found = load(address)
        each = found if isinstance(found, list | tuple) else [found]
        tools = [_as_tool(item) for item in each]
        for tool in tools:  # a schema that cannot be sent is found here
            convert_to_openai_tool(tool)
    except CommandError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001  code of the user
        first = str(error).partition("\n")[0].rstrip(".")
        msg = (
            f"Cannot load tools from {address}: {type(error).__name__}: {first}. Pass "
            "module:name of a function, a tool or a list of these."
        )
        raise CommandError(msg) from None
    if not tools:
        msg = f"{address} is an empty list. Pass at least one tool."
        raise CommandError(msg)
    return tools


def names_of(tools: Iterable[BaseTool]) -> str:
    """Return the names of tools, for people."""
    return ", ".join(each.name for each in tools)


def _as_tool(found: Any) -> BaseTool:
    if isinstance(found, BaseTool):
        return found
    if callable(found) and not isinstance(found, type):
        made: BaseTool = as_tool(found)
        return made
    msg = f"{found!r:.60} is neither a tool nor a function."
    raise CommandError(msg)
