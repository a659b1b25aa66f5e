"""Leave out the fields of a request that its model refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_sse_chat.dialect import Dialect, with_changes
from langchain_sse_chat.request.reasoning_switch import reasons

_NEUTRAL: dict[str, Any] = {
    "temperature": 1,
    "top_p": 1,
    "presence_penalty": 0,
    "frequency_penalty": 0,
    "logprobs": False,
}
"""Values that mean the same as no value."""


def within_limits(
    fields: Mapping[str, Any],
    extra_body: tuple[Mapping[str, Any] | None, ...],
    dialect: Dialect,
) -> tuple[dict[str, Any], Dialect, dict[str, Any]]:
    """Apply the facts that hold while a model reasons, and drop what it refuses.

    Args:
        fields: The fields of a body, before they are in the server's form.
        extra_body: The fields that are sent as they are, the last first. They are not
            dropped.
        dialect: The dialect of the model.

    Returns:
        The fields that are left; the dialect of this call; and the fields that were
        dropped, each with `None`, except those that meant the same as no value.
    """
    if dialect.while_reasoning:
        layers = (*extra_body, fields)
        if reasons(layers, by_default=dialect.reasons_by_default):
            dialect = with_changes(dialect, dict(dialect.while_reasoning))
    refused = dialect.dropped_fields
    left = {name: value for name, value in fields.items() if name not in refused}
    dropped = {
        name: None
        for name in sorted(refused)
        if fields.get(name) is not None and fields[name] != _NEUTRAL.get(name)
    }
    return left, dialect, dropped
