"""Convert calls of custom tools, whose input is free text, to LangChain's form.

That form is a call with one argument, `__arg1`, which LangChain's `Tool` accepts and
which `ChatOpenAI` produces for OpenAI's custom tools.
"""

from __future__ import annotations

import json
from typing import Any

CUSTOM = "custom"
"""The `type` of such a call, and the key of the object with its name and input."""

INPUT = "__arg1"
"""The argument that holds the input."""

INPUT_START = f'{{"{INPUT}": "'
INPUT_END = '"}'
"""The JSON text after the input in the arguments."""


def input_part(text: str) -> str:
    """Return a part of the input, escaped as part of the arguments."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def input_of(arguments: Any) -> str:
    """Return the input from the arguments of a call.

    Args:
        arguments: An object, or the text of one that was truncated.
    """
    if isinstance(arguments, dict):
        value = arguments.get(INPUT)
        if isinstance(value, str) and len(arguments) == 1:
            return value
        return json.dumps(arguments, ensure_ascii=False)
    text = str(arguments or "")
    if text.startswith(INPUT_START):
        begun = text.removeprefix(INPUT_START).removesuffix(INPUT_END)
        try:
            return str(json.loads(f'"{begun}"'))
        except ValueError:
            pass
    return text
