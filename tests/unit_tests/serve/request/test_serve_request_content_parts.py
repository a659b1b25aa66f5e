from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.serve.request.content_parts import read_content
from langchain_sse_chat.serve.request.limits import RequestLimits
from tests.unit_tests.serve.bodies import param_of, read, refusal

DATA = "data:image/png;base64,iVBORw0KGgo="

KEPT: list[dict[str, Any]] = [
    {"type": "text", "text": ""},
    {"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}},
    {"type": "image_url", "image_url": {"url": "https://example.com/a.png?b=c#d"}},
    {"type": "image_url", "image_url": {"url": "HTTPS://example.com"}},
    {"type": "image_url", "image_url": {"url": DATA, "detail": "low"}},
    {"type": "audio_url", "audio_url": {"url": "https://example.com/a.wav"}},
    {"type": "video_url", "video_url": {"url": "https://example.com/a.mp4"}},
    {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
    {"type": "file", "file": {"file_id": "file-1"}},
    {"type": "file", "file": {"file_data": "AA==", "filename": "a.pdf"}},
    {"type": "file", "file": {"file_data": "data:application/pdf;base64,AA=="}},
    {"type": "file", "file": {"file_data": "https://example.com/a.pdf"}},
]


def content(value: Any, role: str = "user") -> Any:
    return read_content(value, role, "messages[0]", RequestLimits())


def of_user(part: Any) -> list[dict[str, Any]]:
    return [{"role": "user", "content": [{"type": "text", "text": "a"}, part]}]


@pytest.mark.parametrize(
    "part",
    KEPT,
    ids=[
        "empty text",
        "text with cache control",
        "image with a query and a fragment",
        "image with a scheme in capitals",
        "image as data",
        "audio address",
        "video address",
        "audio as data",
        "file by its number",
        "file as data with a name",
        "file as a data address",
        "file at an address",
    ],
)
def test_a_known_part_is_kept(part: dict[str, Any]) -> None:
    assert content([part]) == [part]


def test_a_string_is_kept() -> None:
    assert content("a") == "a"


def test_an_image_as_a_string_becomes_an_object() -> None:
    [part] = content([{"type": "image_url", "image_url": DATA}])
    assert part == {"type": "image_url", "image_url": {"url": DATA}}


def test_unknown_keys_of_a_part_are_left_out() -> None:
    part = {
        "type": "image_url",
        "image_url": {"url": DATA, "file_uri": "file:///etc/passwd"},
        "source_type": "url",
        "url": "http://169.254.169.254/",
        "cache_control": "x",
    }
    assert content([part]) == [{"type": "image_url", "image_url": {"url": DATA}}]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/a.png",
        "file:///etc/passwd",
        "ftp://example.com",
        "gs://bucket/a",
        "//example.com",
        "/etc/passwd",
        " https://example.com",
        "https://user:word@example.com",
        "https://",
        "https:///etc/passwd",
        "https://a\\@b",
        "https://a/b c",
        "https://a/\nb",
        "data:,x",
        "javascript:alert(1)",
        "",
        None,
        5,
        ["https://example.com"],
    ],
)
@pytest.mark.parametrize("kind", ["image_url", "audio_url", "video_url"])
def test_other_urls_are_refused(kind: str, url: Any) -> None:
    failure = refusal(messages=of_user({"type": kind, kind: {"url": url}}))

    assert failure.param == "messages[0].content[1]"
    assert "Send an `https:` or `data:` URL." in failure.message


@pytest.mark.parametrize(
    "part",
    [
        pytest.param("text", id="string"),
        pytest.param(None, id="null"),
        pytest.param({}, id="no type"),
        pytest.param({"text": "a"}, id="text without type"),
        pytest.param({"type": ["text"], "text": "a"}, id="type is a list"),
        pytest.param({"type": "image", "url": "https://a"}, id="LangChain's own type"),
        pytest.param({"type": "refusal", "refusal": "No"}, id="refusal of a user"),
        pytest.param({"type": "text"}, id="no text"),
        pytest.param({"type": "text", "text": 5}, id="text is a number"),
        pytest.param({"type": "image_url", "image_url": 5}, id="image is a number"),
        pytest.param(
            {"type": "image_url", "image_url": {"url": DATA, "detail": 5}}, id="detail"
        ),
        pytest.param({"type": "input_audio", "input_audio": {}}, id="no audio"),
        pytest.param(
            {"type": "input_audio", "input_audio": {"data": "AA==", "format": "a/b"}},
            id="audio format",
        ),
        pytest.param(
            {"type": "input_audio", "input_audio": {"data": "", "format": "wav"}},
            id="empty audio",
        ),
        pytest.param(
            {
                "type": "input_audio",
                "input_audio": {"data": "http://a", "format": "wav"},
            },
            id="audio by address",
        ),
        pytest.param({"type": "file", "file": {}}, id="empty file"),
        pytest.param({"type": "file", "file": {"filename": "a"}}, id="only a name"),
        pytest.param({"type": "file", "file": {"file_id": ""}}, id="empty file id"),
        pytest.param(
            {"type": "file", "file": {"file_data": "http://a/b"}}, id="file by http"
        ),
        pytest.param({"type": "file", "file": {"file_data": "{}"}}, id="not base64"),
        pytest.param({"type": "file", "file": {"file_data": 5}}, id="file is a number"),
        pytest.param(
            {"type": "file", "file": {"file_id": "a", "filename": 5}}, id="file name"
        ),
    ],
)
def test_a_broken_part_is_refused_with_its_path(part: Any) -> None:
    assert param_of(messages=of_user(part)) == "messages[0].content[1]"


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        ("system", "text"),
        ("developer", "text"),
        ("function", "text"),
        ("assistant", "text refusal"),
        ("tool", "text image_url input_audio file"),
    ],
)
def test_a_role_has_its_own_parts(role: str, kinds: str) -> None:
    parts = [*KEPT, {"type": "refusal", "refusal": "No"}]
    message = {"role": role, "name": "f", "tool_call_id": "1"}
    for part in parts:
        messages = [{**message, "content": [part]}]
        if part["type"] in kinds.split():
            read(messages=messages)
        else:
            assert param_of(messages=messages) == "messages[0].content[0]"


@pytest.mark.parametrize("value", [5, {}, [], False])
def test_content_of_another_type_is_refused(value: Any) -> None:
    messages = [{"role": "user", "content": value}]
    assert param_of(messages=messages) == "messages[0]"


def test_too_many_parts_are_refused() -> None:
    messages = [{"role": "user", "content": [KEPT[0]] * 3}]
    assert param_of(RequestLimits(parts=2), messages=messages) == "messages[0]"
    read(RequestLimits(parts=3), messages=messages)
