"""Return the parts of an answer under the names of `langchain_gigachat` too.

Programs that were written for that package read them there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from langchain_sse_chat.gigachat.generated_files import files_in

_IDS = ("x-request-id", "x-session-id", "x-client-id")


def x_headers(headers: Mapping[str, str]) -> dict[str, str | None]:
    """Return the IDs in the headers of a response, `None` for a missing one.

    Args:
        headers: The headers, with names in lower case.
    """
    return {name: headers.get(name) for name in _IDS}


def file_names(text: str) -> dict[str, str | None]:
    """Return the first image and the first video that were generated.

    Returns:
        `image_uuid`, or `video_uuid` and `cover_uuid`, and `postfix_message`: the text
        after the tag in its line, `None` if there is none. Empty without files.
    """
    names: dict[str, str | None] = {}
    files = [*files_in(text)]
    for kind in ("image", "video"):
        file = next((each for each in files if each.kind == kind), None)
        if file is None:
            continue
        names[f"{kind}_uuid"] = file.file_id
        if kind == "video":
            names["cover_uuid"] = file.cover
        names["postfix_message"] = text[file.end :].partition("\n")[0] or None
    return names


def function_call(
    calls: Sequence[tuple[str | None, dict[str, Any] | None]],
) -> dict[str, Any]:
    """Return `function_call` for an answer with one valid call, else nothing.

    Args:
        calls: The name and the arguments of each call; `None` for arguments that are
            not an object.
    """
    if len(calls) != 1:
        return {}
    [(name, arguments)] = calls
    if arguments is None:
        return {}
    return {"function_call": {"name": name, "arguments": arguments}}
