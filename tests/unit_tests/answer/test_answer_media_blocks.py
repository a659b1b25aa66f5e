from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from langchain_sse_chat.answer.media import (
    audio_to_block,
    image_to_block,
    non_standard,
    part_to_block,
)

PNG = {"base64": "iVBO", "mime_type": "image/png"}


def encoded(data: bytes) -> str:
    return b64encode(data).decode()


@pytest.mark.parametrize(
    ("image", "block"),
    [
        pytest.param(
            {
                "type": "image_url",
                "image_url": {"url": "data:image/png;base64,iVBO"},
                "index": 0,
            },
            PNG,
            id="OpenAI",
        ),
        pytest.param(
            {"image_url": {"url": "data:image/png;base64,iVBO"}}, PNG, id="untyped"
        ),
        pytest.param("data:image/png;base64,iVBO", PNG, id="data URL"),
        pytest.param(
            "DATA:image/png;charset=x;BASE64,iVBO", PNG, id="data URL with parameters"
        ),
        pytest.param(
            "data:;base64,iVBO",
            {"base64": "iVBO", "mime_type": "application/octet-stream"},
            id="data URL without a type",
        ),
        pytest.param(
            "data:image/svg+xml,%3Csvg/%3E",
            {"url": "data:image/svg+xml,%3Csvg/%3E"},
            id="data URL not in Base64",
        ),
        pytest.param(
            "data:text;x,base64",
            {"url": "data:text;x,base64"},
            id="not a data URL of an image",
        ),
        pytest.param(
            "https://x.example/1.png", {"url": "https://x.example/1.png"}, id="URL"
        ),
        pytest.param(
            {"url": "https://x.example/1.png"},
            {"url": "https://x.example/1.png"},
            id="URL in an object",
        ),
        pytest.param(
            {"type": "image_url", "image_url": "https://x.example/1.png"},
            {"url": "https://x.example/1.png"},
            id="URL in image_url",
        ),
        pytest.param(
            {
                "type": "image_url",
                "image_url": {"url": "https://x.example/1", "detail": "low"},
                "seed": 7,
                "note": None,
            },
            {"url": "https://x.example/1", "extras": {"detail": "low", "seed": 7}},
            id="unknown fields",
        ),
        pytest.param(
            {"b64_json": "iVBO", "revised_prompt": "a cat"},
            {"base64": "iVBO", "extras": {"revised_prompt": "a cat"}},
            id="b64_json",
        ),
    ],
)
def test_an_image_is_found_in_each_form(image: object, block: Any) -> None:
    assert image_to_block(image) == {"type": "image", **block}


@pytest.mark.parametrize(
    ("image", "value"),
    [
        (5, {"value": 5}),
        (None, {"value": None}),
        ({"type": "image_url"}, {"type": "image_url"}),
        ({"image_url": {"url": ""}}, {"type": "image_url", "image_url": {"url": ""}}),
        ({"type": "canvas", "id": 1}, {"type": "canvas", "id": 1}),
    ],
)
def test_an_image_that_cannot_be_read_is_kept(image: object, value: Any) -> None:
    assert image_to_block(image) == {"type": "non_standard", "value": value}


@pytest.mark.parametrize(
    ("part", "block"),
    [
        (
            {"type": "audio_url", "audio_url": {"url": "https://x.example/a.wav"}},
            {"type": "audio", "url": "https://x.example/a.wav"},
        ),
        (
            {"type": "video_url", "video_url": {"url": "https://x.example/a.mp4"}},
            {"type": "video", "url": "https://x.example/a.mp4"},
        ),
        (
            {
                "type": "file",
                "file": {
                    "file_data": "data:application/pdf;base64,JVBE",
                    "filename": "a.pdf",
                },
            },
            {
                "type": "file",
                "base64": "JVBE",
                "mime_type": "application/pdf",
                "extras": {"filename": "a.pdf"},
            },
        ),
        (
            {"type": "file", "file": {"file_id": "file-1"}},
            {"type": "file", "file_id": "file-1"},
        ),
    ],
)
def test_a_part_with_media_is_a_block_of_its_kind(part: object, block: Any) -> None:
    assert part_to_block(part) == block


@pytest.mark.parametrize(
    "part",
    [
        {"type": "reference", "reference_ids": [1, 2]},
        {"type": "file", "file": "a.pdf"},
        {"type": ["odd"], "x": 1},
        {"image": "https://x.example/1.png"},
    ],
)
def test_a_part_of_another_kind_is_kept_whole(part: dict[str, Any]) -> None:
    block = part_to_block(part)

    assert block == {"type": "non_standard", "value": part}
    assert block["value"] is not part


def test_what_is_no_object_is_kept_in_one() -> None:
    assert part_to_block(7) == non_standard(7)
    assert non_standard([1]) == {"type": "non_standard", "value": {"value": [1]}}


def test_a_spoken_answer_keeps_its_id_and_transcript() -> None:
    data = encoded(b"RIFF....WAVE")
    audio = {
        "id": "audio_1",
        "data": data,
        "transcript": "Hi.",
        "expires_at": 1729,
        "index": 0,
    }

    assert audio_to_block(audio) == {
        "type": "audio",
        "id": "audio_1",
        "base64": data,
        "mime_type": "audio/wav",
        "extras": {"transcript": "Hi.", "expires_at": 1729},
    }


@pytest.mark.parametrize(
    ("audio", "block"),
    [
        ({}, {}),
        ({"id": 5, "data": None, "url": ""}, {}),
        ({"id": "", "transcript": "Hi."}, {"extras": {"transcript": "Hi."}}),
        ({"url": "https://x.example/a.wav"}, {"url": "https://x.example/a.wav"}),
    ],
)
def test_a_spoken_answer_may_lack_anything(
    audio: dict[str, Any], block: dict[str, Any]
) -> None:
    assert audio_to_block(audio) == {"type": "audio", **block}


@pytest.mark.parametrize(
    ("start", "mime_type"),
    [
        (b"RIFF", "audio/wav"),
        (b"fLaC", "audio/flac"),
        (b"OggS", "audio/ogg"),
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xf3\x84\xc4", "audio/mpeg"),
        (b"\xff\xf1\x50\x80", "audio/aac"),
        # Quiet PCM: samples of -1 and 0.
        (b"\xff\xff\x00\x00", "audio/pcm"),
        (b"\x00", "audio/pcm"),
    ],
)
def test_the_kind_of_sound_is_told_by_its_beginning(
    start: bytes, mime_type: str
) -> None:
    assert audio_to_block({"data": encoded(start)})["mime_type"] == mime_type


def test_sound_that_came_in_padded_pieces_is_put_together() -> None:
    data = encoded(b"a") + encoded(b"bc") + encoded(b"def") + encoded(b"g")

    assert audio_to_block({"data": data})["base64"] == encoded(b"abcdefg")


@pytest.mark.parametrize("data", ["YQ==", "YWJj", "A=B", "Ä=Ä"])
def test_sound_that_is_whole_or_broken_stays_as_it_is(data: str) -> None:
    block = audio_to_block({"data": data})

    assert block == {"type": "audio", "base64": data, "mime_type": "audio/pcm"}
