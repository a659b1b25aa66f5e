from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.answer.citations import fields_to_annotations

URL = "https://x.example/a"


def citation(**fields: Any) -> dict[str, Any]:
    return {"type": "citation", **fields}


def other(**value: Any) -> dict[str, Any]:
    return {"type": "non_standard_annotation", "value": value}


@pytest.mark.parametrize(
    ("annotation", "read"),
    [
        pytest.param(
            {
                "type": "url_citation",
                "url_citation": {
                    "url": URL,
                    "title": "A",
                    "content": "what it says",
                    "start_index": 2,
                    "end_index": 9,
                },
            },
            citation(
                url=URL,
                title="A",
                cited_text="what it says",
                start_index=2,
                end_index=9,
            ),
            id="nested url",
        ),
        pytest.param(
            {"type": "url_citation", "url": URL, "title": "", "start_index": 0},
            citation(url=URL, start_index=0, extras={"title": ""}),
            id="flat url",
        ),
        pytest.param(
            {"type": "url_citation", "url_citation": {"url": URL, "end_index": None}},
            citation(url=URL),
            id="null field",
        ),
        pytest.param(
            {"type": "url_citation", "url": URL, "start_index": True, "rank": 1},
            citation(url=URL, extras={"start_index": True, "rank": 1}),
            id="field of a wrong type",
        ),
        pytest.param(
            {
                "type": "file_citation",
                "file_citation": {"file_id": "f", "quote": "so"},
            },
            citation(cited_text="so", extras={"file_id": "f"}),
            id="quote of a file",
        ),
        pytest.param(
            {"type": "file_citation", "file_id": "f", "filename": "a.pdf"},
            citation(title="a.pdf", extras={"file_id": "f"}),
            id="named file",
        ),
        pytest.param(
            {
                "type": "document_citation",
                "document_citation": {"document_id": "d", "start_index": 0},
            },
            citation(start_index=0, extras={"document_id": "d"}),
            id="document",
        ),
        pytest.param(
            {
                "type": "function_citation",
                "function_citation": {"tool_call_id": "c", "end_index": 3},
            },
            citation(end_index=3, extras={"tool_call_id": "c"}),
            id="function",
        ),
        pytest.param(URL, citation(url=URL), id="text"),
        pytest.param(
            {"url": URL, "date": "2026-01-01"},
            citation(url=URL, extras={"date": "2026-01-01"}),
            id="untyped",
        ),
        pytest.param(
            {"type": "file", "file": {"hash": "h", "name": "a.pdf"}},
            other(type="file", file={"hash": "h", "name": "a.pdf"}),
            id="file without an id",
        ),
        pytest.param(
            {"type": "highlight", "title": "A"},
            other(type="highlight", title="A"),
            id="without a source",
        ),
        pytest.param(5, other(value=5), id="number"),
    ],
)
def test_an_annotation_is_a_citation_if_it_names_a_source(
    annotation: Any, read: Any
) -> None:
    assert fields_to_annotations({"annotations": [annotation]}) == [read]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"annotations": None},
        {"annotations": []},
        {"annotations": "none", "context": "dogs", "citations": URL},
        {"context": {"intent": "dogs", "citations": None}},
        {"search_results": [], "citations": []},
    ],
)
def test_without_sources_there_are_no_annotations(fields: dict[str, Any]) -> None:
    assert fields_to_annotations(fields) == []


def test_an_annotation_that_is_sent_twice_stands_once() -> None:
    source = {"type": "url_citation", "url_citation": {"url": URL}}

    assert fields_to_annotations({"annotations": [source, source]}) == [
        citation(url=URL)
    ]


def test_annotations_under_names_keep_the_last_of_each_id() -> None:
    """GitHub Copilot sends them again, longer, with every delta, and under two keys."""
    first = {"id": 0, "start_offset": 3, "end_offset": 3}
    last = {"id": 0, "start_offset": 3, "end_offset": 9}
    second = {"id": 1, "start_offset": 10}
    named = {"CodeVulnerability": [first, last, second], "Odd": "x"}
    fields = {"annotations": named, "copilot_annotations": named}

    assert fields_to_annotations(fields) == [
        other(type="CodeVulnerability", **last),
        other(type="CodeVulnerability", **second),
        other(type="Odd", value="x"),
    ]


def test_sources_of_ones_own_data_are_citations() -> None:
    """Azure sends them as the context of the message."""
    context = {
        "citations": [
            {"content": "text", "title": "T", "url": URL, "chunk_id": "0"},
            {"content": "text", "title": None, "url": None, "filepath": "a.txt"},
        ],
        "intent": "dogs",
    }

    assert fields_to_annotations({"context": context}) == [
        citation(url=URL, title="T", cited_text="text", extras={"chunk_id": "0"}),
        other(content="text", title=None, url=None, filepath="a.txt"),
    ]


def test_urls_beside_the_answer_keep_their_order_and_get_their_titles() -> None:
    """Marks such as `[2]` in the text count them."""
    fields = {
        "citations": ["https://b.example", "https://a.example", "https://c.example"],
        "search_results": [
            {"url": "https://a.example", "title": "A", "snippet": "about a"},
            {"url": "https://c.example", "title": "C", "date": None},
            {"url": None, "title": "no URL"},
            "odd",
        ],
    }

    assert fields_to_annotations(fields) == [
        citation(url="https://b.example"),
        citation(url="https://a.example", title="A", cited_text="about a"),
        citation(url="https://c.example", title="C"),
    ]


def test_search_results_are_the_sources_where_nothing_else_is_named() -> None:
    fields = {
        "search_results": [{"url": URL, "title": "A"}],
        "web_search": [{"link": "https://b.example", "content": "b", "refer": "[1]"}],
    }

    assert fields_to_annotations(fields) == [
        citation(url=URL, title="A"),
        citation(url="https://b.example", cited_text="b", extras={"refer": "[1]"}),
    ]


def test_citations_may_be_objects() -> None:
    cited = [{"url": URL, "title": "A"}, {"start": 1, "text": "t"}]

    assert fields_to_annotations({"citations": cited}) == [
        citation(url=URL, title="A"),
        other(start=1, text="t"),
    ]


def test_the_answer_s_own_fields_are_not_changed() -> None:
    annotation = {"type": "url_citation", "url_citation": {"url": URL}, "x": 1}
    fields = {"annotations": [annotation], "copilot_annotations": {"A": [{"id": 1}]}}
    before = repr(fields)

    fields_to_annotations(fields)

    assert repr(fields) == before
