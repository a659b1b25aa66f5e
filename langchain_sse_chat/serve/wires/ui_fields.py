"""Convert the end of an answer to the words of the AI SDK: sources, files, usage."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from langchain_sse_chat.serve.answer.parts import Finish

_REASONS = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool-calls",
    "content_filter": "content-filter",
}
_OTHER = "other"

_COUNTS = {
    "inputTokens": ("prompt_tokens",),
    "outputTokens": ("completion_tokens",),
    "totalTokens": ("total_tokens",),
    "cachedInputTokens": ("prompt_tokens_details", "cached_tokens"),
    "reasoningTokens": ("completion_tokens_details", "reasoning_tokens"),
}
"""The AI SDK's names of token counts, and where they are in OpenAI's form."""

_LINK = re.compile(r"https?://[^\s]+", re.IGNORECASE)
"""A page shows sources as links: no `javascript:` URL may become one."""

_FILE = re.compile(r"data:(?P<type>image/[\w.+-]+)[;,]|https?://[^\s]+", re.IGNORECASE)

_ANY_IMAGE = "image/*"
_DOCUMENT = "text/plain"


def finish_reason(finish: Finish) -> str:
    """Return the finish reason; `other` for one whose meaning is not known."""
    return _REASONS.get(finish.reason, _OTHER)


def metadata_of(finish: Finish, model: str | None) -> dict[str, Any]:
    """Return the metadata of the message: finish reason, model and token counts.

    Args:
        finish: The end of the answer.
        model: The name of the model, if the answer does not have its own.
    """
    metadata: dict[str, Any] = {"finishReason": finish_reason(finish)}
    if name := finish.model or model:
        metadata["model"] = name
    counts = {name: _count(finish.usage, keys) for name, keys in _COUNTS.items()}
    usage = {name: count for name, count in counts.items() if count is not None}
    if usage:
        metadata["usage"] = usage
    return metadata


def parts_of(finish: Finish) -> list[dict[str, Any]]:
    """Return the chunks of the sources and of the images."""
    sources = {
        (source["type"], source["sourceId"]): source for source in _sources(finish)
    }
    return [*sources.values(), *_files(finish.fields.get("images"))]


def _count(usage: Any, keys: tuple[str, ...]) -> int | None:
    for key in keys:
        usage = usage.get(key) if isinstance(usage, Mapping) else None
    return usage if type(usage) is int else None


def _sources(finish: Finish) -> Iterator[dict[str, Any]]:
    """Yield the sources of an answer; a page may be there more than once."""
    # Perplexity has the links twice, with titles and without.
    for link in _listed(finish.metadata.get("citations")):
        yield from _source({"url": link} if isinstance(link, str) else link)
    for found in _listed(finish.metadata.get("search_results")):
        yield from _source(found)
    for annotation in _listed(finish.fields.get("annotations")):
        if isinstance(annotation, Mapping):
            kind = str(annotation.get("type"))
            inner = annotation.get(kind) or annotation.get("value")
            yield from _source(inner if isinstance(inner, Mapping) else annotation)


def _source(cited: Any) -> Iterator[dict[str, Any]]:
    """Yield the chunk of a source, if it has a link or a title."""
    if not isinstance(cited, Mapping):
        return
    url, title = cited.get("url"), cited.get("title") or cited.get("filename")
    if isinstance(url, str) and _LINK.fullmatch(url):
        titled = {"title": title} if isinstance(title, str) else {}
        yield {"type": "source-url", "sourceId": url, "url": url, **titled}
    elif not url and isinstance(title, str):
        source_id = str(cited.get("file_id") or title)
        document = {"sourceId": source_id, "mediaType": _DOCUMENT, "title": title}
        yield {"type": "source-document", **document}


def _files(images: Any) -> Iterator[dict[str, Any]]:
    for image in _listed(images):
        link = image.get("image_url") if isinstance(image, Mapping) else None
        url = link.get("url") if isinstance(link, Mapping) else link
        found = _FILE.match(url) if isinstance(url, str) else None
        if found:
            media_type = found["type"] or _ANY_IMAGE
            yield {"type": "file", "url": url, "mediaType": media_type}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
