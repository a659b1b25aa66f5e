"""Sources, files, token counts and finish reasons in the words of the AI SDK."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.serve.answer.parts import Finish
from langchain_sse_chat.serve.wires.ui_fields import (
    finish_reason,
    metadata_of,
    parts_of,
)

URL = "https://a.example/1"


@pytest.mark.parametrize(
    ("reason", "known"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("tool_calls", "tool-calls"),
        ("content_filter", "content-filter"),
        ("recitation", "other"),
    ],
)
def test_a_finish_reason_is_one_of_the_sdk(reason: str, known: str) -> None:
    assert finish_reason(Finish(reason)) == known


def test_metadata_have_the_counts() -> None:
    usage = {
        "prompt_tokens": 11,
        "completion_tokens": 7,
        "total_tokens": 18,
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 2},
    }
    assert metadata_of(Finish(usage=usage, model="own"), "served") == {
        "finishReason": "stop",
        "model": "own",
        "usage": {
            "inputTokens": 11,
            "outputTokens": 7,
            "totalTokens": 18,
            "cachedInputTokens": 4,
            "reasoningTokens": 2,
        },
    }


@pytest.mark.parametrize(
    "usage",
    [None, {}, {"prompt_tokens": "1", "prompt_tokens_details": None}],
    ids=repr,
)
def test_counts_that_are_not_known_are_left_out(usage: Any) -> None:
    assert metadata_of(Finish(usage=usage), None) == {"finishReason": "stop"}


def url_source(title: str | None = None) -> dict[str, Any]:
    titled = {} if title is None else {"title": title}
    return {"type": "source-url", "sourceId": URL, "url": URL, **titled}


CITED = {"url": URL, "title": "A"}


@pytest.mark.parametrize(
    ("fields", "metadata"),
    [
        pytest.param(
            {"annotations": [{"type": "url_citation", "url_citation": CITED}]},
            {},
            id="OpenAI",
        ),
        pytest.param(
            {"annotations": [{"type": "url_citation", **CITED}]}, {}, id="Responses"
        ),
        pytest.param(
            {"annotations": [{"type": "citation", **CITED}]}, {}, id="LangChain"
        ),
        pytest.param(
            {"annotations": [{"type": "non_standard_annotation", "value": CITED}]},
            {},
            id="non-standard",
        ),
        pytest.param(
            {}, {"citations": [URL, URL], "search_results": [CITED]}, id="Perplexity"
        ),
        pytest.param({}, {"citations": [CITED]}, id="objects"),
    ],
)
def test_citations_are_sources_once(
    fields: dict[str, Any], metadata: dict[str, Any]
) -> None:
    finish = Finish(fields=fields, metadata=metadata)
    assert parts_of(finish) == [url_source("A")]


def test_a_source_may_have_no_title() -> None:
    assert parts_of(Finish(metadata={"citations": [URL]})) == [url_source()]


def test_a_file_is_a_document() -> None:
    cited = {"type": "file_citation", "file_id": "f-1", "filename": "a.pdf"}
    untitled = {"type": "citation", "title": "Chapter 1"}
    found = parts_of(Finish(fields={"annotations": [cited, untitled]}))
    assert found == [
        {
            "type": "source-document",
            "sourceId": "f-1",
            "mediaType": "text/plain",
            "title": "a.pdf",
        },
        {
            "type": "source-document",
            "sourceId": "Chapter 1",
            "mediaType": "text/plain",
            "title": "Chapter 1",
        },
    ]


@pytest.mark.parametrize(
    "cited",
    [
        {"url": "javascript:alert(1)", "title": "A"},
        {"url": 1},
        {"title": 1},
        {"url": "https://a b"},
        {},
        7,
    ],
    ids=repr,
)
def test_what_is_no_link_is_no_source(cited: Any) -> None:
    finish = Finish(
        metadata={"search_results": [cited], "citations": "x"},
        fields={"annotations": [cited]},
    )
    assert parts_of(finish) == []


@pytest.mark.parametrize(
    ("image", "found"),
    [
        ({"image_url": {"url": "data:image/webp;base64,AA"}}, "image/webp"),
        ({"image_url": "https://a.example/1.png"}, "image/*"),
        ({"image_url": {"url": "javascript:alert(1)"}}, None),
        ({"image_url": {"url": "data:text/html,x"}}, None),
        ({"image_url": {}}, None),
        ("x", None),
    ],
    ids=repr,
)
def test_images_are_files(image: Any, found: str | None) -> None:
    parts = parts_of(Finish(fields={"images": [image]}))
    assert [part["mediaType"] for part in parts] == ([] if found is None else [found])
