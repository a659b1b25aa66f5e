"""Convert message content to the form of chat completions.

LangChain knows four forms of an image: its own blocks of version 1 and of version 0
(with `source_type`), OpenAI's parts and Anthropic's blocks. This module converts all of
them to OpenAI's parts
(https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages), and
also the user input of other APIs, such as OpenAI's Responses. Blocks of an unknown type
are not changed; `langchain_sse_chat.request.roles` decides which parts are sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage

from langchain_sse_chat.errors import ConfigurationError

RequestPart = dict[str, Any]
"""One part of a message's content as sent, such as `{"type": "text", "text": "Hi"}`."""

_NOT_SENT = frozenset(
    {
        "id",
        "index",
        "annotations",
        "extras",
        "citations",
        "phase",
        "signature",
        "status",
        "thought_signature",
    }
)
"""Keys of a text block that are not sent: LangChain's bookkeeping, and fields that the
server of a model added."""

_CACHE_KEYS = ("cache_control", "prompt_cache_breakpoint")
"""Marks for prompt caching, which servers accept on all parts."""

_AUDIO_FORMATS = {
    "mpeg": "mp3",
    "x-mp3": "mp3",
    "x-wav": "wav",
    "wave": "wav",
    "vnd.wave": "wav",
    "mp4": "m4a",
    "x-m4a": "m4a",
    "x-flac": "flac",
    "x-aiff": "aiff",
}
"""Names of audio formats that differ from the MIME subtype; OpenAI accepts `wav` and
`mp3`."""

_FILE_EXTENSIONS = {
    "text/plain": "txt",
    "text/markdown": "md",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
}
"""Extensions that differ from the MIME subtype."""


def block_to_wire(block: Any, path: str) -> RequestPart:
    """Return the part for a block of a content list.

    Args:
        block: A string, or a block in one of the forms above. A block of an unknown
            type is copied unchanged.
        path: The path of the block in the messages, for errors.

    Raises:
        ConfigurationError: The block has no `type`, or lacks a field of its type.
    """
    if isinstance(block, str):
        return {"type": "text", "text": block}
    kind = block.get("type") if isinstance(block, Mapping) else None
    if kind is None and isinstance(block, Mapping) and block.keys() == {"text"}:
        kind = "text"  # Bedrock's form
    if not isinstance(kind, str):
        msg = (
            f"{path} is neither a string nor a dict with a `type`. Pass text as a "
            'string or as {"type": "text", "text": "..."}.'
        )
        raise ConfigurationError(msg)
    converter = _CONVERTERS.get(kind)
    return dict(block) if converter is None else converter(block, path)


def check_images(messages: Sequence[BaseMessage]) -> None:
    """Reject images without a MIME type here, before LangChain's tracing does.

    Raises:
        ConfigurationError: An image has no data or no `mime_type`.
    """
    for number, message in enumerate(messages):
        if isinstance(message.content, str) or isinstance(message, AIMessage):
            continue
        for position, block in enumerate(message.content):
            if (
                isinstance(block, Mapping)
                and block.get("type") == "image"
                and not (block.get("mime_type") or block.get("source"))
            ):
                block_to_wire(block, f"messages[{number}].content[{position}]")


def joined_text(parts: Sequence[RequestPart], separator: str) -> str | None:
    """Join parts into one string if all of them are plain text.

    Args:
        parts: Parts from `block_to_wire`.
        separator: The string between two texts.

    Returns:
        The string, or `None` when joining would lose something: a part that is not
        text, or a mark on a text, such as `cache_control`.
    """
    texts = []
    for part in parts:
        if part.keys() != {"type", "text"} or part["type"] != "text":
            return None
        texts.append(part["text"])
    return separator.join(texts)


def cache_marks(block: Mapping[str, Any]) -> RequestPart:
    """Return the block's marks for prompt caching, including those in `extras`."""
    found = {**(block.get("extras") or {}), **block}
    return {key: found[key] for key in _CACHE_KEYS if key in found}


def _text(block: Mapping[str, Any], path: str) -> RequestPart:
    if not isinstance(block.get("text"), str):
        msg = f"{path} is a text block whose `text` is not a string."
        raise ConfigurationError(msg)
    own = {key: value for key, value in block.items() if key not in _NOT_SENT}
    return {**own, "type": "text", **cache_marks(block)}


def _image(block: Mapping[str, Any], path: str) -> RequestPart:
    plain = _without_source(block)
    if file_id := plain.get("file_id"):
        return {**_file_reference(file_id), **cache_marks(block)}
    image = {"url": _url_or_data(plain, path)}
    detail = block.get("detail") or (block.get("extras") or {}).get("detail")
    if detail:
        image["detail"] = detail
    return {"type": "image_url", "image_url": image, **cache_marks(block)}


