"""The sources that an answer names, as annotations of LangChain's text block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Annotation = dict[str, Any]
"""A `citation`, or a `non_standard_annotation` with the server's own object."""

_NESTED = ("url_citation", "file_citation", "document_citation", "function_citation")
"""Types of annotations that have their fields in an object of the type's name: OpenAI's
(https://platform.openai.com/docs/guides/tools-web-search), OpenRouter's
(https://openrouter.ai/docs/features/web-search) and Groq's
(https://console.groq.com/docs/api-reference#chat-create)."""

_TEXT_FIELDS = {
    "url": ("url", "link"),
    "title": ("title", "filename"),
    "cited_text": ("cited_text", "content", "snippet", "quote"),
}
"""Fields of a LangChain citation and the names that servers have for them."""

_INDEX_FIELDS = ("start_index", "end_index")

_RESULT_LISTS = ("search_results", "web_search")
"""Top-level lists of what a search found: Perplexity's
(https://docs.perplexity.ai/api-reference/chat-completions-post) and Zhipu's
(https://docs.bigmodel.cn/cn/guide/tools/web-search)."""


def fields_to_annotations(fields: Mapping[str, Any]) -> list[Annotation]:
    """Return what an answer says about its sources, each once, in the server's order.

    Read are the message's `annotations`, GitHub Copilot's `copilot_annotations`, the
    `context` of Azure's answers on one's own data, and the top-level `citations`,
    `search_results` and `web_search`.

    Args:
        fields: The further fields of the message and of its chunks.
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
    """Yield GitHub Copilot's annotations: lists under the names of their kinds.

    One that is sent again with its id has grown: the last holds.
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
    """Yield the sources beside the message.

    Marks in the text such as `[2]` count `citations` (xAI, Perplexity), which are URLs;
    what was found under a URL tells its title.
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
    """Return the first of the names under which there is text."""
    texts = (n for n in names if isinstance(source.get(n), str) and source[n])
    return next(texts, None)


def _object(item: object) -> dict[str, Any]:
    return dict(item) if isinstance(item, dict) else {"value": item}


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _non_standard(value: dict[str, Any]) -> Annotation:
    return {"type": "non_standard_annotation", "value": value}
