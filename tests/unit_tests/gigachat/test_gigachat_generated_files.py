"""Images and videos that GigaChat makes, listed with the answer that names them."""

from __future__ import annotations

import httpx
import pytest

from langchain_sse_chat.gigachat.generated_files import generated_files
from langchain_sse_chat.gigachat.older_names import file_names
from tests.unit_tests.gigachat.gigachat_scripts import (
    Ask,
    Sber,
    event,
    stream,
)

PICTURE = '<img src="3727db23" fuse="true"/> вот мой рисунок.'
VIDEO = '<video cover="c1" src="v1" fuse="true"/>'


def test_the_ids_of_generated_files_are_listed(sber: Sber, ask: Ask) -> None:
    body = event({"content": PICTURE[:9]}) + event({"content": PICTURE[9:]})
    body += event({"content": VIDEO}, finish_reason="stop")
    sber.answers = [stream(body)]
    message = ask(sber.chat())
    assert message.content == PICTURE + VIDEO
    assert message.additional_kwargs["generated_files"] == [
        {"type": "image", "file_id": "3727db23"},
        {"type": "video", "file_id": "v1", "cover": "c1"},
    ]


def test_a_whole_answer_lists_generated_files_too(sber: Sber) -> None:
    choice = {"message": {"content": PICTURE}, "index": 0, "finish_reason": "stop"}
    sber.answers = [httpx.Response(200, json={"choices": [choice]})]
    message = sber.chat().invoke("Нарисуй")
    assert message.additional_kwargs["generated_files"][0]["file_id"] == "3727db23"


@pytest.mark.parametrize("text", ['<img src="x">', '<img fuse="true"/>', "no tag"])
def test_other_tags_are_text(sber: Sber, ask: Ask, text: str) -> None:
    sber.answers = [stream(event({"content": text}, finish_reason="stop"))]
    message = ask(sber.chat())
    assert message.content == text
    assert "generated_files" not in message.additional_kwargs


@pytest.mark.parametrize(
    "part", ['src="a" ', 'fuse="true" ', 'src="a" fuse="true" ', "<img "]
)
def test_a_long_tag_without_an_end_takes_no_time(part: str) -> None:
    text = f"<img {part * 50_000}"

    assert generated_files(text) == []
    assert file_names(text) == {}
