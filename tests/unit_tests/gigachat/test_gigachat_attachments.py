"""The data of files in messages, and references to uploaded files."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from langchain_sse_chat import ConfigurationError
from langchain_sse_chat.gigachat.attachments import attachments_in, with_file_ids

PNG = base64.b64encode(b"\x89PNG").decode()
URL = f"data:image/png;base64,{PNG}"


def _unknown(key: str) -> str | None:
    del key
    return None


TEXT = {"type": "text", "text": "What is this?"}


def asked(*blocks: Any) -> list[BaseMessage]:
    return [HumanMessage([TEXT, *blocks])]


@pytest.mark.parametrize(
    ("block", "mime_type"),
    [
        ({"type": "image_url", "image_url": {"url": URL}}, "image/png"),
        ({"type": "image_url", "image_url": URL}, "image/png"),
        ({"type": "image", "base64": PNG, "mime_type": "image/jpg"}, "image/jpeg"),
        (
            {
                "type": "image",
                "source": {"type": "base64", "media_type": "image/png", "data": PNG},
            },
            "image/png",
        ),
        ({"type": "audio", "base64": PNG, "mime_type": "audio/mpeg"}, "audio/mp3"),
        (
            {"type": "input_audio", "input_audio": {"data": PNG, "format": "wav"}},
            "audio/wav",
        ),
        ({"type": "audio_url", "audio_url": {"url": URL}}, "image/png"),
        ({"type": "document_url", "document_url": {"url": URL}}, "image/png"),
        ({"type": "file", "file": {"file_data": URL, "filename": "a"}}, "image/png"),
        (
            {"type": "file", "base64": PNG, "mime_type": "application/pdf"},
            "application/pdf",
        ),
    ],
    ids=[
        "url object",
        "url",
        "image",
        "anthropic",
        "audio",
        "input_audio",
        "audio_url",
        "document_url",
        "file_data",
        "file",
    ],
)
def test_the_data_of_every_kind_of_block_is_found(
    block: dict[str, Any], mime_type: str
) -> None:
    [found] = attachments_in(asked(block))
    [message] = with_file_ids(asked(block), {found.key: "f"}.get)

    file = found.form_file()
    assert (file.content, file.mime_type) == (b"\x89PNG", mime_type)
    assert "." in file.filename or file.filename == "a"
    assert message.content == [TEXT, {"type": "file", "file_id": "f"}]
    assert PNG not in repr(found)


@pytest.mark.parametrize(
    "block",
    [
        TEXT,
        "text",
        {"type": "image_url", "image_url": {"url": "https://test/a.png"}},
        {"type": "image_url", "image_url": {"url": "data:text/plain,hi"}},
        {"type": "file", "file_id": "f"},
        {"type": "document_url", "document_url": "data:,x"},
        {"type": "reasoning", "reasoning": "hm"},
        {"type": ["x"]},
    ],
    ids=["text", "string", "url", "plain", "id", "no object", "reasoning", "list"],
)
def test_other_blocks_stay_as_they_are(block: Any) -> None:
    messages = asked(block)

    assert list(attachments_in(messages)) == []
    assert with_file_ids(messages, _unknown)[0] is messages[0]


def test_data_that_was_not_uploaded_stays() -> None:
    messages = asked({"type": "image_url", "image_url": {"url": URL}})

    assert with_file_ids(messages, _unknown)[0] is messages[0]


def test_the_name_of_an_id_in_the_other_package_is_understood() -> None:
    block = {"type": "image_url", "image_url": {"giga_id": "f"}}

    assert list(attachments_in(asked(block))) == []
    [message] = with_file_ids(asked(block), _unknown)
    assert message.content == [TEXT, {"type": "file", "file_id": "f"}]


def test_equal_data_has_an_equal_key() -> None:
    image = {"type": "image", "base64": PNG, "mime_type": "image/png"}
    url = {"type": "image_url", "image_url": {"url": URL}}
    other = {"type": "image", "base64": PNG, "mime_type": "image/jpeg"}

    one, two, three = attachments_in(asked(image, url, other))

    assert one.key == two.key != three.key


def test_results_of_tools_have_files_and_answers_have_none() -> None:
    image = {"type": "image", "base64": PNG, "mime_type": "image/png"}
    messages = [
        HumanMessage("x"),
        AIMessage([{"type": "image", "base64": PNG, "mime_type": "image/png"}]),
        ToolMessage([image], tool_call_id="c"),
    ]

    [found] = attachments_in(messages)
    sent = with_file_ids(messages, {found.key: "f"}.get)

    assert found.path == "messages[2].content[0]"
    assert sent[:2] == messages[:2]
    assert sent[2].content == [{"type": "file", "file_id": "f"}]


def test_data_that_is_not_base64_is_an_error() -> None:
    block = {"type": "image_url", "image_url": {"url": "data:image/png;base64,ü"}}
    [found] = attachments_in(asked(block))

    with pytest.raises(
        ConfigurationError, match=r"at messages\[0\]\.content\[1\] is not valid base64"
    ):
        found.form_file()
