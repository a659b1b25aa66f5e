"""Read the headers that a program sets in the context variables of `gigachat`.

https://github.com/ai-forever/gigachat describes them; a program that sets one has
imported the package, which is not required.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from langchain_sse_chat.errors import ConfigurationError

_HEADERS = {
    "Authorization": "authorization_cvar",
    "X-Session-ID": "session_id_cvar",
    "X-Request-ID": "request_id_cvar",
    "X-Service-ID": "service_id_cvar",
    "X-Operation-ID": "operation_id_cvar",
    "X-Client-ID": "client_id_cvar",
    "X-Trace-ID": "trace_id_cvar",
    "X-Agent-ID": "agent_id_cvar",
}
"""Headers, with the variables that have their values."""

_CUSTOM = "custom_headers_cvar"
"""The variable with further headers, which replace those above."""


def context_headers(modules: Mapping[str, ModuleType] = sys.modules) -> dict[str, Any]:
    """Return the headers for a request, empty if the package is not imported.

    Args:
        modules: The imported modules.

    Raises:
        ConfigurationError: The variable with further headers has no mapping.
    """
    context = modules.get("gigachat.context")
    if context is None:
        return {}
    found = {name: _value(context, variable) for name, variable in _HEADERS.items()}
    headers = {name: value for name, value in found.items() if value}
    custom = _value(context, _CUSTOM) or {}
    if not isinstance(custom, Mapping):
        kind = type(custom).__name__
        msg = (
            f"`{_CUSTOM}` of `gigachat.context` must be a dict of headers, not {kind}."
        )
        raise ConfigurationError(msg)
    return {**headers, **custom}


def _value(context: ModuleType, name: str) -> Any:
    variable = getattr(context, name, None)
    return None if variable is None else variable.get()
