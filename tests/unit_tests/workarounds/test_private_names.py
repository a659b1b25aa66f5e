"""LangChain without the names that the workarounds use: nothing is lost but speed."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

import httpx
import pytest
from langchain_core.language_models import chat_models
from langchain_core.messages import HumanMessage

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.workarounds.chunk_compaction import _list_in
from tests.unit_tests.chat_models.scripted import streamed, text_stream

WORDS = [f" {i}" for i in range(50)]


def model() -> ChatSSE:
    def reply(_: httpx.Request) -> httpx.Response:
        return streamed(text_stream(*WORDS), 500)

    client = httpx.Client(transport=httpx.MockTransport(reply))
    return ChatSSE(model="m", base_url="http://test/v1", http_client=client)


def list_of_another_name(chat: ChatSSE, messages: list[Any]) -> Any:
    kept = []
    for each in chat._stream(messages):
        kept.append(each)  # noqa: PERF402 - as LangChain does
    return kept


def no_list(chat: ChatSSE, messages: list[Any]) -> Any:
    chunks: tuple[Any, ...] = ()
    for each in chat._stream(messages):
        chunks = (*chunks, each)
    return chunks


def copied_list(chat: ChatSSE, messages: list[Any]) -> Any:
    chunks = []
    for each in chat._stream(messages):
        chunks.append(each.model_copy())  # noqa: PERF401 - as LangChain does
    return chunks


@pytest.mark.parametrize("loop", [list_of_another_name, no_list, copied_list])
def test_chunks_stay_where_langchain_keeps_them_in_another_way(
    loop: Callable[..., Any],
) -> None:
    """The loop is run as one of LangChain's module."""
    langchains = FunctionType(loop.__code__, vars(chat_models))

    kept = langchains(model(), [HumanMessage("hi")])

    assert [each.text for each in kept if each.text] == WORDS


def test_chunks_stay_where_python_knows_no_frames() -> None:
    assert _list_in(None) == ([], False)
