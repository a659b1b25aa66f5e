from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.request.content import (
    block_to_wire,
    cache_marks,
    joined_text,
)

CACHE = {"cache_control": {"type": "ephemeral"}}
PNG = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
LINK = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
WAV = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}
UPLOADED = {"type": "file", "file": {"file_id": "file-1"}}
PDF = {
    "type": "file",
    "file": {
        "filename": "file.pdf",
        "file_data": "data:application/pdf;base64,AAAA",
    },
}
NAMED_PDF = {**PDF, "file": {**PDF["file"], "filename": "a.pdf"}}  # type: ignore[dict-item]
PDF_LINK = {"type": "file", "file": {"file_data": "https://example.org/a.pdf"}}

HI = {"type": "text", "text": "Hi"}

TEXTS: list[tuple[str, Any, dict[str, Any]]] = [
    ("a string", "Hi", {"type": "text", "text": "Hi"}),
    ("text", {"type": "text", "text": "Hi"}, {"type": "text", "text": "Hi"}),
    (
        "text with a cache mark",
        {"type": "text", "text": "Hi", **CACHE},
        {"type": "text", "text": "Hi", **CACHE},
    ),
    (
        "text with a key of the server's own",
        {"type": "text", "text": "Hi", "speaker": "Ann"},
        {"type": "text", "text": "Hi", "speaker": "Ann"},
    ),
    (
        "text with LangChain's bookkeeping",
        {"type": "text", "text": "Hi", "id": "lc_1", "index": 0, "annotations": []},
        {"type": "text", "text": "Hi"},
    ),
    (
        "text with extras",
        {"type": "text", "text": "Hi", "extras": CACHE},
        {"type": "text", "text": "Hi", **CACHE},
    ),
    (
        "version 1 plain text",
        {"type": "text-plain", "text": "Hi", "mime_type": "text/plain"},
        {"type": "text", "text": "Hi"},
    ),
    (
        "version 0 text file",
        {"type": "file", "source_type": "text", "url": "Hi"},
        {"type": "text", "text": "Hi"},
    ),
    (
        "Anthropic text document",
        {"type": "document", "source": {"type": "text", "data": "Hi"}, **CACHE},
        {"type": "text", "text": "Hi", **CACHE},
    ),
    ("Bedrock text", {"text": "Hi"}, {"type": "text", "text": "Hi"}),
    (
        "Bedrock guarded text",
        {"type": "guard_content", "guard_content": {"text": "Hi"}},
        {"type": "text", "text": "Hi"},
    ),
    (
        "Bedrock guarded text, one level deeper",
        {"type": "guard_content", "guard_content": {"text": {"text": "Hi"}}},
        {"type": "text", "text": "Hi"},
    ),
    (
        "guarded text as a string",
        {"type": "guard_content", "guard_content": "Hi"},
        {"type": "text", "text": "Hi"},
    ),
    ("Responses input", {"type": "input_text", "text": "Hi"}, HI),
    ("Responses output", {"type": "output_text", "text": "Hi"}, HI),
    ("a refusal", {"type": "refusal", "refusal": "Hi"}, HI),
    (
        "what a model's server put next to a text",
        {"type": "text", "text": "Hi", "citations": [], "phase": "final"},
        HI,
    ),
    (
        "Anthropic search result",
        {
            "type": "search_result",
            "title": "T",
            "source": "https://example.org",
            "content": [{"type": "text", "text": "a"}, "x", {"type": "text"}],
            **CACHE,
        },
        {"type": "text", "text": "T\nhttps://example.org\na", **CACHE},
    ),
    ("an empty search result", {"type": "search_result"}, {**HI, "text": ""}),
    (
        "a block that LangChain wrapped",
        {"type": "non_standard", "value": {"type": "text", "text": "Hi"}},
        {"type": "text", "text": "Hi"},
    ),
]

