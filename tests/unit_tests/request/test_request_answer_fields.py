from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.providers import PROVIDERS
from langchain_sse_chat.request.answer_fields import fields_sent_back
from langchain_sse_chat.request.messages import messages_to_wire
from tests.unit_tests.chat_models.block_ways import merged, model
from tests.unit_tests.chat_models.scripted import Scripted, chunk, completion, sse

OPENROUTER = PROVIDERS["openrouter"].dialect
FILE = {"type": "file", "file": {"hash": "h", "name": "a.pdf", "content": []}}
SOURCE = {"type": "url_citation", "url_citation": {"url": "https://x.example"}}
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBO"}}
STREAM = sse(
    chunk({"content": "Here."}),
    chunk({"images": [{**IMAGE, "index": 0}]}),
    chunk({"annotations": [FILE, SOURCE]}),
    chunk(finish_reason="stop"),
)


def sent(answer: BaseMessage, dialect: Dialect) -> dict[str, Any]:
    return messages_to_wire([answer, HumanMessage("And now?")], dialect)[0]


@pytest.mark.parametrize("version", ["v0", "v1"])
@pytest.mark.parametrize("streamed", [True, False])
def test_parsed_files_and_images_go_back_to_openrouter(
    version: Any, streamed: bool
) -> None:
    chat = model(STREAM, output_version=version)
    chunks: Any = list(chat.stream("Hi")) if streamed else []
    answer: Any = merged(chunks) if streamed else chat.invoke("Hi")

    assert sent(answer, OPENROUTER) == {
        "role": "assistant",
        "content": "Here.",
        "annotations": [FILE],
        "images": [IMAGE],
    }
    assert sent(answer, Dialect()) == {"role": "assistant", "content": "Here."}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"annotations": [SOURCE]},
        {"annotations": {"of": "another form"}, "images": "https://x.example"},
        {"images": ["https://x.example/a.png"]},
        {"audio": {"id": "a"}},
    ],
    ids=["none", "sources", "no lists", "URLs", "other fields"],
)
def test_nothing_else_goes_back(fields: dict[str, Any]) -> None:
    assert fields_sent_back(fields, OPENROUTER.answer_fields) == {}


def test_other_servers_get_none_by_default() -> None:
    answer = AIMessage("a", additional_kwargs={"images": [IMAGE]})

    for provider in PROVIDERS.values():
        has_images = "images" in sent(answer, provider.dialect)
        assert has_images is (provider.name == "openrouter")


@pytest.mark.parametrize("provider", ["openrouter", "openai"])
def test_the_bytes_of_the_second_turn(
    make_chat: Callable[..., ChatSSE], server: Scripted, provider: str
) -> None:
    first = completion({"content": "Here.", "images": [IMAGE], "annotations": [FILE]})
    answers = [httpx.Response(200, json=first), httpx.Response(200, json=first)]
    chat = make_chat(*answers, provider=provider)
    answer = chat.invoke("Hi")

    chat.invoke(["Hi", answer, "And now?"])

    again = server.body["messages"][1]
    fields = {"images": [IMAGE], "annotations": [FILE]}
    own = {"role": "assistant", "content": "Here."}
    assert again == (own | fields if provider == "openrouter" else own)
