"""Send back fields of an answer that its server reads again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any


def fields_sent_back(
    fields: Mapping[str, Any], names: Collection[str]
) -> dict[str, Any]:
    """Return the fields of an assistant message that the server reads.

    Of `annotations`, those of parsed files are sent: sources have no effect. An `index`
    numbers the pieces of a stream and is left out.

    Args:
        fields: The message's `additional_kwargs`.
        names: The fields that the server reads.
    """
    found: dict[str, Any] = {}
    for name in names:
        items = fields.get(name)
        sent = [
            {key: value for key, value in item.items() if key != "index"}
            for item in (items if isinstance(items, list) else ())
            if isinstance(item, Mapping)
            and (name != "annotations" or item.get("type") == "file")
        ]
        if sent:
            found[name] = sent
    return found