IMAGES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("OpenAI", PNG, PNG),
    (
        "OpenAI with a bare string",
        {"type": "image_url", "image_url": "https://example.org/a.png"},
        LINK,
    ),
    (
        "OpenAI with a cache mark",
        {**PNG, **CACHE},
        {**PNG, **CACHE},
    ),
    ("version 1 url", {"type": "image", "url": "https://example.org/a.png"}, LINK),
    (
        "version 1 base64",
        {"type": "image", "base64": "AAAA", "mime_type": "image/png"},
        PNG,
    ),
    ("version 1 id", {"type": "image", "file_id": "file-1"}, UPLOADED),
    (
        "version 0 url",
        {"type": "image", "source_type": "url", "url": "https://example.org/a.png"},
        LINK,
    ),
    (
        "version 0 base64",
        {
            "type": "image",
            "source_type": "base64",
            "data": "AAAA",
            "mime_type": "image/png",
        },
        PNG,
    ),
    ("version 0 id", {"type": "image", "source_type": "id", "id": "file-1"}, UPLOADED),
    (
        "Anthropic base64",
        {
            "type": "image",
            "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"},
        },
        PNG,
    ),
    (
        "Anthropic url",
        {"type": "image", "source": {"type": "url", "url": LINK["image_url"]["url"]}},  # type: ignore[index]
        LINK,
    ),
    (
        "Anthropic id",
        {"type": "image", "source": {"type": "file", "file_id": "file-1"}},
        UPLOADED,
    ),
    (
        "Gemini data",
        {"type": "media", "mime_type": "image/png", "data": "AAAA"},
        PNG,
    ),
    (
        "Gemini file",
        {
            "type": "media",
            "mime_type": "image/png",
            "file_uri": "https://example.org/a.png",
        },
        LINK,
    ),
    (
        "Gemini data of another kind",
        {"type": "media", "mime_type": "application/pdf", "data": "AAAA"},
        PDF,
    ),
    (
        "Responses url",
        {"type": "input_image", "image_url": "https://example.org/a.png"},
        LINK,
    ),
    ("Responses id", {"type": "input_image", "file_id": "file-1"}, UPLOADED),
    (
        "Responses file",
        {"type": "input_file", "file_data": "data:application/pdf;base64,AAAA"},
        PDF,
    ),
    ("Responses file id", {"type": "input_file", "file_id": "file-1"}, UPLOADED),
    (
        "Responses file url",
        {"type": "input_file", "file_url": "https://example.org/a.pdf"},
        PDF_LINK,
    ),
    (
        "version 1 with a detail and a cache mark",
        {
            "type": "image",
            "url": "https://example.org/a.png",
            "detail": "low",
            **CACHE,
        },
        {
            "type": "image_url",
            "image_url": {"url": "https://example.org/a.png", "detail": "low"},
            **CACHE,
        },
    ),
    (
        "version 1 with extras",
        {
            "type": "image",
            "url": "https://example.org/a.png",
            "extras": {"detail": "high", **CACHE},
        },
        {
            "type": "image_url",
            "image_url": {"url": "https://example.org/a.png", "detail": "high"},
            **CACHE,
        },
    ),
]


@pytest.mark.parametrize(
    ("block", "part"),
    [pytest.param(block, part, id=name) for name, block, part in TEXTS],
)
def test_text_goes_out_as_a_text_part(block: Any, part: dict[str, Any]) -> None:
    assert block_to_wire(block, "here") == part


@pytest.mark.parametrize(
    ("block", "part"),
    [pytest.param(block, part, id=name) for name, block, part in IMAGES],
)
def test_every_spelling_of_an_image_gives_the_same_part(
    block: dict[str, Any], part: dict[str, Any]
) -> None:
    assert block_to_wire(block, "here") == part


@pytest.mark.parametrize(
    "block",
    [
        {"type": "video_url", "video_url": {"url": "https://example.org/a.mp4"}},
        {"type": "input_video", "video": [1, 2]},
        {"type": "document", "document": {"data": {"text": "a"}}},
    ],
)
def test_a_block_of_an_unknown_type_goes_out_unchanged(block: dict[str, Any]) -> None:
    part = block_to_wire(block, "here")
    assert part == block
    assert part is not block


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ({"words": "Hi"}, "here is neither a string nor a dict with a `type`"),
        (7, "here is neither"),
        ({"type": "non_standard", "value": None}, "here.value is neither"),
        ({"type": "text", "text": None}, "here is a text block"),
        ({"type": "image"}, "here has no data"),
        ({"type": "image", "source": {"type": "text", "data": "a"}}, "no data"),
        ({"type": "image_url", "image_url": None}, "here has no image"),
        ({"type": "image", "base64": "AAAA"}, "Add a `mime_type`"),
        pytest.param(
            {"type": "audio", "base64": "AAAA"},
            "Add a `mime_type`",
            id="audio without a type",
        ),
        pytest.param(
            {"type": "audio", "base64": "AAAA", "mime_type": ""},
            "Add a `mime_type`",
            id="audio with an empty type",
        ),
        ({"type": "file", "base64": "AAAA"}, "Add a `mime_type`"),
        ({"type": "audio"}, "here has no data"),
        ({"type": "file"}, "here has no data"),
        ({"type": "image", "base64": "", "mime_type": "image/png"}, "has no data"),
        ({"type": "audio", "base64": "", "mime_type": "audio/wav"}, "has no data"),
        ({"type": "audio", "base64": b"a", "mime_type": "audio/wav"}, "contains bytes"),
        ({"type": "image_url", "image_url": b"a"}, "contains bytes"),
        ({"type": "image_url", "image_url": {"url": b"a"}}, "contains bytes"),
        ({"type": "image_url", "image_url": {"url": 5}}, "here has no image"),
        ({"type": "image_url", "image_url": {}}, "here has no image"),
    ],
)
def test_a_block_that_lacks_what_it_needs_is_refused_with_its_place(
    block: Any, said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        block_to_wire(block, "here")


def test_texts_are_joined_only_where_nothing_is_lost() -> None:
    text = {"type": "text", "text": "a"}
    assert joined_text([], "-") == ""
    assert joined_text([text, text], "-") == "a-a"
    assert joined_text([text, {**text, **CACHE}], "-") is None
    assert joined_text([text, PNG], "-") is None
    assert joined_text([{"type": "poem", "text": "a"}], "-") is None


def test_cache_marks_are_found_on_a_block_and_in_its_extras() -> None:
    breakpoint_ = {"prompt_cache_breakpoint": {"mode": "explicit"}}
    block = {"type": "text", "text": "a", "extras": CACHE, **breakpoint_}
    assert cache_marks(block) == {**CACHE, **breakpoint_}
    assert cache_marks({"type": "text", "text": "a"}) == {}
