"""Read the content of a client's message: text and media.

Only the documented keys of a part are kept, see
https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages. Others
may mean something to a model's package, such as an address from which it reads a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from langchain_sse_chat.serve.failure.failure import refused
from langchain_sse_chat.serve.request.json_checks import (
    listing,
    mapping,
    missing,
    name,
    text,
    wrong_value,
)
from langchain_sse_chat.serve.request.limits import RequestLimits

Part = dict[str, Any]

_SYSTEM = frozenset({"text"})
_ANSWER = frozenset({"text", "refusal"})
_MEDIA = frozenset({"text", "image_url", "input_audio", "file"})
_KNOWN: dict[str, frozenset[str]] = {
    "system": _SYSTEM,
    "developer": _SYSTEM,
    "user": _MEDIA | {"audio_url", "video_url"},
    "assistant": _ANSWER,
    "tool": _MEDIA,
    "function": _SYSTEM,
}
"""The types of parts by role. The URLs of audio and video are those of vLLM
(https://docs.vllm.ai/en/latest/features/multimodal_inputs.html)."""

_HTTPS = re.compile(r"https://[^\s/?#@\\]+(?:[/?#][^\s\\]*)?", re.IGNORECASE)
_DATA = re.compile(r"data:[\w.+-]+/[\w.+-]+[;,]", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/_=\s-]*")
_FORMAT = re.compile(r"[A-Za-z0-9-]{1,16}")


def read_content(
    value: Any, role: str, path: str, limits: RequestLimits
) -> str | list[Part]:
    """Return the content of a message: a string, or its parts.

    Args:
        value: The content as sent.
        role: The role of the message.
        path: The path of the message, such as `messages[3]`.
        limits: The limits of a request.

    Raises:
        RequestRefused: The content, or a part of it, is not valid for the role.
    """
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        msg = f"`{path}.content` must be a string or a list of parts."
        raise refused(msg, path, "invalid_type")
    if not value:
        msg = f"`{path}.content` is an empty list. Send at least one part."
        raise refused(msg, path, "invalid_value")
    parts = listing(value, f"{path}.content", limits.parts)
    return [
        _read_part(part, role, f"{path}.content[{position}]")
        for position, part in enumerate(parts)
    ]


def _read_part(value: Any, role: str, path: str) -> Part:
    part = mapping(value, path)
    kind = part.get("type")
    if not isinstance(kind, str) or kind not in _KNOWN[role]:
        known = ", ".join(sorted(_KNOWN[role]))
        msg = (
            f"`{path}` has no known `type`. The content of a message with the role "
            f"`{role}` may have: {known}."
        )
        raise refused(msg, path, "invalid_value")
    if kind not in part:
        raise missing(path, f"`{path}` has the type `{kind}` and no `{kind}`.")
    read = {"type": kind, kind: _READERS[kind](part[kind], f"{path}.{kind}")}
    mark = part.get("cache_control")
    # Anthropic's mark for prompt caching, which gateways accept on all parts.
    return {**read, "cache_control": mark} if isinstance(mark, dict) else read


def _plain(value: Any, path: str) -> str:
    return text(value, path)


def _linked(value: Any, path: str) -> Part:
    media = {"url": value} if isinstance(value, str) else mapping(value, path)
    read = {"url": media_url(media.get("url"), path)}
    detail = media.get("detail")
    return read if detail is None else {**read, "detail": text(detail, path, 16)}


def media_url(value: Any, path: str) -> str:
    """Return a URL that makes no server read something on behalf of a client.

    Others, such as `file:` and `http:`, may lead into the network of the server.

    Raises:
        RequestRefused: It is neither an `https:` nor a `data:` URL.
    """
    is_known = isinstance(value, str) and (
        _HTTPS.fullmatch(value) or _DATA.match(value)
    )
    if not is_known:
        msg = f"`{path}` has no URL that is accepted. Send an `https:` or `data:` URL."
        raise refused(msg, path, "invalid_value")
    return str(value)


def _audio(value: Any, path: str) -> Part:
    audio = mapping(value, path)
    kind = audio.get("format")
    if not isinstance(kind, str) or not _FORMAT.fullmatch(kind):
        msg = f"`{path}` needs the `format` of its audio, such as `wav` or `mp3`."
        raise refused(msg, path, "invalid_value")
    return {"data": _base64(audio.get("data"), path), "format": kind}


def _file(value: Any, path: str) -> Part:
    file = mapping(value, path)
    read: Part = {}
    if (given := file.get("file_id")) is not None:
        read["file_id"] = name(given, path, 256)
    if (given := file.get("file_data")) is not None:
        has_scheme = isinstance(given, str) and ":" in given[:16]
        read["file_data"] = (media_url if has_scheme else _base64)(given, path)
    if not read:
        msg = f"`{path}` needs a `file_id` or `file_data`."
        raise refused(msg, path, "missing_required_parameter")
    if (given := file.get("filename")) is not None:
        read["filename"] = name(given, path, 256)
    return read


def _base64(value: Any, path: str) -> str:
    if not isinstance(value, str) or not _BASE64.fullmatch(value) or not value:
        raise wrong_value(path, "needs its data as base64 text.")
    return value


_READERS: Mapping[str, Callable[[Any, str], Any]] = {
    "text": _plain,
    "refusal": _plain,
    "image_url": _linked,
    "audio_url": _linked,
    "video_url": _linked,
    "input_audio": _audio,
    "file": _file,
}
