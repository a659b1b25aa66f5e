"""Write an advice as a program to paste."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from langchain_sse_chat.probe.advice import Advice
from langchain_sse_chat.providers.provider import host_of

_PACKAGE = "langchain_sse_chat"


def program_of(
    advice: Advice, *, base_url: str, model: str, key_variable: str | None
) -> str:
    """Return the program that makes a `ChatSSE` by an advice.

    Args:
        advice: The advice.
        base_url: The address without secrets.
        model: The name of the model.
        key_variable: The environment variable with the key; `None` without a key.
    """
    arguments = {"model": repr(model)}
    imports: list[str] = []
    names = ["ChatSSE"]
    server = ""
    if advice.dialect and advice.provider:
        imports += ["from dataclasses import replace", ""]
        row = f"PROVIDERS[{advice.provider!r}]"
        dialect = _call(f"replace({row}.dialect", _written(advice.dialect), "    ")
        facts = {"dialect": dialect}
        server = f"server = {_call(f'replace({row}', facts)}\n"
    elif advice.dialect:
        names += ["Dialect", "Provider"]
        key = {"api_key_env": repr(key_variable)}
        facts = {
            "name": repr(_name(base_url)),
            "base_url": repr(base_url),
            **(key if key_variable else {"api_key_required": "False"}),
            "dialect": _call("Dialect(", _written(advice.dialect), "    "),
        }
        server = f"server = {_call('Provider(', facts)}\n"
    if server:
        arguments["provider"] = "server"
    elif advice.provider:
        arguments["provider"] = repr(advice.provider)
    if "Provider" not in names:
        arguments["base_url"] = repr(base_url)
    if key_variable and "Provider" not in names:
        imports = ["import os", *(imports or [""])]
        arguments["api_key"] = f"os.environ[{key_variable!r}]"
    arguments |= _written(advice.settings)
    imports.append(f"from {_PACKAGE} import {', '.join(names)}")
    if "PROVIDERS" in server:
        imports.append(f"from {_PACKAGE}.providers import PROVIDERS")
    head = "\n".join(imports)
    return f"{head}\n\n{server}chat = {_call('ChatSSE(', arguments)}\n"


def _name(base_url: str) -> str:
    """Return a name for a server by its host."""
    return re.sub(r"[^a-z0-9]+", "-", host_of(base_url) or "").strip("-") or "server"


def _written(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: _source(value) for name, value in values.items()}


def _source(value: Any) -> str:
    if isinstance(value, frozenset):
        return f"frozenset({{{', '.join(map(repr, sorted(value)))}}})"
    return repr(value)


def _call(start: str, arguments: Mapping[str, str], indent: str = "") -> str:
    """Return a call with an argument on each line.

    Args:
        start: The name and the bracket, perhaps with a first argument.
        arguments: The others by their names.
        indent: What stands before the closing bracket.
    """
    first = "" if start.endswith("(") else ","
    inner = "".join(f"{indent}    {name}={text},\n" for name, text in arguments.items())
    return f"{start}{first}\n{inner}{indent})"
