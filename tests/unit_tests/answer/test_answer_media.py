from __future__ import annotations

from typing import Any

import pytest
from langchain_core.language_models._utils import _normalize_messages
from langchain_core.messages import HumanMessage

from langchain_sse_chat.request.content import block_to_wire
from langchain_sse_chat.request.roles import user_content

CACHE = {"cache_control": {"type": "ephemeral"}}
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

MEDIA: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("OpenAI audio", WAV, WAV),
    (
        "version 1 audio",
        {"type": "audio", "base64": "AAAA", "mime_type": "audio/wav"},
        WAV,
    ),
    (
        "version 0 audio",
        {
            "type": "audio",
            "source_type": "base64",
            "data": "AAAA",
            "mime_type": "audio/wav",
        },
        WAV,
    ),
    ("audio by id", {"type": "audio", "file_id": "file-1"}, UPLOADED),
    (
        "audio by url",
        {"type": "audio", "url": "https://example.org/a.wav", **CACHE},
        {
            "type": "audio_url",
            "audio_url": {"url": "https://example.org/a.wav"},
            **CACHE,
        },
    ),
    (
        "video by url",
        {"type": "video", "url": "https://example.org/a.mp4"},
        {"type": "video_url", "video_url": {"url": "https://example.org/a.mp4"}},
    ),
    (
        "video in base64",
        {"type": "video", "base64": "AAAA", "mime_type": "video/mp4"},
        {"type": "video_url", "video_url": {"url": "data:video/mp4;base64,AAAA"}},
    ),
    ("video by id", {"type": "video", "file_id": "file-1"}, UPLOADED),
]

FILES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("OpenAI", NAMED_PDF, NAMED_PDF),
    (
        "OpenAI without a name",
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA"}},
        PDF,
    ),
    ("OpenAI by id", UPLOADED, UPLOADED),
    ("OpenRouter by url", PDF_LINK, PDF_LINK),
    (
        "version 1 without a name",
        {"type": "file", "base64": "AAAA", "mime_type": "application/pdf"},
        PDF,
    ),
    (
        "version 1 named",
        {
            "type": "file",
            "base64": "AAAA",
            "mime_type": "application/pdf",
            "filename": "a.pdf",
        },
        NAMED_PDF,
    ),
    (
        "version 1 named in extras",
        {
            "type": "file",
            "base64": "AAAA",
            "mime_type": "application/pdf",
            "extras": {"filename": "a.pdf"},
        },
        NAMED_PDF,
    ),
    (
        "version 0 named in metadata",
        {
            "type": "file",
            "source_type": "base64",
            "data": "AAAA",
            "mime_type": "application/pdf",
            "metadata": {"filename": "a.pdf"},
        },
        NAMED_PDF,
    ),
    ("version 1 by id", {"type": "file", "file_id": "file-1"}, UPLOADED),
    (
        "version 1 by url",
        {"type": "file", "url": "https://example.org/a.pdf"},
        PDF_LINK,
    ),
    (
        "plain text in base64",
        {"type": "text-plain", "base64": "AAAA", "title": "a.txt"},
        {
            "type": "file",
            "file": {
                "filename": "a.txt",
                "file_data": "data:text/plain;base64,AAAA",
            },
        },
    ),
    (
        "plain text in base64 without a name",
        {"type": "text-plain", "base64": "AAAA"},
        {
            "type": "file",
            "file": {
                "filename": "file.txt",
                "file_data": "data:text/plain;base64,AAAA",
            },
        },
    ),
    (
        "Anthropic document",
        {
            "type": "document",
            "title": "a.pdf",
            "source": {
                "type": "base64",
                "media_type": "application/pdf",
                "data": "AAAA",
            },
            **CACHE,
        },
        {**NAMED_PDF, **CACHE},
    ),
    (
        "Anthropic document by url",
        {
            "type": "document",
            "source": {"type": "url", "url": "https://example.org/a.pdf"},
        },
        PDF_LINK,
    ),
]


