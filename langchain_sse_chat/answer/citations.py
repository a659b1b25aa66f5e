"""Convert the sources of an answer to annotations of LangChain's text block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Annotation = dict[str, Any]
"""A `citation`, or a `non_standard_annotation` with the server's own object."""

_NESTED = ("url_citation", "file_citation", "document_citation", "function_citation")
"""Types of annotations with their fields in an object named like the type: OpenAI's
(https://platform.openai.com/docs/guides/tools-web-search), OpenRouter's
(https://openrouter.ai/docs/features/web-search) and Groq's
(https://console.groq.com/docs/api-reference#chat-create)."""

_TEXT_FIELDS = {
    "url": ("url", "link"),
    "title": ("title", "filename"),
    "cited_text": ("cited_text", "content", "snippet", "quote"),
}
"""Fields of a LangChain citation and their names on servers."""

_INDEX_FIELDS = ("start_index", "end_index")

_RESULT_LISTS = ("search_results", "web_search")
"""Top-level lists of search results: Perplexity's
(https://docs.perplexity.ai/api-reference/chat-completions-post) and Zhipu's
(https://docs.bigmodel.cn/cn/guide/tools/web-search)."""


def fields_to_annotations(fields: Mapping[str, Any]) -> list[Annotation]:
    """Return the sources of an answer without duplicates, in the server's order.

    They are read from the message's `annotations`, GitHub Copilot's
    `copilot_annotations`, the `context` of Azure's "On Your Data", and the top-level
    `citations`, `search_results` and `web_search`.

    Args:
        fields: The other fields of the message and of its chunks.
    """
    found = [
        *_own(fields.get("annotations")),
        *_own(fields.get("copilot_annotations")),
        *_azure(fields.get("context")),
        *_sources(fields),
    ]
    return list({repr(annotation): annotation for annotation in found}.values())


def _own(annotations: object) -> Iterator[Annotation]:
    if isinstance(annotations, list):
        yield from map(_annotation, annotations)
    elif isinstance(annotations, dict):
        yield from _named(annotations)


def _named(annotations: dict[str, Any]) -> Iterator[Annotation]:
    """Yield GitHub Copilot's annotations: lists, keyed by their type.

    An annotation sent again with the same ID has grown, so the last one wins.
    """
    latest: dict[object, Annotation] = {}
    for kind, items in annotations.items():
        for item in items if isinstance(items, list) else [items]:
            named = {"type": kind, **_object(item)}
            latest[kind, repr(named.get("id", item))] = _non_standard(named)
    yield from latest.values()


def _azure(context: object) -> Iterator[Annotation]:
    # https://learn.microsoft.com/azure/ai-services/openai/references/on-your-data
    if isinstance(context, dict):
        yield from map(_annotation, _listed(context.get("citations")))


def _sources(fields: Mapping[str, Any]) -> Iterator[Annotation]:
    """Yield the sources next to the message.

    Marks in the text such as `[2]` refer to `citations` (xAI, Perplexity), which are
    URLs; a search result with the same URL adds the title.
    """
    results = [r for name in _RESULT_LISTS for r in _listed(fields.get(name))]
    cited = _listed(fields.get("citations"))
    found = {r["url"]: r for r in results if isinstance(r, dict) and _text(r, ("url",))}
    for source in cited or results:
        known = found.get(source, source) if isinstance(source, str) else source
        yield _annotation(known)


def _annotation(item: object) -> Annotation:
    if isinstance(item, str):
        return {"type": "citation", "url": item}
    source = _object(item)
    kind = source.get("type")
    if kind in _NESTED and isinstance(inner := source.get(kind), dict):
        source = {**source, **inner}
        del source[kind]
    citation: Annotation = {"type": "citation"}
    for name, spellings in _TEXT_FIELDS.items():
        if (spelling := _text(source, spellings)) is not None:
            citation[name] = source.pop(spelling)
    if kind not in _NESTED and "url" not in citation:
        return _non_standard(_object(item))
    for name in _INDEX_FIELDS:
        if type(source.get(name)) is int:
            citation[name] = source.pop(name)
    rest = {k: v for k, v in source.items() if k != "type" and v is not None}
    return {**citation, "extras": rest} if rest else citation


def _text(source: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    """Return the first of the names with a text."""
    texts = (n for n in names if isinstance(source.get(n), str) and source[n])
    return next(texts, None)


def _object(item: object) -> dict[str, Any]:
    return dict(item) if isinstance(item, dict) else {"value": item}


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _non_standard(value: dict[str, Any]) -> Annotation:
    return {"type": "non_standard_annotation", "value": value}