def _image_url(block: Mapping[str, Any], path: str) -> RequestPart:
    image = block.get("image_url")
    if isinstance(image, str):
        return {**block, "image_url": {"url": image}}
    url = image.get("url") if isinstance(image, Mapping) else image
    if isinstance(url, bytes | bytearray):
        raise bytes_given(path)
    if not isinstance(image, Mapping) or not isinstance(url, str):
        msg = f"{path} has no image. Pass it as {{'image_url': {{'url': '...'}}}}."
        raise ConfigurationError(msg)
    return dict(block)


def _audio(block: Mapping[str, Any], path: str) -> RequestPart:
    plain = _without_source(block)
    if file_id := plain.get("file_id"):
        return {**_file_reference(file_id), **cache_marks(block)}
    if "base64" not in plain:
        # OpenAI does not accept audio URLs; this part is vLLM's
        # (https://docs.vllm.ai/en/latest/features/multimodal_inputs.html).
        audio = {"url": _url_or_data(plain, path)}
        return {"type": "audio_url", "audio_url": audio, **cache_marks(block)}
    data = _base64(plain, path)
    subtype = _mime_type(plain, path).partition("/")[2].partition(";")[0].strip()
    return {
        "type": "input_audio",
        "input_audio": {
            "data": data,
            "format": _AUDIO_FORMATS.get(subtype, subtype),
        },
        **cache_marks(block),
    }


def _video(block: Mapping[str, Any], path: str) -> RequestPart:
    # OpenAI does not accept video; OpenRouter, vLLM and DashScope share this part
    # (https://openrouter.ai/docs/guides/overview/multimodal/videos).
    if "video" in block:
        # DashScope's list of frames
        # (https://www.alibabacloud.com/help/en/model-studio/vision).
        return dict(block)
    plain = _without_source(block)
    if file_id := plain.get("file_id"):
        return {**_file_reference(file_id), **cache_marks(block)}
    video = {"url": _url_or_data(plain, path)}
    return {"type": "video_url", "video_url": video, **cache_marks(block)}


def _file(block: Mapping[str, Any], path: str) -> RequestPart:
    if isinstance(block.get("file"), Mapping):
        return _named_file(block)
    plain = _without_source(block)
    if isinstance(text := plain.get("text"), str):
        return {"type": "text", "text": text, **cache_marks(block)}
    if file_id := plain.get("file_id"):
        return {**_file_reference(file_id), **cache_marks(block)}
    # A URL here is OpenRouter's
    # (https://openrouter.ai/docs/guides/overview/multimodal/pdfs); OpenAI refuses it.
    file = {"file_data": _url_or_data(plain, path)}
    name = _file_name(block)
    if name is None and "base64" in plain:
        name = _made_up_name(_mime_type(plain, path))
    if name is not None:
        file["filename"] = name
    return {"type": "file", "file": file, **cache_marks(block)}


def _named_file(block: Mapping[str, Any]) -> RequestPart:
    """Return OpenAI's own file part, with a name for data that has none."""
    file = dict(block["file"])
    data = file.get("file_data")
    if isinstance(data, str) and data.startswith("data:") and not file.get("filename"):
        mime_type = data.removeprefix("data:").partition(";")[0]
        file["filename"] = _made_up_name(mime_type)
    return {**block, "file": file}


def _plain_text(block: Mapping[str, Any], path: str) -> RequestPart:
    return _file({"mime_type": "text/plain", **block}, path)


def _document(block: Mapping[str, Any], path: str) -> RequestPart:
    # Anthropic's document
    # (https://docs.claude.com/en/docs/build-with-claude/pdf-support); without a source
    # it is a server's own type.
    if not isinstance(block.get("source"), Mapping):
        return dict(block)
    return _file(block, path)


def _refusal(block: Mapping[str, Any], path: str) -> RequestPart:
    return _text({"text": block.get("refusal")}, path)


def _guarded(block: Mapping[str, Any], path: str) -> RequestPart:
    # Bedrock's text that a guardrail reads
    # (https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-use-converse-api.html).
    inner = block.get("guard_content")
    text = inner.get("text") if isinstance(inner, Mapping) else inner
    text = text.get("text") if isinstance(text, Mapping) else text
    return _text({"text": text}, path)


def _search_result(block: Mapping[str, Any], path: str) -> RequestPart:
    # Anthropic's (https://docs.claude.com/en/docs/build-with-claude/search-results).
    content = block.get("content")
    parts = content if isinstance(content, list) else []
    texts = [part.get("text") for part in parts if isinstance(part, Mapping)]
    lines = [block.get("title"), block.get("source"), *texts]
    text = "\n".join(line for line in lines if isinstance(line, str))
    return _text({**cache_marks(block), "text": text}, path)