@pytest.mark.parametrize(
    ("block", "part"),
    [pytest.param(block, part, id=name) for name, block, part in MEDIA],
)
def test_audio_and_video_go_out_as_the_parts_that_servers_know(
    block: dict[str, Any], part: dict[str, Any]
) -> None:
    assert block_to_wire(block, "here") == part


@pytest.mark.parametrize(
    ("block", "part"),
    [pytest.param(block, part, id=name) for name, block, part in FILES],
)
def test_every_spelling_of_a_file_gives_the_same_part(
    block: dict[str, Any], part: dict[str, Any]
) -> None:
    assert block_to_wire(block, "here") == part


@pytest.mark.parametrize(
    ("mime_type", "audio_format"),
    [
        ("audio/wav", "wav"),
        ("audio/x-wav", "wav"),
        ("audio/vnd.wave", "wav"),
        ("audio/mpeg", "mp3"),
        ("audio/mp3", "mp3"),
        ("audio/x-mp3", "mp3"),
        ("audio/wave", "wav"),
        ("audio/x-m4a", "m4a"),
        ("audio/x-flac", "flac"),
        ("audio/x-aiff", "aiff"),
        ("audio/ogg; codecs=opus", "ogg"),
        ("audio/mp4", "m4a"),
    ],
)
def test_an_audio_format_is_named_as_the_wire_names_it(
    mime_type: str, audio_format: str
) -> None:
    block = {"type": "audio", "base64": "AAAA", "mime_type": mime_type}
    assert block_to_wire(block, "here")["input_audio"]["format"] == audio_format


@pytest.mark.parametrize(
    ("mime_type", "name"),
    [
        ("application/pdf", "file.pdf"),
        ("text/csv", "file.csv"),
        ("text/markdown", "file.md"),
        ("application/msword", "file.doc"),
        (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "file.xlsx",
        ),
        (
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            "file.pptx",
        ),
        ("text/plain", "file.txt"),
        (
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "file.docx",
        ),
    ],
)
def test_a_file_without_a_name_gets_one_after_its_kind(
    mime_type: str, name: str
) -> None:
    block = {"type": "file", "base64": "AAAA", "mime_type": mime_type}
    assert block_to_wire(block, "here")["file"]["filename"] == name


@pytest.mark.parametrize("kind", ["image", "audio", "video", "file"])
@pytest.mark.parametrize(
    "data",
    [
        {"file_id": "file-1"},
        {"url": "https://example.org/a"},
        {"base64": "AAAA", "mime_type": "a/b"},
    ],
)
def test_a_cache_mark_stays_on_media_of_every_kind(
    kind: str, data: dict[str, Any]
) -> None:
    block = {"type": kind, **data}
    part = block_to_wire(block, "here")
    assert block_to_wire({**block, **CACHE}, "here") == {**part, **CACHE}
    assert block_to_wire({**block, "extras": CACHE}, "here") == {**part, **CACHE}


def test_an_empty_file_name_is_none() -> None:
    block = {"type": "file", "base64": "AAAA", "mime_type": "application/pdf"}
    assert block_to_wire({**block, "filename": ""}, "here") == PDF


def test_the_blocks_given_are_not_changed() -> None:
    block = {"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA"}}
    block_to_wire(block, "here")
    assert block == {
        "type": "file",
        "file": {"file_data": "data:application/pdf;base64,AAAA"},
    }


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(WAV, id="audio"),
        pytest.param(NAMED_PDF, id="named PDF"),
        pytest.param(UPLOADED, id="uploaded file"),
    ],
)
def test_openai_parts_survive_the_way_through_langchain(block: dict[str, Any]) -> None:
    """Before a chat model is called, langchain-core rewrites these into its own."""
    (message,) = _normalize_messages([HumanMessage([block])])
    assert message.content != [block]
    assert user_content(message.content, "m") == [block]
