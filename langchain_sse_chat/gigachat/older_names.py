"""Return the parts of an answer under the names of `langchain_gigachat` too.

Programs that were written for that package read them there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_IMAGE = re.compile(r'<img\b[^<>]*?\bsrc="([^"]+)"[^<>]*\bfuse="[^<>]*>(.+)?')
_VIDEO = re.compile(r'<video\b([^<>]*)\bfuse="true"[^<>]*>(.+)?')
_ATTRIBUTE = re.compile(r'\b(src|cover)="([^"]+)"')

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
    if image := _IMAGE.search(text):
        names = {"image_uuid": image[1], "postfix_message": image[2]}
    video = _VIDEO.search(text)
    found = dict(_ATTRIBUTE.findall(video[1])) if video else {}
    if video and "src" in found:
        names |= {
            "cover_uuid": found.get("cover"),
            "video_uuid": found["src"],
            "postfix_message": video[2],
        }
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