def _media(block: Mapping[str, Any], path: str) -> RequestPart:
    # Gemini's (https://github.com/langchain-ai/langchain-google).
    mime_type = _mime_type(block, path)
    url = block.get("file_uri") or block.get("url")
    source = {"url": url} if url else {"base64": block.get("data")}
    kind = mime_type.partition("/")[0]
    converter = {"image": _image, "audio": _audio, "video": _video}.get(kind, _file)
    return converter({**source, "mime_type": mime_type, **cache_marks(block)}, path)


def _input_image(block: Mapping[str, Any], path: str) -> RequestPart:
    # OpenAI's Responses, as `_input_file`
    # (https://platform.openai.com/docs/api-reference/responses/create).
    if file_id := block.get("file_id"):
        return _file_reference(file_id)
    return _image({**block, "url": block.get("image_url")}, path)


def _input_file(block: Mapping[str, Any], path: str) -> RequestPart:
    keys = ("file_id", "file_data", "filename")
    file = {key: block[key] for key in keys if block.get(key)}
    if not file.keys() & {"file_id", "file_data"}:
        return _file({"url": block.get("file_url"), **file}, path)
    return _named_file({"type": "file", "file": file, **cache_marks(block)})


def _non_standard(block: Mapping[str, Any], path: str) -> RequestPart:
    return block_to_wire(block.get("value"), f"{path}.value")


def _custom_output(block: Mapping[str, Any], path: str) -> RequestPart:
    # The result of a tool made by `langchain_openai.custom_tool`.
    return _text({"type": "text", "text": block.get("output") or ""}, path)


_CONVERTERS: dict[str, Callable[[Mapping[str, Any], str], RequestPart]] = {
    "text": _text,
    "custom_tool_call_output": _custom_output,
    "input_text": _text,
    "output_text": _text,
    "refusal": _refusal,
    "guard_content": _guarded,
    "search_result": _search_result,
    "media": _media,
    "input_image": _input_image,
    "input_file": _input_file,
    "image": _image,
    "image_url": _image_url,
    "audio": _audio,
    "video": _video,
    "file": _file,
    "text-plain": _plain_text,
    "document": _document,
    "non_standard": _non_standard,
}


def _without_source(block: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a media block with the keys of LangChain's version 1.

    Version 0 has the kind of its data in `source_type`, Anthropic in a `source`.
    """
    source = block.get("source")
    if isinstance(source, Mapping):
        kind, inner = source.get("type"), source
    else:
        kind, inner = block.get("source_type"), block
    mime_type = inner.get("media_type") or block.get("mime_type")
    if kind == "base64":
        return {"base64": inner.get("data"), "mime_type": mime_type}
    if kind == "text":
        # Version 0 keeps the text of a text file under `url`.
        return {"text": inner.get("data", inner.get("url", inner.get("text")))}
    if kind == "url":
        return {"url": inner.get("url")}
    if kind in {"id", "file"}:
        return {"file_id": inner.get("file_id", inner.get("id"))}
    return block


def _url_or_data(plain: Mapping[str, Any], path: str) -> str:
    if isinstance(url := plain.get("url"), str):
        return url
    data = _base64(plain, path)
    return f"data:{_mime_type(plain, path)};base64,{data}"


def _base64(plain: Mapping[str, Any], path: str) -> str:
    if isinstance(data := plain.get("base64"), str) and data:
        return data
    if any(isinstance(value, bytes | bytearray) for value in plain.values()):
        raise bytes_given(path)
    msg = f"{path} has no data. Add a `url`, a `base64` or a `file_id`."
    raise ConfigurationError(msg)


def bytes_given(path: str) -> ConfigurationError:
    """Return the error for a block with bytes, which JSON cannot contain."""
    return ConfigurationError(
        f"{path} contains bytes. Pass base64 text instead: "
        "`base64.b64encode(data).decode()` as `base64`, with a `mime_type`."
    )


def _mime_type(plain: Mapping[str, Any], path: str) -> str:
    if isinstance(mime_type := plain.get("mime_type"), str) and mime_type:
        return mime_type
    msg = f"{path} has base64 data of unknown type. Add a `mime_type`."
    raise ConfigurationError(msg)


def _file_reference(file_id: str) -> RequestPart:
    # The only part of chat completions that can name an uploaded file.
    return {"type": "file", "file": {"file_id": file_id}}


def _file_name(block: Mapping[str, Any]) -> str | None:
    places = (block, block.get("extras") or {}, block.get("metadata") or {})
    for key in ("filename", "title"):
        for place in places:
            if isinstance(name := place.get(key), str) and name:
                return name
    return None


def _made_up_name(mime_type: str) -> str:
    # OpenAI rejects file data without a file name.
    extension = _FILE_EXTENSIONS.get(mime_type, mime_type.rpartition("/")[2])
    return f"file.{extension}"
