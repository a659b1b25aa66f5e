"""Convert images, audio and other parts of an answer to content blocks."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

Block = dict[str, Any]
"""A content block of LangChain, such as `{"type": "image", "url": "https://…"}`."""

_MEDIA_PARTS = {"image_url": "image", "audio_url": "audio", "video_url": "video"}
"""Types of parts that hold a URL, and the types of their blocks."""

_SIGNATURES = (
    (b"RIFF", "audio/wav"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"\xff\xf1", "audio/aac"),
    (b"\xff\xf9", "audio/aac"),
)
"""The first bytes of the audio formats of chat completions; PCM has no signature
(https://platform.openai.com/docs/api-reference/chat/create#chat-create-audio)."""

_BASE64_PIECES = re.compile("[^=]+=*")


def image_to_block(image: object) -> Block:
    """Return the block for an image of an answer's `images`.

    OpenRouter and LiteLLM send `image_url` parts
    (https://openrouter.ai/docs/features/multimodal/image-generation), others a URL or
    an object with `url` or `b64_json`. Anything else becomes a `non_standard` block.
    """
    if isinstance(image, str):
        return {"type": "image", **_source(image)}
    if isinstance(image, Mapping):
        if isinstance(data := image.get("b64_json"), str):
            return _with_rest({"type": "image", "base64": data}, image, {"b64_json"})
        if isinstance(url := image.get("url"), str):
            return _with_rest({"type": "image", **_source(url)}, image, {"url"})
        return part_to_block({"type": "image_url", **image})
    return non_standard(image)


def part_to_block(part: object) -> Block:
    """Return the block for a part of a content list.

    Parts with an image, audio, video or file in the form of chat completions become
    such blocks. All others, including Mistral's `reference`, are kept unchanged in a
    `non_standard` block.
    """
    if not isinstance(part, Mapping):
        return non_standard(part)
    kind = part.get("type")
    if not isinstance(kind, str):
        return non_standard(part)
    inner = part.get(kind)
    if kind in _MEDIA_PARTS:
        source = inner if isinstance(inner, Mapping) else {"url": inner}
        if isinstance(url := source.get("url"), str) and url:
            block = {"type": _MEDIA_PARTS[kind], **_source(url)}
            rest = {**source, **part}
            return _with_rest(block, rest, {"url", kind})
    if kind == "file" and isinstance(inner, Mapping):
        return _file(inner)
    return non_standard(part)


def audio_to_block(audio: Mapping[str, Any]) -> Block:
    """Return the block for a spoken answer.

    Its `id` is needed to send the answer back; its `extras` have the `transcript` and
    `expires_at` (Unix time in seconds). The type is detected from the first bytes. Data
    of an unknown format is PCM, the only format that OpenAI streams.
    """
    block: Block = {"type": "audio"}
    if isinstance(audio_id := audio.get("id"), str) and audio_id:
        block["id"] = audio_id
    if isinstance(data := audio.get("data"), str) and data:
        block |= {"base64": _joined_base64(data), "mime_type": _audio_type(data)}
    elif isinstance(url := audio.get("url"), str) and url:
        block |= _source(url)
    return _with_rest(block, audio, {"id", "data", "url"})


def non_standard(value: object) -> Block:
    """Return a block for a value without a type in LangChain."""
    whole = dict(value) if isinstance(value, Mapping) else {"value": value}
    return {"type": "non_standard", "value": whole}


def _file(file: Mapping[str, Any]) -> Block:
    block: Block = {"type": "file"}
    if isinstance(file_id := file.get("file_id"), str):
        block["file_id"] = file_id
    if isinstance(data := file.get("file_data"), str):
        block |= _source(data)
    return _with_rest(block, file, {"file_id", "file_data"})


def _source(url: str) -> Block:
    """Return the data and type of a base64 data URL, or any other URL unchanged."""
    if url[:5].lower() != "data:":
        return {"url": url}
    head, _, data = url[5:].partition(",")
    mime_type, *parameters = head.split(";")
    if not parameters or parameters[-1].strip().lower() != "base64":
        return {"url": url}
    return {"base64": data, "mime_type": mime_type or "application/octet-stream"}


def _with_rest(block: Block, source: Mapping[str, Any], used: set[str]) -> Block:
    """Return a block with the other fields of its source in `extras`.

    The source's `index` only numbers deltas of a stream and is dropped.
    """
    used = used | {"type", "index"}
    rest = {k: v for k, v in source.items() if k not in used and v is not None}
    return {**block, "extras": rest} if rest else block


def _joined_base64(data: str) -> str:
    """Join base64 texts that were encoded one by one into one.

    Padding in the middle would end the data there.
    """
    if "=" not in data.rstrip("="):
        return data
    try:
        return b64encode(
            b"".join(map(b64decode, _BASE64_PIECES.findall(data)))
        ).decode()
    except ValueError:
        return data


def _audio_type(data: str) -> str:
    try:
        start = b64decode(data[:8])
    except ValueError:
        start = b""
    types = (kind for signature, kind in _SIGNATURES if start.startswith(signature))
    return next(types, "audio/pcm")
